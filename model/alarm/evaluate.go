package alarm

// State is what an alarm says.
type State uint8

// States. A new alarm is in InsufficientData.
const (
	InsufficientData State = iota + 1
	OK
	Alarm
)

// String returns AWS's name of the state.
func (s State) String() string { return [...]string{"", "INSUFFICIENT_DATA", "OK", "ALARM"}[s] }

// Evaluate returns the state of the alarm after one evaluation. The window must
// have been made for the same number of evaluation periods. The order of its
// decisions, in rules.md, gives every row of CloudWatch's tables of missing data.
func Evaluate(cfg Config, w *Window, previous State) State {
	if len(w.points) != cfg.EvaluationPeriods+surplusRange {
		panic("alarm: a window of another alarm")
	}
	seen := count(cfg, w)
	switch cfg.TreatMissing {
	case MissingIsBreaching:
		filled := cfg.EvaluationPeriods - seen.breaching - seen.sound
		return okUnless(seen.breaching+filled >= cfg.DatapointsToAlarm)
	case MissingIsNotBreaching:
		return okUnless(seen.breaching >= cfg.DatapointsToAlarm)
	case MissingIsMissing, MissingIsIgnored:
	default:
		panic("alarm: unknown treatment of missing data")
	}

	// onGap answers where AWS would fill in a datapoint.
	onGap := func(state State) State {
		if cfg.TreatMissing == MissingIsIgnored {
			return previous
		}
		return state
	}
	switch {
	case seen.breaching >= cfg.DatapointsToAlarm:
		return Alarm
	case seen.breaching+seen.sound == 0:
		return onGap(InsufficientData)
	case seen.sound > 0:
		return OK
	case seen.oldestBreach >= cfg.DatapointsToAlarm:
		return onGap(Alarm) // premature: too few datapoints, but nothing speaks against it
	default:
		return previous
	}
}

// tally is what an evaluation sees in a window.
type tally struct {
	breaching    int // real datapoints that breach
	sound        int // real datapoints that do not
	oldestBreach int // age of the oldest breaching one of the last N periods; 0 without
}

// count tallies the newest real datapoints in the window, at most N of them.
func count(cfg Config, w *Window) tally {
	var t tally
	for age, i := 1, w.newest; age <= len(w.points) && t.breaching+t.sound < cfg.EvaluationPeriods; age++ {
		p := &w.points[i]
		if i--; i < 0 {
			i += len(w.points)
		}
		switch {
		case !p.ok:
		case !cfg.Comparison.Breaches(p.value, cfg.Threshold):
			t.sound++
		default:
			t.breaching++
			if age <= cfg.EvaluationPeriods {
				t.oldestBreach = age
			}
		}
	}
	return t
}

// okUnless returns Alarm if raised, else OK.
func okUnless(raised bool) State {
	if raised {
		return Alarm
	}
	return OK
}

// Breaching returns how many of the datapoints that an evaluation counts breach, those
// filled in for missing ones not among them.
func Breaching(cfg Config, w *Window) int { return count(cfg, w).breaching }
