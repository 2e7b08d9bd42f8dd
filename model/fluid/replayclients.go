package fluid

import (
	"cmp"
	"math"
	"slices"
	"sort"

	"headroom/sim"
)

// expire lets the clients leave whose patience is over by an instant. All of them are equally
// patient, so that they leave in the order in which they came.
func (r *replay) expire(until sim.Time) {
	for r.expireNext(until) {
	}
}

// expireNext lets the client leave whose patience is over first, or returns false if that of none is by
// an instant.
func (r *replay) expireNext(until sim.Time) bool {
	if r.patience == sim.Never || r.patience <= 0 {
		return false
	}
	for ; r.oldest < len(r.requests); r.oldest++ {
		due := r.requests[r.oldest].arrived + r.patience
		if due > until {
			return false
		}
		if r.requests[r.oldest].state == gone || r.requests[r.oldest].check > 0 {
			continue
		}
		r.serve(int(r.requests[r.oldest].target), due)
		a := &r.requests[r.oldest]
		if a.state == gone {
			continue
		}
		r.withdraw(a, due)
		if a.state = gone; r.counting {
			r.is.late++
			if len(r.kinds) > 0 {
				r.kinds[a.kind].late++
			}
		}
		r.tryAgain(a, due)
		return true
	}
	return false
}

// withdraw takes an attempt off its target at an instant, unless that works on.
func (r *replay) withdraw(a *attempt, at sim.Time) {
	s := &r.targets[a.target]
	switch {
	case r.of(int(a.target)).Finishes && r.serves(a.target):
	case a.state == inLine:
		s.LeaveLine(a.ticket)
	default:
		s.Abandon(at, a.job)
	}
}

// tryAgain lets the client of an attempt that has failed at an instant come back.
func (r *replay) tryAgain(a *attempt, at sim.Time) {
	if k := int(a.number); k < len(r.back) {
		r.back[k] = append(r.back[k], at+r.retries.Backoff<<min(k, 20))
	}
}

// retryUpto plays who comes back before an instant, in seconds, and returns it. Who gives up may come back
// before the next one gives up: each does when it is time, for no target goes back in time.
func (r *replay) retryUpto(next float64) float64 {
	for len(r.back) > 0 {
		upto, first := next, r.firstBack()
		if first >= 0 {
			upto = min(upto, r.back[first][0].Seconds())
		}
		switch {
		case !math.IsInf(upto, 1) && r.expireNext(sim.Seconds(upto)):
		case first < 0 || upto == next:
			return next
		default:
			r.now = max(r.now, upto)
			r.back[first] = r.back[first][1:]
			r.offer(r.pick(), uint8(first+1))
		}
	}
	return next
}

// firstBack is after how many failures the client tried who comes back first, less one; below 0: nobody does.
func (r *replay) firstBack() int {
	first := -1
	for k, back := range r.back {
		if len(back) > 0 && (first < 0 || back[0] < r.back[first][0]) {
			first = k
		}
	}
	return first
}

// waiting is a request that was there before a window: since when, in seconds, and of that, for how
// long it has been served.
type waiting struct {
	ago, served float64
	target      int
}

// fill puts the line of the rates before the targets: as many requests as each of them has, who came
// when the past of the line says. Who shares a server has had as much of it as the past says, too.
func (r *replay) fill(w *window) {
	var all []waiting
	for i := range r.targets {
		all = r.atTarget(all, i, w.begins.number+float64(i)/float64(len(r.targets)), &w.past)
	}
	r.bring(all, func(int) *past { return &w.past })
}

// bring brings who is there, those who came first before the others.
func (r *replay) bring(all []waiting, past func(target int) *past) {
	if len(all) == 0 {
		return
	}
	slices.SortStableFunc(all, func(a, b waiting) int { return cmp.Compare(b.ago, a.ago) })
	shorter := 1.0
	if oldest := all[0].ago; r.patience != sim.Never && oldest >= r.patience.Seconds() && !r.of(all[0].target).Finishes {
		shorter = r.patience.Seconds() / oldest * (1 - 1e-9)
	}
	r.now = all[0].ago*shorter + 1
	at := sim.Seconds(r.now)
	for _, one := range all {
		a := attempt{arrived: at - sim.Seconds(one.ago*shorter), target: int32(one.target)}
		shape := r.of(one.target)
		if !r.serves(a.target) {
			r.admit(a, at, max(1, r.member[one.target].ends-(at-a.arrived)))
			continue
		}
		had := 0.0
		if shape.Sharing {
			had = past(one.target).attained(one.served*shorter, math.Inf(1))
		}
		r.admit(a, at, sim.Seconds(r.left(shape, had)/shape.speed()))
	}
}

// atTarget adds those to a list who are at a target that has so many, as its past has it.
func (r *replay) atTarget(all []waiting, target int, many float64, past *past) []waiting {
	shape, number := r.of(target), int(many)
	inside := shape.Servers
	if shape.Sharing {
		inside = number
		if p := shape.Places; p > 0 && p < NoLimit {
			inside = min(number, p)
		}
	}
	line := max(0, number-inside)
	for k := range line {
		all = append(all, waiting{ago: past.since(float64(k + 1)), target: target})
	}
	waited := past.since(float64(line))
	var survivors survivors
	if shape.Sharing && number > line {
		survivors = past.survivors(newWorth(shape.Demand))
	}
	for k := range number - line {
		one := waiting{ago: waited, target: target}
		if shape.Sharing {
			one.served = survivors.at((float64(k) + 0.5) / float64(number-line))
			one.ago += one.served
		}
		all = append(all, one)
	}
	return all
}

// survivors are those who came in the past and are still served, by how long ago.
type survivors struct{ ago, upTo []float64 } // bounds of steps, and how many came since

// survivors finds out how many of each step are: whose demand is longer than what was had since.
func (p *past) survivors(demand *worth) survivors {
	s := survivors{ago: []float64{0}, upTo: []float64{0}}
	had, ago, sum := 0.0, 0.0, 0.0
	for k := range pastSteps {
		step := &p.steps[(p.last+pastSteps-k)%pastSteps]
		if step.seconds == 0 {
			break
		}
		_, longer := demand.upto(had + step.seconds*step.rate/2)
		had, ago, sum = had+step.seconds*step.rate, ago+step.seconds, sum+step.came*longer
		s.ago, s.upTo = append(s.ago, ago), append(s.upTo, sum)
	}
	return s
}

// at is since when a share of them have come.
func (s survivors) at(share float64) float64 {
	last := len(s.upTo) - 1
	want := share * s.upTo[last]
	i := min(sort.SearchFloat64s(s.upTo, want), last)
	if i == 0 {
		return 0
	}
	part := (want - s.upTo[i-1]) / max(s.upTo[i]-s.upTo[i-1], 1e-12)
	return s.ago[i-1] + min(1, part)*(s.ago[i]-s.ago[i-1])
}

// left draws what is left of a demand at a target of which so much has been served.
func (r *replay) left(shape *Shape, had float64) float64 {
	const tries = 64
	for range tries {
		if d := r.stream.Draw(shape.Demand); d > had {
			return d - had
		}
	}
	return shape.Demand.Mean()
}
