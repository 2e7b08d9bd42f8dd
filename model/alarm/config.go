package alarm

import (
	"fmt"
	"math"

	"headroom/sim"
)

// Config is what a user writes about one alarm on one metric.
type Config struct {
	Period            sim.Time // of one datapoint: 10, 20, 30 s or whole minutes
	EvaluationPeriods int      // N: datapoints that count
	DatapointsToAlarm int      // M: breaching ones among them that raise the alarm
	Comparison        Comparison
	Threshold         float64 // in the unit of the metric
	TreatMissing      Missing
}

// Longest stretches that the evaluation periods of an alarm may span, by
// whether its period is shorter than an hour: 86,400 s and
// 604,800 s (API reference of PutMetricAlarm).
const (
	longestSpan       = sim.Day
	longestHourlySpan = 7 * sim.Day
)

// Validate returns all faults of c, none when it is sound. The text of each
// starts with the key of the field and a colon. It verifies the limits
// of PutMetricAlarm.
func (c Config) Validate() []error {
	var faults []error
	reject := func(format string, args ...any) {
		faults = append(faults, fmt.Errorf(format, args...))
	}
	validPeriod := c.Period == 10*sim.Second || c.Period == 20*sim.Second || c.Period == 30*sim.Second ||
		c.Period > 0 && c.Period%sim.Minute == 0
	if !validPeriod {
		reject("period: must be 10, 20 or 30 s or whole minutes, got %v", c.Period)
	}
	if c.EvaluationPeriods < 1 {
		reject("evaluation_periods: must be at least 1, got %d", c.EvaluationPeriods)
	}
	if c.DatapointsToAlarm < 1 || c.DatapointsToAlarm > max(1, c.EvaluationPeriods) {
		reject("datapoints_to_alarm: must be from 1 to evaluation_periods (%d), got %d",
			c.EvaluationPeriods, c.DatapointsToAlarm)
	}
	span := longestSpan
	if c.Period >= sim.Hour {
		span = longestHourlySpan
	}
	if validPeriod && sim.Time(c.EvaluationPeriods) > span/c.Period {
		reject("evaluation_periods: %d periods of %v must not span more than %v",
			c.EvaluationPeriods, c.Period, span)
	}
	if c.Comparison < GreaterThanThreshold || c.Comparison > LessThanOrEqualToThreshold {
		reject("comparison_operator: must be one of the four comparisons, got %d", c.Comparison)
	}
	if math.IsNaN(c.Threshold) || math.IsInf(c.Threshold, 0) {
		reject("threshold: must be a finite number, got %v", c.Threshold)
	}
	if c.TreatMissing < MissingIsMissing || c.TreatMissing > MissingIsNotBreaching {
		reject("treat_missing_data: must be missing, ignore, breaching or notBreaching, got %d", c.TreatMissing)
	}
	return faults
}

// EvaluationInterval returns how often an alarm on datapoints of that period is
// evaluated: every 10 s below a minute, else every minute.
func EvaluationInterval(period sim.Time) sim.Time {
	if period < sim.Minute {
		return 10 * sim.Second
	}
	return sim.Minute
}

// Comparison says how a datapoint breaches the threshold.
type Comparison uint8

// Comparisons.
const (
	GreaterThanThreshold Comparison = iota + 1
	GreaterThanOrEqualToThreshold
	LessThanThreshold
	LessThanOrEqualToThreshold
)

// comparisonNames are AWS's names by Comparison.
var comparisonNames = [...]string{"", "GreaterThanThreshold", "GreaterThanOrEqualToThreshold",
	"LessThanThreshold", "LessThanOrEqualToThreshold"}

// String returns AWS's name of the comparison.
func (c Comparison) String() string { return comparisonNames[c] }

// ParseComparison returns the comparison of AWS's name.
func ParseComparison(name string) (Comparison, error) {
	for c := GreaterThanThreshold; c <= LessThanOrEqualToThreshold; c++ {
		if comparisonNames[c] == name {
			return c, nil
		}
	}
	return 0, fmt.Errorf("unknown comparison operator %q", name)
}

// Upward reports whether high values breach: what an alarm that scales out
// normally has.
func (c Comparison) Upward() bool {
	return c == GreaterThanThreshold || c == GreaterThanOrEqualToThreshold
}

// Breaches reports whether value breaches the threshold.
func (c Comparison) Breaches(value, threshold float64) bool {
	switch c {
	case GreaterThanThreshold:
		return value > threshold
	case GreaterThanOrEqualToThreshold:
		return value >= threshold
	case LessThanThreshold:
		return value < threshold
	case LessThanOrEqualToThreshold:
		return value <= threshold
	default:
		panic("alarm: unknown comparison")
	}
}

// Missing says what a datapoint that did not come counts as.
type Missing uint8

// Treatments of missing datapoints.
const (
	MissingIsMissing      Missing = iota + 1 // no datapoint at all: INSUFFICIENT_DATA (AWS's default)
	MissingIsIgnored                         // the alarm keeps its state
	MissingIsBreaching                       // counts as breaching
	MissingIsNotBreaching                    // counts as not breaching
)

// missingNames are AWS's names by Missing.
var missingNames = [...]string{"", "missing", "ignore", "breaching", "notBreaching"}

// String returns AWS's name of the treatment.
func (m Missing) String() string { return missingNames[m] }

// ParseMissing returns the treatment of AWS's name.
func ParseMissing(name string) (Missing, error) {
	for m := MissingIsMissing; m <= MissingIsNotBreaching; m++ {
		if missingNames[m] == name {
			return m, nil
		}
	}
	return 0, fmt.Errorf("unknown treatment of missing data %q", name)
}
