package fluid

import "math"

// ByNumber is how targets of a kind are asked among others ([Fewest]).
type ByNumber struct {
	of   *Fewest
	kind int
}

// Among returns that of a kind.
func (f *Fewest) Among(kind int) *ByNumber { return f.among[kind] }

// Of reports whether they are of those.
func (b *ByNumber) Of(f *Fewest) bool { return b.of == f }

// load is the load of one of them at a node.
func (b *ByNumber) load(node int) float64 {
	of := &b.of.kinds[b.kind]
	return b.of.node(node).each[b.kind] * of.Each / of.Servers
}

// under is how often one of them is asked under a load.
func (b *ByNumber) under(load float64) askedRates {
	low, high := b.around(load)
	from, to := askedRates(b.of.node(low).asked[b.kind]), askedRates(b.of.node(high).asked[b.kind])
	part := 0.0
	if high > low {
		part = min(1, max(0, (load-b.load(low))/(b.load(high)-b.load(low))))
	}
	asked := make(askedRates, max(len(from), len(to)))
	for j := range asked {
		asked[j] = geometric(from.at(j, 1), to.at(j, 1), part)
	}
	return asked
}

// around finds the nodes between whose loads one lies, or the first or last twice. It looks from where all had that load, lest nodes
// are worked out that nobody asks for, and by the load alone, for what is played is in order but for chance.
func (b *ByNumber) around(load float64) (low, high int) {
	last := lastNode
	if !b.of.bounded {
		last = mostUnbounded
	}
	low = max(firstNode, min(last, int(math.Floor(b.of.place(load*b.of.able)))))
	for step := 1; low > firstNode && b.load(low) > load; step *= 2 {
		low = max(firstNode, low-step)
	}
	high = low
	for step := 1; high < last && b.load(high) <= load; step *= 2 {
		low, high = high, min(last, high+step)
	}
	if b.load(high) <= load || b.load(low) > load {
		low = high
	}
	for high-low > 1 {
		if middle := (low + high) / 2; b.load(middle) <= load {
			low = middle
		} else {
			high = middle
		}
	}
	return low, high
}

// mostUnbounded is the last node for laws where some refuse all that they get.
const mostUnbounded = 20

// askedRates is how many requests come to a target in a mean service, by how many it has; beyond as by the last.
type askedRates []float64

// newAmong returns the number of jobs at one of those targets under a load.
func newAmong(b *ByNumber, servers, room int, load float64) *chain {
	c := &chain{servers: servers, stages: 1, rate: load * float64(servers)}
	a := b.under(load)
	c.ask(a, room, a.toward(servers, room, load))
	return c
}

// at is how many requests come in a mean service to a target with a number, asked so many times as often.
func (a askedRates) at(number int, by float64) float64 { return a[min(number, len(a)-1)] * by }

// toward is how many times as often a target must be asked for a load: by Newton's steps of its logarithm, and by halves
// where these lead nowhere.
func (a askedRates) toward(servers, room int, load float64) float64 {
	x, low, high := 0.0, math.Log(1e-9), math.Log(1e9)
	for range 60 {
		now, slope := a.load(servers, room, math.Exp(x))
		if now < load {
			low = x
		} else {
			high = x
		}
		next := x + (load-now)/slope
		if !(next > low && next < high) {
			next = (low + high) / 2
		}
		if math.Abs(next-x) < asNear {
			break
		}
		x = next
	}
	return math.Exp(x)
}

// asNear is how near the logarithm of a factor is found: rounding leaves no less.
const asNear = 1e-13

// load is the load of a target that is asked so many times as often, and how fast it grows with the logarithm of that: of each
// number the share goes with the number-th power, so that it is the covariance of number and busy servers.
func (a askedRates) load(servers, room int, by float64) (load, slope float64) {
	most := float64(servers)
	share, sums := 1.0, loadSums{total: 1}
	for j := 0; room == 0 || j < room; j++ {
		leave, number := min(float64(j+1), most), float64(j+1)
		ratio := a.at(j, by) / leave
		if room == 0 && j >= len(a)-1 && j+1 >= servers { // from here on it is geometric
			if ratio >= 1 {
				return 1, 0
			}
			more := share * ratio / (1 - ratio)
			sums.add(more, most, float64(j)+1/(1-ratio))
			break
		}
		share *= ratio
		sums.add(share, leave, number)
		if sums.total > 1e250 {
			share /= sums.total
			sums = loadSums{1, sums.busy / sums.total, sums.number / sums.total, sums.both / sums.total}
		}
	}
	busy := sums.busy / sums.total
	return busy / most, (sums.both - busy*sums.number) / sums.total / most
}

// loadSums adds up what a target does, by how many it has.
type loadSums struct{ total, busy, number, both float64 }

func (s *loadSums) add(share, busy, number float64) {
	s.total += share
	s.busy += share * busy
	s.number += share * number
	s.both += share * busy * number
}

// ask works out what there is at a target that is asked so many times as often.
func (c *chain) ask(a askedRates, room int, by float64) {
	c.share = []float64{1}
	total, admitted := 1.0, 0.0
	for j := 0; ; j++ {
		rate := a.at(j, by)
		c.rates = append(c.rates, rate)
		if room > 0 && j == room {
			break
		}
		ratio := rate / min(float64(j+1), float64(c.servers))
		next := c.share[j] * ratio
		if next < negligible*total && ratio < 1 && j >= len(a)-1 {
			break
		}
		if total > 1e250 {
			c.shrink(0, total)
			next, total = next/total, 1
		}
		c.share = append(c.share, next)
		total += next
	}
	c.shrink(0, total)
	last := len(c.share) - 1
	c.seen = make([]float64, last)
	for j := range c.seen {
		c.seen[j] = c.share[j] * c.rates[j]
		admitted += c.seen[j]
	}
	if room > 0 && last == room {
		c.blocked = c.share[last] * c.rates[last] / (admitted + c.share[last]*c.rates[last])
	}
	for j := range c.seen {
		c.seen[j] /= admitted
	}
}
