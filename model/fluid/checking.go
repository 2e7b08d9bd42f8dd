package fluid

import (
	"math"

	"headroom/sim"
)

// Check is a health check of each target.
type Check struct {
	Alone sim.Time // that it takes at a target which has nothing else to do
	Limit sim.Time // after which it fails
	Every sim.Time
}

// checksFail is which share of checks fails in a step.
func (c *Cohort) checksFail(checks []Check) float64 {
	failed, all := 0.0, 0.0
	for i := range checks {
		k := &checks[i]
		often := 1 / k.Every.Seconds()
		failed += often * (c.Refused + (1-c.Refused)*c.CheckFails(k.Alone, k.Limit))
		all += often
	}
	return failed / max(all, 1e-300)
}

// checking is the checks of a window that is played: the targets are checked one after the other, as often as each is.
type checking struct {
	of      []Check
	next    []float64 // when another of each comes, in seconds
	turn    []int
	waiting [][]pendingCheck // by when they came
	fails   float64          // share that fails, by rates

	passed, failed, said, variance float64 // said: failures by rates
	worked                         float64 // ns of a server
}

// pendingCheck is a check that has not been answered.
type pendingCheck struct {
	due   sim.Time
	job   uint32
	fails float64 // with such a probability by rates
}

// beginChecks begins to check targets.
func (r *replay) beginChecks(of []Check) {
	r.checks = checking{of: of, waiting: make([][]pendingCheck, len(of))}
	for i := range of {
		r.checks.turn = append(r.checks.turn, 0)
		r.checks.next = append(r.checks.next, r.now+r.stream.Uniform()*of[i].Every.Seconds()/float64(len(r.targets)))
	}
}

// checkUpto plays the checks that come, or whose time is over, before an instant, in seconds.
func (r *replay) checkUpto(next float64) {
	for {
		first, at, comes := -1, next, false
		for i := range r.checks.of {
			if r.counting && r.checks.next[i] < at {
				first, at, comes = i, r.checks.next[i], true
			}
			if w := r.checks.waiting[i]; len(w) > 0 && w[0].due.Seconds() < at {
				first, at, comes = i, w[0].due.Seconds(), false
			}
		}
		if first < 0 {
			return
		}
		if r.now = max(r.now, at); comes {
			r.check(first)
		} else {
			r.endCheck(first)
		}
	}
}

// check sends a check to the target whose turn it is.
func (r *replay) check(kind int) {
	k := &r.checks
	of, target := &k.of[kind], k.turn[kind]%len(r.targets)
	k.turn[kind]++
	k.next[kind] += of.Every.Seconds() / float64(len(r.targets))
	at := max(sim.Seconds(r.now), r.targets[target].Changed())
	r.settle(target, at)
	a := attempt{arrived: at, target: int32(target), check: uint8(kind + 1)}
	k.worked += float64(of.Alone)
	if a = r.place(a, at, of.Alone); a.state == gone {
		k.decide(k.fails, false)
		return
	}
	k.waiting[kind] = append(k.waiting[kind], pendingCheck{due: at + of.Limit, job: a.job, fails: k.fails})
}

// ends notes the answer to a check.
func (k *checking) ends(a *attempt, passed bool) {
	w := k.waiting[a.check-1]
	for i := range w {
		if w[i].job == a.job {
			k.decide(w[i].fails, passed)
			k.waiting[a.check-1] = append(w[:i], w[i+1:]...)
			return
		}
	}
}

// endCheck fails the oldest check of a kind, if it has not been answered in time.
func (r *replay) endCheck(kind int) {
	w := r.checks.waiting[kind][0]
	a := &r.requests[w.job-r.first]
	due := max(w.due, r.targets[a.target].Changed())
	if r.settle(int(a.target), due); a.state == gone {
		return
	}
	r.withdraw(a, due)
	a.state = gone
	r.checks.ends(a, false)
}

// decide counts a check that fails by rates with a probability.
func (k *checking) decide(fails float64, passed bool) {
	if k.said += fails; passed {
		k.passed++
	} else {
		k.failed++
	}
	k.variance += (boolean(!passed) - fails) * (boolean(!passed) - fails)
}

// awaitChecks plays what comes after a window, as in its last step, until all checks have been answered.
func (r *replay) awaitChecks(m *moment) {
	rate := m.each * (1 - m.again) * float64(len(r.targets))
	for i := range r.checks.waiting {
		for w := &r.checks.waiting[i]; len(*w) > 0; {
			for end := (*w)[len(*w)-1].due.Seconds() + 1e-6; r.until(rate, end) && len(*w) > 0; {
			}
		}
	}
}

// add adds the checks of another window.
func (k *checking) add(o *checking) {
	k.passed += o.passed
	k.failed += o.failed
	k.said += o.said
	k.variance += o.variance
}

// all is how many were played.
func (k *checking) all() int { return int(k.passed + k.failed) }

// shown is which share of checks failed that was played, and by rates, and the half-width of the difference.
func (k *checking) shown() (played, rates, half float64) {
	n := max(k.passed+k.failed, 1)
	return k.failed / n, k.said / n, sigmas * math.Sqrt(k.variance) / n
}
