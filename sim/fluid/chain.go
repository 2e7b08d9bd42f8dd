package fluid

import "math"

// negligible is the probability beyond which the states of a chain are left out.
const negligible = 1e-10

// chain is the number of jobs at a station in the long run. Time is in mean
// services, which are exponential; the time from one arrival to the next is the sum
// of some exponential stages: one for a Poisson process, n for every n-th of it. The
// state j is j/stages jobs while j%stages stages have passed.
type chain struct {
	servers int
	stages  int
	rate    float64   // arrivals in a mean service
	rates   []float64 // the same by the number of jobs that are there, if that matters
	share   []float64 // of the time in each state
	seen    []float64 // share of the admitted arrivals who see so many jobs
	blocked float64   // share of all arrivals who find the room full
}

// newChain solves the balance equations of a station with room for so many jobs in
// all, 0 for any number: what goes up from j over the cut behind it is what comes
// down over it, from the states up to one job above. The sums are of positive terms,
// from the highest state down.
func newChain(servers, room, stages int, load float64) *chain {
	c := &chain{servers: servers, stages: stages, rate: load * float64(servers)}
	top := c.highest(load)
	full := room > 0 && room <= top
	if full {
		top = room
	}
	c.share = make([]float64, (top+1)*stages)
	last := len(c.share) - 1
	c.share[last] = 1
	step := c.rate * float64(stages)
	down, total := c.down(last), 1.0 // down: the flow over the cut behind the state at hand
	for j := last - 1; j >= 0; j-- {
		if next := j + 1 + stages; next <= last {
			down -= c.down(next)
			if j%stages == stages-1 { // begin each job anew, lest differences gather
				down = 0
				for l := j + 1; l <= j+stages; l++ {
					down += c.down(l)
				}
			}
		}
		flow := down
		if j >= last-stages+1 { // one who finds the room full goes, and the stages begin anew
			flow += step * c.share[last]
		}
		c.share[j] = max(flow, 0) / step
		total += c.share[j]
		down += c.down(j)
		if total > 1e250 {
			c.shrink(j, total)
			down, total = down/total, 1
		}
	}
	for j := range c.share {
		c.share[j] /= total
	}
	c.look(full)
	return c
}

// shrink divides what is known of the shares, from state j up.
func (c *chain) shrink(j int, by float64) {
	for ; j < len(c.share); j++ {
		c.share[j] /= by
	}
}

// down is the flow out of a state by departures.
func (c *chain) down(j int) float64 {
	return c.share[j] * float64(min(j/c.stages, c.servers))
}

// highest is a number of jobs beyond which there are more in a negligible share of
// the time only, if the load is below 1; without limit otherwise.
func (c *chain) highest(load float64) int {
	alone := c.rate + 8*math.Sqrt(c.rate) + 30 // of a Poisson law: as if there were always a free server
	if alone < float64(c.servers) {
		return int(alone)
	}
	if load >= 1 {
		return math.MaxInt32
	}
	return c.servers + int(math.Log(negligible)/math.Log(decay(c.stages, load))) + 1
}

// look works out what arrivals see.
func (c *chain) look(full bool) {
	c.seen = make([]float64, len(c.share)/c.stages)
	total := 0.0
	for i := range c.seen {
		c.seen[i] = c.share[(i+1)*c.stages-1]
		total += c.seen[i]
	}
	if last := len(c.seen) - 1; full {
		c.blocked = c.seen[last] / total
		total -= c.seen[last]
		c.seen = c.seen[:last]
	}
	for i := range c.seen {
		c.seen[i] /= total
	}
}

// up is the rate of arrivals while so many jobs are there.
func (c *chain) up(jobs int) float64 {
	if c.rates == nil {
		return c.rate
	}
	return c.rates[min(jobs, len(c.rates)-1)]
}

// waits is the share of the admitted who find no server free.
func (c *chain) waits() float64 {
	waits := 0.0
	for i := len(c.seen) - 1; i >= c.servers; i-- {
		waits += c.seen[i]
	}
	return waits
}

// delay is the mean of what an admitted job stays longer than its service, first come,
// first served; sharing the servers makes no difference to the number of jobs, and so
// none to the mean.
func (c *chain) delay() float64 {
	delay := 0.0
	for i := len(c.seen) - 1; i >= c.servers; i-- {
		delay += c.seen[i] * float64(i-c.servers+1) / float64(c.servers)
	}
	return delay
}

// decay is the ratio of the shares of arrivals who see one more job, above the number
// of servers: the root below 1 of s = A(c·(1−s)) with A the transform of the time
// between arrivals (Kleinrock, Queueing Systems, vol. 1, section 6.4).
func decay(stages int, load float64) float64 {
	if stages == 1 {
		return load
	}
	low, high := 0.0, 1-1e-12
	for range 60 {
		s := (low + high) / 2
		if s < math.Exp(-float64(stages)*math.Log1p((1-s)/(float64(stages)*load))) {
			low = s
		} else {
			high = s
		}
	}
	return high
}
