package controlplane

import (
	"fmt"
	"strings"

	"headroom/model/alarm"
	"headroom/model/scaling"
	"headroom/sim"
)

// mostPoints is how many datapoints of an alarm are listed one by one.
const mostPoints = 6

// askedText says who asked: the alarm with its datapoints, or the policy itself.
func (cp *Plane) askedText(inv *invocation) string {
	if inv.watch == None {
		if inv.hasMetric {
			return fmt.Sprintf("woken at a metric of %.4g", inv.metric)
		}
		return "woken"
	}
	a := &cp.watches[inv.watch]
	cfg := &a.cfg.Config
	var points []string
	var all extent
	for age := cfg.EvaluationPeriods; age >= 1; age-- {
		value, ok := a.window.At(age)
		if !ok {
			points = append(points, "–")
			continue
		}
		all.add(value)
		points = append(points, a.cfg.Metric.number(value))
	}
	if len(points) > mostPoints {
		points = []string{fmt.Sprintf("%d datapoints, %s", all.n, a.cfg.Metric.span(all))}
	}
	text := strings.Join(points, ", ")
	if n := alarm.Breaching(&a.window); n < cfg.EvaluationPeriods {
		text += fmt.Sprintf(": %d of %d", n, cfg.EvaluationPeriods)
	}
	return fmt.Sprintf("%s (%s %s)", shortName(a.cfg.Name), text, a.cfg.threshold())
}

// silenceText says why an alarm asked for nothing.
func (cp *Plane) silenceText(a *watch, q *silence) string {
	points := "no datapoint"
	if q.metric.n > 0 {
		points = a.cfg.Metric.span(q.metric)
	}
	breaching := fmt.Sprint(q.last)
	if q.first != q.last {
		breaching = fmt.Sprintf("%d to %d", q.first, q.last)
	}
	return fmt.Sprintf("%s %v (%s: %s of %d %s)", shortName(a.cfg.Name), q.state, points,
		breaching, a.cfg.Config.EvaluationPeriods, a.cfg.threshold())
}

// shortName is the name of an alarm without its group and policy, which its line has.
func shortName(alarm string) string {
	if strings.HasPrefix(alarm, "TargetTracking-") {
		return alarm[strings.LastIndexByte(alarm, '-')+1:]
	}
	return alarm
}

// threshold writes what datapoints must be to breach: "> 50 %".
func (a *Alarm) threshold() string {
	sign := [...]string{"", ">", "≥", "<", "≤"}[a.Config.Comparison]
	text := sign + " " + a.Metric.number(a.Config.Threshold)
	if unit := a.Metric.Kind.unit(); unit != percent {
		text += unit
	}
	return text
}

const percent = " %"

// unit is what stands after a number of the metric, "" for a plain one.
func (k MetricKind) unit() string {
	switch k {
	case CPUUtilization, MemoryUsed:
		return percent
	case NetworkIn, NetworkOut:
		return " bytes/min"
	case CPUCreditUsage, CPUCreditBalance, CPUSurplusCreditBalance, CPUSurplusCreditsCharged:
		return " credits"
	case RequestCountPerTarget:
		return " requests per target"
	case RequestCount:
		return " requests"
	case TargetResponseTime:
		return " s"
	case HealthyHostCount, UnHealthyHostCount:
		return " targets"
	}
	return ""
}

// number writes a value, with the unit only if that is percent.
func (m *Metric) number(v float64) string {
	text := fmt.Sprintf("%.4g", v)
	if m.Kind.unit() == percent {
		text += percent
	}
	return text
}

// span writes a range of values.
func (m *Metric) span(s extent) string {
	low, high := m.number(s.low), m.number(s.high)
	if low == high {
		return low
	}
	return low + " to " + high
}

