package controlplane

import (
	"fmt"
	"sort"

	"headroom/model"
	"headroom/model/scaling"
	"headroom/sim"
	"headroom/sim/rng"
)

// scaler is one dynamic scaling policy of a group at work.
type scaler struct {
	policy    scaling.Policy
	inputs    []int // index into Plane.inputs
	floor     int   // capacity below which it lets nobody scale in
	cools     bool  // its mechanism has a cooldown,
	fresh     bool  // and ignores stale datapoints
	unanimous bool  // and it scales in only if all such policies want to
	paced     bool  // it has cooldowns of its own
	owes      bool  // a change that it made is complete but for tasks that wait for room
	wakes     bool  // it wants to decide at instants of its own
	*scalerTerms
}

// scalerTerms is what of a policy most decisions do not look at: it lies apart, so that what
// they do look at lies together.
type scalerTerms struct {
	cfg       *ScalingPolicy
	mechanism scaling.Mechanism
	pause     scaling.Pause
	draws     rng.Stream
	wake      sim.Time // its next instant; Never: none
	streak    streak   // of the decisions that it woke for
}

// input is what a policy sees of one metric.
type input struct {
	group, policy int
	metric        *Metric
	clock         int
	seen          *scaling.Recorder
	publication
}

// newInputs prepares the metrics of all policies. It comes before whatever marks
// the beginnings of periods.
func (cp *Plane) newInputs() error {
	for i := range cp.cfg.Groups {
		for k := range cp.cfg.Groups[i].Policies {
			p := &cp.cfg.Groups[i].Policies[k]
			for j := range p.Inputs {
				in := &p.Inputs[j]
				if in.Period <= 0 {
					return fmt.Errorf("%s.policy.%d: input %d: period must be above 0, got %v",
						cp.cfg.Groups[i].Path(), k, j, in.Period)
				}
				cp.inputs = append(cp.inputs, input{
					group: i, policy: k, metric: &in.Metric,
					clock: cp.clockOf(cp.published(&in.Metric, in.Period)),
				})
				cp.recordTimes(&in.Metric, cp.inputs[len(cp.inputs)-1].clock)
			}
		}
	}
	return nil
}

// newScalers makes the policies of a group and asks when they want to decide.
func (cp *Plane) newScalers(i int) error {
	g := &cp.groups[i]
	g.scalers = make([]scaler, len(g.cfg.Policies))
	terms := make([]scalerTerms, len(g.scalers))
	next := sort.Search(len(cp.inputs), func(n int) bool { return cp.inputs[n].group >= i })
	for k := range g.scalers {
		s := &g.scalers[k]
		terms[k] = scalerTerms{cfg: &g.cfg.Policies[k], wake: sim.Never}
		s.scalerTerms = &terms[k]
		s.paced = s.cfg.Cooldowns != nil
		if s.cfg.Spec == nil {
			return fmt.Errorf("%s.policy.%d: must have a spec", g.name(), k)
		}
		if faults := s.cfg.Spec.Validate(); len(faults) > 0 {
			return fmt.Errorf("%s.policy.%d: %w", g.name(), k, faults[0])
		}
		s.mechanism = s.cfg.Spec.Mechanism()
		s.cools, s.fresh, s.unanimous = s.mechanism.Cooldown, s.mechanism.Fresh, s.mechanism.Unanimous
		if s.unanimous {
			g.unanimous++
		}
		s.draws = cp.stream(fmt.Sprintf("policy/%s/%s", g.cfg.Name, s.cfg.Name))
		s.policy = s.cfg.Spec.New(scaling.Setup{Start: cp.frame.Start, Draws: &s.draws})
		for range s.cfg.Inputs { // which newInputs has put there in this order
			cp.inputs[next].seen = scaling.NewRecorder(s.mechanism.History)
			s.inputs = append(s.inputs, next)
			next++
		}
		_, s.wakes = s.policy.(scaling.Waker)
		cp.scheduleWake(i, k)
	}
	return nil
}

// scheduleWake asks a policy when it wants to decide next.
func (cp *Plane) scheduleWake(i, k int) {
	s := &cp.groups[i].scalers[k]
	if !s.wakes {
		return
	}
	now := cp.kernel.Now()
	next, ok := s.policy.(scaling.Waker).Wake(now)
	if !ok {
		next = sim.Never
	} else if next <= now {
		panic(fmt.Sprintf("controlplane: policy %s asks to be woken at %v, which is not after %v", s.cfg.Name, next, now))
	}
	if next != s.wake && next <= cp.frame.Duration {
		cp.schedule(next, paired(policyWakes, uint32(i), uint32(k)))
	}
	s.wake = next
}

// onPolicyWakes lets a policy decide at an instant that it asked for.
func (cp *Plane) onPolicyWakes(ev model.Event) {
	i, k := ev.Pair()
	s := &cp.groups[i].scalers[k]
	if s.wake != cp.kernel.Now() { // it has asked for another instant since
		cp.overtaken()
		return
	}
	s.wake = sim.Never
	inv := invocation{policy: int(k), side: scaling.Woken, from: -1, streak: &s.streak, watch: None}
	if len(s.inputs) > 0 {
		cp.see(s.inputs[0])
		newest := cp.inputs[s.inputs[0]].newest
		inv.metric, inv.hasMetric = newest.value, newest.ok
	}
	cp.ask(int(i), inv)
}

// publishInputs stages a datapoint of every input of a clock.
func (cp *Plane) publishInputs(c int) {
	now := cp.kernel.Now()
	for n := range cp.inputs {
		in := &cp.inputs[n]
		if in.clock != c {
			continue
		}
		p := cp.measure(in.metric, c)
		p.from = now - cp.clocks[c].period
		in.stage(p, now+cp.cfg.PublicationDelay)
		cp.see(n) // so that no more is staged than is on its way
	}
}

// see returns the datapoints of an input that have become visible.
func (cp *Plane) see(n int) scaling.History {
	in := &cp.inputs[n]
	for p, ok := in.take(cp.kernel.Now()); ok; p, ok = in.take(cp.kernel.Now()) {
		in.seen.Push(scaling.Datapoint{
			From: p.from, Until: p.from + cp.clocks[in.clock].period, Value: p.value, OK: p.ok,
		})
	}
	return in.seen.History()
}
