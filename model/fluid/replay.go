package fluid

import (
	"math"

	"headroom/sim"
	"headroom/sim/fluid"
	"headroom/sim/rng"
	"headroom/sim/stat"
	"headroom/sim/station"
)

// mostTargets is how many targets a replay has at most: with more, each of them has very
// nearly the same.
const mostTargets = 48

// replay plays the requests of a window one by one, from the numbers that the rates had.
type replay struct {
	shape   Shape
	targets []station.Station
	arrived []sim.Time
	counts  []bool // of arrived
	turn    int
	now     float64 // seconds
	stream  rng.Stream

	played, rates stat.Histogram
	came, refused int64
	expected      float64 // refused by the rates
	offset        float64
	open          int // of those that count, not gone yet
}

// The targets begin where they would be after so many requests each, at least and at
// most, at the rate of the first step, if they have no line; what comes after the window
// goes on until all that count have left, or so many have come.
const (
	leastLead = 2_000
	mostLead  = 30_000
	leadStays = 30
	mostAfter = 30_000
	golden    = 0.6180339887498949
)

func newReplay(w *window, stream rng.Stream) *replay {
	r := &replay{shape: w.shape, stream: stream}
	places := station.NoLimit
	if p := r.shape.Places; p > 0 && p < NoLimit {
		places = int32(p)
	}
	spec := station.Spec{Servers: int64(r.shape.Servers), Limit: places, Backlog: int32(min(r.shape.Backlog, NoLimit))}
	for range max(1, min(r.shape.Choices, mostTargets)) {
		r.targets = append(r.targets, station.New(spec))
	}
	return r
}

// play plays a window.
func (r *replay) play(w *window) {
	first, last := w.moments[0], w.moments[len(w.moments)-1]
	rate := first.each * float64(len(r.targets))
	if first.line > 0 {
		for i := range r.targets {
			number := first.number + float64(i)/float64(len(r.targets))
			for range int(number) {
				r.offer(i, false)
			}
		}
	} else {
		lead := min(mostLead, max(leastLead, int(leadStays*first.stay.Law.Mean()*rate)))
		for range lead {
			r.arrive(rate, false)
		}
	}
	for _, m := range w.moments {
		end := r.now + m.length.Seconds()
		before := r.came
		refused := r.refused
		for r.came < 2*enoughRequests {
			if !r.until(m.each*float64(len(r.targets)), end) {
				break
			}
		}
		admitted := r.came - before - (r.refused - refused)
		m.stay.Record(&r.rates, admitted, 0, r.offset)
		r.expected += m.refused * float64(r.came-before)
		r.offset = math.Mod(r.offset+golden, 1)
	}
	for range mostAfter {
		if r.open == 0 {
			break
		}
		r.arrive(last.each*float64(len(r.targets)), false)
		r.settleAll(sim.Seconds(r.now))
	}
	r.settleAll(sim.Horizon)
}

// until plays the next request if it comes before an instant.
func (r *replay) until(rate, end float64) bool {
	next := r.now + r.stream.Exponential()/rate
	if next >= end {
		r.now = end
		return false
	}
	r.now = next
	r.offer(r.pick(), true)
	return true
}

// arrive plays the next request.
func (r *replay) arrive(rate float64, counts bool) {
	r.now += r.stream.Exponential() / rate
	r.offer(r.pick(), counts)
}

// offer brings a request to a target.
func (r *replay) offer(target int, counts bool) {
	at := sim.Seconds(r.now)
	s := &r.targets[target]
	r.settle(s, at)
	demand := r.stream.Draw(r.shape.Demand) / r.shape.speed()
	job := uint32(len(r.arrived))
	r.arrived, r.counts = append(r.arrived, at), append(r.counts, counts)
	verdict, _ := s.Offer(at, job, sim.Seconds(demand))
	if !counts {
		return
	}
	r.came++
	if verdict == station.Refused {
		r.refused++
		return
	}
	r.open++
}

// speed is that of a server.
func (s *Shape) speed() float64 {
	if s.Speed == 0 {
		return 1
	}
	return s.Speed
}

// pick chooses a target as the load balancer does.
func (r *replay) pick() int {
	n := len(r.targets)
	switch r.shape.Rule {
	case fluid.AtRandom:
		return r.stream.Below(n)
	case fluid.LeastWaiting:
		r.settleAll(sim.Seconds(r.now))
		best, fewest := 0, math.MaxInt
		for k := range n {
			i := (r.turn + k) % n
			if jobs := r.targets[i].InService() + r.targets[i].Waiting(); jobs < fewest {
				best, fewest = i, jobs
			}
		}
		r.turn = best + 1
		return best
	}
	r.turn++
	return r.turn % n
}

func (r *replay) settleAll(until sim.Time) {
	for i := range r.targets {
		if r.targets[i].Next() <= until {
			r.settle(&r.targets[i], until)
		}
	}
}

func (r *replay) settle(s *station.Station, until sim.Time) {
	for turn, ok := s.Settle(until); ok; turn, ok = s.Settle(until) {
		if turn.Kind == station.Departed && r.counts[turn.Job] {
			r.played.Record(int64(turn.At - r.arrived[turn.Job]))
			r.open--
		}
	}
}