// outcomeText says what became of what a policy wants: why it changes nothing, or how
// limits cut it.
func (cp *Plane) outcomeText(i int, inv *invocation, v *invocationResult, c combination) string {
	g, d := &cp.groups[i], &v.decision
	switch v.reason.why {
	case changes:
		return cp.changeText(g, inv, v, c)
	case satisfied:
		if d.Beyond > d.Wanted {
			return fmt.Sprintf("max %d = desired", g.max)
		}
		return joined(satisfiedText(v, c.before), cp.arrivingText(g))
	case atMax:
		return fmt.Sprintf("clamped to max %d = desired", v.reason.number)
	case atMin:
		return fmt.Sprintf("clamped to min %d = desired", v.reason.number)
	case warming:
		return "but " + cp.arrivingText(g)
	case coolingDown:
		return "but cooldown until " + cp.shortClock(v.reason.until)
	case activityRuns, replacementRuns:
		return "but " + cp.reasonText(g, v.reason)
	case staleDatapoint:
		if inv.side == scaling.Low {
			return "but its datapoint began before the last change, at " + cp.shortClock(g.resized)
		}
		return "but its datapoint led to the change at " + cp.shortClock(g.resized)
	case outvoted, disagreed:
		return fmt.Sprintf("wants %d, but %s", d.Wanted, cp.reasonText(g, v.reason))
	}
	return cp.reasonText(g, v.reason)
}

// changeText says how a decision that was taken came to its number, beyond its formula.
func (cp *Plane) changeText(g *group, inv *invocation, v *invocationResult, c combination) string {
	d := &v.decision
	var text string
	switch {
	case d.Said != "":
		text = d.Said
	case v.working == "":
		text = fmt.Sprintf("wants %d", max(d.Wanted, d.Beyond))
	}
	switch {
	case d.Beyond > d.Wanted:
		text = joined(text, fmt.Sprintf("clamped to max %d", g.max))
	case d.Below:
		text = joined(text, fmt.Sprintf("clamped to min %d", d.Wanted))
	}
	if c.winner != inv.policy {
		text = joined(text, fmt.Sprintf("as policy %s", g.cfg.Policies[c.winner].Name))
	}
	return text
}

// satisfiedText says that a policy wants what there is: it never scales the other way.
func satisfiedText(v *invocationResult, desired int) string {
	if v.working == "" {
		return fmt.Sprintf("wants %d = desired", desired)
	}
	return fmt.Sprintf("desired is %d", desired)
}

// arrivingText lists the members that are on their way to count: pending, then warming.
func (cp *Plane) arrivingText(g *group) string {
	now := cp.kernel.Now()
	pending, warm, until := 0, 0, now
	for _, in := range cp.membersOf(g) {
		switch {
		case in.arrives():
			pending++
		case in.inService() && in.warmUntil > now:
			warm++
			until = max(until, in.warmUntil)
		}
	}
	var text string
	if pending > 0 {
		text = instances(pending, "pending")
	}
	if warm > 0 {
		text = joined(text, instances(warm, "warm")+" until "+cp.shortClock(until))
	}
	return text
}

func instances(n int, what string) string {
	switch {
	case n == 1 && what == "warm":
		return "1 instance warms"
	case n == 1:
		return "1 instance " + what
	}
	return fmt.Sprintf("%d instances %s", n, what)
}

// joined puts a comma between what is there.
func joined(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + ", " + b
}

func clamped(asked int, limit string, to int) string {
	return fmt.Sprintf(": %d, clamped to %s %d", asked, limit, to)
}

func wants(asked, desired int) string { return fmt.Sprintf(": %d, desired is %d", asked, desired) }

// shortClock writes a time of the clock, with its day if it is another than today.
func (cp *Plane) shortClock(t sim.Time) string {
	full, today := cp.frame.Clock(t), cp.frame.Clock(cp.kernel.Now())
	day, clock := full[:len("2006-01-02")], full[len("2006-01-02 "):len("2006-01-02 15:04:05")]
	clock = strings.TrimSuffix(clock, ":00")
	if today[:len(day)] == day {
		return clock
	}
	return day + " " + clock
}
