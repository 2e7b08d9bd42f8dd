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

// Evaluate returns the state of an alarm after one evaluation of its window. The order of
// its decisions, in rules.md, gives every row of CloudWatch's tables of missing data.
func Evaluate(w *Window, previous State) State {
	cfg, seen := &w.cfg, w.count()
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
	oldestBreach int // age of the oldest breaching one of the last N periods, where one is missing; 0 without
}

// count tallies the newest real datapoints in the window, at most N of them.
func (w *Window) count() tally {
	n := w.cfg.EvaluationPeriods
	if w.breaching+w.sound == n { // none is missing: nobody asks for the age of a breach
		return tally{breaching: w.breaching, sound: w.sound}
	}
	var t tally
	for age := 1; age <= len(w.points) && t.breaching+t.sound < n; age++ {
		value, ok := w.At(age)
		switch {
		case !ok:
		case !w.cfg.Comparison.Breaches(value, w.cfg.Threshold):
			t.sound++
		default:
			t.breaching++
			if age <= n {
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
func Breaching(w *Window) int { return w.count().breaching }
