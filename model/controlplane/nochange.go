package controlplane

import (
	"fmt"

	"headroom/model/scaling"
	"headroom/sim"
)

// why says for what reason a decision changes nothing.
type why uint8

const (
	changes         why = iota // it does change the desired capacity
	alarmOK                    // nobody asked
	alarmUnknown               // nobody asked, for want of datapoints
	noDatapoint                // asked, but the metric has no value yet
	staleDatapoint             // it led to a change already, or is of before the last one
	activityRuns               // simple scaling waits for it
	replacementRuns            // simple scaling waits for it
	coolingDown                // simple scaling waits until the instant
	warming                    // scale-in waits for what a rise launched
	silent                     // the policy has no answer to the metric
	satisfied                  // the capacity that it wants is the desired one
	atMax                      // it wants more than the group may have
	atMin                      // it wants less than the group must have
	outvoted                   // another policy wants more
	disagreed                  // other policies do not want to scale in
)

// reason is why, with what it is about. Reasons that are equal make one line of
// the history.
type reason struct {
	why    why
	number int32    // satisfied, atMax, atMin: the capacity; outvoted: the other policy
	until  sim.Time // coolingDown
	said   string   // silent: what the policy says for itself
}

// streak is decisions of one policy on one alarm in a row that changed nothing for
// the same reason. It is one line of the history, from the first to the last.
type streak struct {
	times     int // 0: there is none
	until     sim.Time
	metric    extent
	reason    reason
	unlimited bool // the policy wants more than max
	wants     extent
	alarm     *Alarm // nil: the policy woke
	line      int    // in Plane.activities
}

// invocationResult is what became of one invocation.
type invocationResult struct {
	decision scaling.Decision
	reason   reason
	working  string // how the policy came to what it wants, in runs that are told
}

// record writes down what became of an invocation: a reason like the last one
// only lengthens its line, so that the history grows with what changes, not with
// the length of the run.
func (cp *Plane) record(i int, inv *invocation, v *invocationResult) {
	g := &cp.groups[i]
	s := inv.streak
	cp.countUnlimited(i, s, v)
	if s.times > 0 && s.reason == v.reason {
		s.again(cp.kernel.Now(), inv.metric, inv.hasMetric)
		s.want(v)
		return
	}
	cp.endStreak(g, s, inv.policy)
	if v.reason.why == changes {
		return
	}
	s.reason, s.line, s.alarm = v.reason, len(cp.activities), inv.alarm
	s.wants, s.metric = extent{}, extent{}
	s.again(cp.kernel.Now(), inv.metric, inv.hasMetric)
	s.want(v)
	cp.note(Activity{
		Subject: g.name(), Kind: "no-change", Instance: None, Cause: cp.reasonText(g, v.reason),
	})
}

// again lengthens a streak by one decision, on the newest datapoint.
func (s *streak) again(now sim.Time, newest float64, ok bool) {
	s.times++
	s.until = now
	if ok {
		s.metric.add(newest)
	}
}

// want notes what a policy wants whose decision changes nothing.
func (s *streak) want(v *invocationResult) {
	if d := &v.decision; (d.Acts || d.Held) && !d.Below && s.reason.why != satisfied {
		s.wants.add(float64(max(d.Wanted, d.Beyond)))
	}
}

// endStreak completes the line of a streak.
func (cp *Plane) endStreak(g *group, s *streak, policy int) {
	if s.times == 0 {
		return
	}
	detail := "policy " + g.cfg.Policies[policy].Name
	if s.alarm != nil {
		detail += ": alarm " + s.alarm.Name
	}
	if s.metric.n > 0 {
		detail += fmt.Sprintf(", metric %v", s.metric)
	}
	if s.wants.n > 0 {
		detail += fmt.Sprintf(", wants %v", s.wants)
	}
	if s.times > 1 {
		detail += fmt.Sprintf(" (%d times)", s.times)
	}
	cp.activities[s.line].Detail, cp.activities[s.line].Until = detail, s.until
	s.times = 0
}

// countUnlimited keeps count of the policies that want more than the group may have. One
// that could not decide wants what it wanted.
func (cp *Plane) countUnlimited(i int, s *streak, v *invocationResult) {
	g := &cp.groups[i]
	switch v.reason.why {
	case staleDatapoint, activityRuns, replacementRuns, coolingDown:
		return
	}
	wants := v.decision.Acts && v.decision.Beyond > g.max && g.desired == g.max
	if wants == s.unlimited {
		return
	}
	s.unlimited = wants
	change := int64(-1)
	if wants {
		change = 1
	}
	g.beyondMax += int(change)
	cp.countAtMax(i)
}

// countAtMax ends or begins the time at max of a group.
func (cp *Plane) countAtMax(i int) {
	g, now := &cp.groups[i], cp.kernel.Now()
	wants := g.beyondMax > 0 && g.desired >= g.max
	switch {
	case wants && g.atMaxSince == sim.Never:
		g.atMaxSince = now
	case !wants && g.atMaxSince != sim.Never:
		cp.members[i].TimeAtMax += now - g.atMaxSince
		g.atMaxSince = sim.Never
	}
}

// closeStreaks completes all lines at the horizon.
func (cp *Plane) closeStreaks() {
	for i := range cp.groups {
		g := &cp.groups[i]
		for k := range g.scalers {
			cp.endStreak(g, &g.scalers[k].streak, k)
		}
		g.beyondMax = 0
		cp.countAtMax(i)
	}
	for i := range cp.watches {
		a := &cp.watches[i]
		for k := range a.actions {
			act := &a.actions[k]
			cp.endStreak(&cp.groups[act.Group], &act.streak, act.Policy)
		}
	}
}

// reasonText writes a reason for people.
func (cp *Plane) reasonText(g *group, r reason) string {
	switch r.why {
	case alarmOK:
		return "alarm OK"
	case alarmUnknown:
		return "alarm INSUFFICIENT_DATA"
	case noDatapoint:
		return "no datapoint"
	case staleDatapoint:
		return "no new datapoint"
	case activityRuns:
		return "activity in progress"
	case replacementRuns:
		return "replacement in progress"
	case coolingDown:
		return "cooldown until " + cp.frame.Clock(r.until)
	case warming:
		return "warming"
	case silent:
		if r.said != "" {
			return r.said
		}
		return "no answer to the metric"
	case satisfied:
		return fmt.Sprintf("wants %d = desired", r.number)
	case atMax:
		return fmt.Sprintf("at max %d, wants more", r.number)
	case atMin:
		return fmt.Sprintf("at min %d, wants less", r.number)
	case outvoted:
		return fmt.Sprintf("policy %s wants more", g.cfg.Policies[r.number].Name)
	case disagreed:
		return "other policies do not want to scale in"
	}
	panic("controlplane: a decision without a reason")
}
