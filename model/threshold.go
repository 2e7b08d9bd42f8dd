package model

import "strings"

// Threshold is a condition that a metric of the results should meet.
type Threshold struct {
	Key      string  // of the metric: "latency.p99{target_group=web}"
	Operator string  // one of [Operators]
	Limit    float64 // in the unit of the metric
	Unit     string  // in which the limit was written: "s", "ratio", "USD"; "" fits every metric
	Text     string  // the condition as it was written: "< 400ms"
}

// Operators lists what a threshold may say of a value and its limit, the longer
// before those that they begin with.
func Operators() []string { return []string{"<=", ">=", "<", ">"} }

// Holds reports whether a value keeps the limit. It is false for an operator that
// is none.
func (t Threshold) Holds(value float64) bool {
	switch t.Operator {
	case "<":
		return value < t.Limit
	case "<=":
		return value <= t.Limit
	case ">":
		return value > t.Limit
	case ">=":
		return value >= t.Limit
	}
	return false
}

// Above reports whether the threshold asks for values above its limit.
func (t Threshold) Above() bool { return t.Operator == ">" || t.Operator == ">=" }

// Precision asks for replications until the half-width of a metric's interval
// is small against its value.
type Precision struct {
	Key      string
	Relative float64 // half-width / |value|
}

// WindowLabel is the last label of a metric's key for a window of the run.
const WindowLabel = "window"

// Windowed returns the key of a metric for a window: "latency.p99{window=outage}",
// "latency.p99{target_group=web,window=outage}".
func Windowed(key, window string) string {
	if part, labelled := strings.CutSuffix(key, "}"); labelled {
		return part + "," + WindowLabel + "=" + window + "}"
	}
	return key + "{" + WindowLabel + "=" + window + "}"
}
