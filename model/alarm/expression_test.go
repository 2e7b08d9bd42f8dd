package alarm_test

import (
	"strings"
	"testing"

	"headroom/model/alarm"
)

func TestExpressionsComputeAsMetricMathDoes(t *testing.T) {
	some := func(v float64) alarm.Value { return alarm.Value{Value: v, OK: true} }
	none := alarm.Value{}
	for _, c := range []struct {
		text string
		of   []alarm.Value
		want alarm.Value
	}{
		{"m1/m2", []alarm.Value{some(1000), some(8)}, some(125)},
		{"m1 / m2", []alarm.Value{some(1000), some(0)}, none},
		{"m1 / m2", []alarm.Value{some(1000), none}, none},
		{"m1 / FILL(m2, 10)", []alarm.Value{some(1000), none}, some(100)},
		{"IF(m2 > 0, m1 / m2, 0)", []alarm.Value{some(1000), some(0)}, some(0)},
		{"IF(m2 >= 8, m1)", []alarm.Value{some(1000), some(7)}, none},
		{"1 + 2 * m1 - 3", []alarm.Value{some(5), none}, some(8)},
		{"(1 + 2) * -m1", []alarm.Value{some(5), none}, some(-15)},
		{"8 / 2 / 2 - 1 - 1", []alarm.Value{none, none}, some(0)},
		{"SUM([m1, m2])", []alarm.Value{some(5), some(7)}, some(12)},
		{"SUM(METRICS())", []alarm.Value{some(5), none}, some(5)},
		{"AVG([m1, m2, 6])", []alarm.Value{some(5), some(7)}, some(6)},
		{"MAX([m1, m2]) - MIN([m1, m2])", []alarm.Value{some(5), some(7)}, some(2)},
		{"MIN([m1])", []alarm.Value{none, none}, none},
		{"CEIL(m1 / 2) + FLOOR(m1 / 2) + ABS(m2)", []alarm.Value{some(5), some(-1)}, some(6)},
		{"1e3 * m1", []alarm.Value{some(2), none}, some(2000)},
	} {
		e, err := alarm.ParseExpression(c.text, []string{"m1", "m2"})
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		if got := e.Evaluate(c.of, nil); got.OK != c.want.OK || got.OK && got.Value != c.want.Value {
			t.Errorf("%s of %v: got %v, want %v", c.text, c.of, got, c.want)
		}
	}
}

// AWS's FILL(m1, REPEAT) has the most recent value before a gap in each of its periods, and
// nothing before the first one.
func TestFillRepeatsTheNewestValue(t *testing.T) {
	e, err := alarm.ParseExpression("FILL(m1, REPEAT) + FILL(m2, REPEAT)", []string{"m1", "m2"})
	if err != nil {
		t.Fatal(err)
	}
	last := e.Memory()
	none := alarm.Value{}
	some := func(v float64) alarm.Value { return alarm.Value{Value: v, OK: true} }
	for i, c := range []struct{ m1, m2, want alarm.Value }{
		{none, some(10), none}, {some(1), some(20), some(21)}, {none, some(30), some(31)}, {none, none, some(31)}, {some(2), none, some(32)},
	} {
		if got := e.Evaluate([]alarm.Value{c.m1, c.m2}, last); got.OK != c.want.OK || got.OK && got.Value != c.want.Value {
			t.Errorf("period %d: got %v, want %v", i, got, c.want)
		}
	}
}

func TestExpressionsThatAreNoneAreRefused(t *testing.T) {
	for text, want := range map[string]string{
		"":                                   "must go on",
		"m1 +":                               "must go on",
		"m1 m2":                              "must end before",
		"m3 / m1":                            `"m3" must be a number, a function, or the id of a metric: m1, m2`,
		"(m1":                                `must have a ")"`,
		"[m1, m2]":                           "must be one number a period",
		"[m1] + m2":                          "single metrics",
		"SUM(m1)":                            "must be of a list",
		"SUM([])":                            "must be of a list",
		"RATE(m1)":                           "function RATE is not known",
		"IF(m1)":                             "IF must not be of 1 values",
		"REPEAT":                             "must be the second value of FILL",
		"m1 + REPEAT":                        "must be the second value of FILL",
		"FILL(REPEAT, m1)":                   "must be the second value of FILL",
		"LINEAR + 1":                         "must be the second value of FILL",
		"FILL(FILL(m1, REPEAT) + 1, LINEAR)": "FILL with LINEAR must not be of another FILL",
		"Inf + m1":                           `"Inf" must be`,
		strings.Repeat("(", 100):             "must not nest deeper",
		strings.Repeat("-", 1000):            "must not nest deeper",
		strings.Repeat("1", 3000):            "at most 2048 bytes",
	} {
		if _, err := alarm.ParseExpression(text, []string{"m1", "m2"}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.20q: got %v, want %s", text, err, want)
		}
	}
}

// FuzzExpression: whatever is written is refused or evaluated, never worse.
func FuzzExpression(f *testing.F) {
	for _, seed := range []string{"m1/m2", "IF(m1>2,m2,-1)", "SUM([m1,m2])", "((", "FILL(m1,0)", "FILL(m1,LINEAR)*FILL(m2,REPEAT)"} {
		f.Add(seed, 1.0, 2.0)
	}
	f.Fuzz(func(t *testing.T, text string, a, b float64) {
		e, err := alarm.ParseExpression(text, []string{"m1", "m2"})
		if err != nil {
			return
		}
		m := e.Memory()
		for _, ok := range []bool{true, false, true} {
			e.Evaluate([]alarm.Value{{Value: a, OK: ok}, {Value: b, OK: !ok}}, m)
			e.Revise(m)
		}
	})
}
