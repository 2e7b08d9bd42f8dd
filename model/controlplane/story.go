package controlplane

import (
	"headroom/model/alarm"
	"headroom/model/scaling"
	"headroom/sim"
)

// Deliberation is one time that the capacity of a group was up for a decision, taken or
// not, or several in a row that said the same.
type Deliberation struct {
	At, Until     sim.Time // of the first and of the last in a row
	Group         string
	Policy        string // "" for what no policy asks for: a schedule, an operator
	Alarm         string // that asked, or would; "" if none
	Before, After int    // desired capacity
	Taken         bool   // it became After
	AtRest        bool   // nobody asked: the alarm only looked
	Why           string // a sentence without its end: "AlarmHigh (84 % > 50 %), ceil(5 × 84/50) = 9"
}

// story is what a run tells of its groups beyond the history. It is kept only of runs
// that are saved: it grows by a line a minute while an alarm lasts.
type story struct {
	lines []Deliberation
	quiet []silence // of each action of an alarm, see [Plane.quietOf]
	first []int     // by alarm: of its first action in quiet
	last  []int     // by group: its last line, to which an equal one is added; None
}

// silence is evaluations in a row in which an alarm asked for nothing: it is one line as
// long as its state and the number of its breaching datapoints are the same; of an alarm
// with many datapoints, as long as there are some or none.
type silence struct {
	line        int // in story.lines
	times       int // 0: there is none
	state       alarm.State
	first, last int // breaching datapoints
	metric      extent
}

// continues reports whether a silence is one with what an alarm says now.
func (q *silence) continues(a *watch, breaching int) bool {
	if q.times == 0 || q.state != a.state {
		return false
	}
	if a.cfg.Config.EvaluationPeriods > mostPoints {
		return (q.last > 0) == (breaching > 0)
	}
	return q.last == breaching
}

// newStory begins the story of a run.
func (cp *Plane) newStory() {
	s := &story{last: make([]int, len(cp.groups))}
	for i := range s.last {
		s.last[i] = None
	}
	for i := range cp.watches {
		s.first = append(s.first, len(s.quiet))
		s.quiet = append(s.quiet, make([]silence, len(cp.watches[i].cfg.Actions))...)
	}
	cp.story = s
}

// quietOf returns the silence of an alarm for one of its actions.
func (cp *Plane) quietOf(watch, action int) *silence {
	return &cp.story.quiet[cp.story.first[watch]+action]
}

// tell adds a line, or lengthens the last of its group if it says the same.
func (cp *Plane) tell(group int, d Deliberation) {
	s := cp.story
	d.At, d.Until = cp.kernel.Now(), cp.kernel.Now()
	d.Group = cp.cfg.Groups[group].decides()
	if n := s.last[group]; n != None && !d.Taken {
		same := s.lines[n]
		same.At, same.Until = d.At, d.Until
		if same == d {
			s.lines[n].Until = d.Until
			return
		}
	}
	s.last[group] = len(s.lines)
	s.lines = append(s.lines, d)
}

// tellInvocation tells what became of one that asked a policy.
func (cp *Plane) tellInvocation(i int, inv *invocation, v *invocationResult, c combination) {
	if inv.watch != None {
		cp.endSilence(inv.watch, inv.action)
	}
	g := &cp.groups[i]
	d := Deliberation{
		Policy: g.cfg.Policies[inv.policy].Name, Alarm: inv.alarmName(), Before: c.before, After: c.before,
		Why: cp.askedText(inv),
	}
	if v.reason.why == changes && c.winner == inv.policy {
		d.Taken, d.After = true, g.desired
	}
	d.Why = joined(d.Why, v.working)
	d.Why = joined(d.Why, cp.outcomeText(i, inv, v, c))
	cp.tell(i, d)
}

// tellSilence tells that an alarm asks for nothing.
func (cp *Plane) tellSilence(watch, action int) {
	a := &cp.watches[watch]
	q := cp.quietOf(watch, action)
	newest, ok := a.window.Latest()
	breaching := alarm.Breaching(&a.window)
	if !q.continues(a, breaching) {
		cp.endSilence(watch, action)
		act := &a.cfg.Actions[action]
		g := &cp.groups[act.Group]
		*q = silence{line: len(cp.story.lines), state: a.state, first: breaching}
		cp.story.last[act.Group] = None
		cp.story.lines = append(cp.story.lines, Deliberation{
			At: cp.kernel.Now(), Group: g.cfg.decides(), Policy: g.cfg.Policies[act.Policy].Name, Alarm: a.cfg.Name,
			Before: g.desired, After: g.desired, AtRest: true,
		})
	}
	q.times++
	q.last = breaching
	if ok {
		q.metric.add(newest)
	}
	cp.story.lines[q.line].Until = cp.kernel.Now()
}

// endSilence completes the line of a silence.
func (cp *Plane) endSilence(watch, action int) {
	q := cp.quietOf(watch, action)
	if q.times > 0 {
		cp.story.lines[q.line].Why = cp.silenceText(&cp.watches[watch], q)
		q.times = 0
	}
}

// tellChange tells of a new desired capacity that no policy asked for, or that it is
// the one that the group has.
func (cp *Plane) tellChange(i int, c change, asked int) {
	g := &cp.groups[i]
	d := Deliberation{Before: g.desired, After: c.desired, Taken: c.desired != g.desired, Why: c.cause}
	switch {
	case asked > c.desired:
		d.Why += clamped(asked, "max", c.desired)
	case asked < c.desired:
		d.Why += clamped(asked, "min", c.desired)
	case !d.Taken:
		d.Why += wants(asked, g.desired)
	}
	cp.tell(i, d)
}

// tellRefusal tells of a change that was refused.
func (cp *Plane) tellRefusal(i int, by string, err error) {
	if cp.story == nil {
		return
	}
	desired := cp.groups[i].desired
	cp.tell(i, Deliberation{Before: desired, After: desired, Why: by + ": " + err.Error()})
}

// closeStory completes all lines at the horizon.
func (cp *Plane) closeStory() []Deliberation {
	if cp.story == nil {
		return nil
	}
	for i := range cp.watches {
		for k := range cp.watches[i].cfg.Actions {
			cp.endSilence(i, k)
		}
	}
	return cp.story.lines
}

// explain asks a policy for its formula.
func explain(p scaling.Policy, v scaling.View) string {
	if e, ok := p.(scaling.Explainer); ok {
		return e.Explain(v)
	}
	return ""
}

// tellSuspension tells that an alarm asks a group that does not listen.
func (cp *Plane) tellSuspension(inv *invocation) {
	if cp.story == nil {
		return
	}
	cp.endSilence(inv.watch, inv.action)
	i := cp.watches[inv.watch].cfg.Actions[inv.action].Group
	g := &cp.groups[i]
	cp.tell(i, Deliberation{
		Policy: g.cfg.Policies[inv.policy].Name, Alarm: inv.alarmName(), Before: g.desired, After: g.desired,
		Why: joined(cp.askedText(inv), "but AlarmNotification is suspended"),
	})
}
