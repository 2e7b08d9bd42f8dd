package report

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"headroom/results"
	"headroom/results/buying"
)

// writeJUnit writes the thresholds of B as tests, and what differs as the output of one
// that does not fail: a difference is no fault.
func (c *ComparisonPage) writeJUnit(w io.Writer) error {
	all := junitSuites{Name: "headroom diff"}
	suite := junitSuite{
		Name: legible(c.heading()), Output: legible(strings.Join(c.Notes, "\n")),
		Properties: []junitProperty{{"seed", fmt.Sprint(c.Seed)}, {"replications", fmt.Sprint(c.Replications)}, {"prices", c.PriceDates[1]}},
	}
	for _, t := range c.Thresholds {
		v := results.Verdict{Threshold: t}
		at := slices.IndexFunc(c.Differences, func(d results.Difference) bool { return d.Key == t.Key })
		if at < 0 {
			suite.Cases = append(suite.Cases, junitCase{
				Class: c.B + ".thresholds", Name: legible(t.Key + " " + t.Text),
				Skipped: &junitSkipped{"only one of the two scenarios has the metric: `headroom run` judges it"},
			})
			continue
		}
		d := &c.Differences[at]
		v.Estimate, v.Unit, v.Observed = d.B, d.Unit, !math.IsNaN(d.B.Value)
		v.Pass = v.Observed && t.Holds(d.B.Value)
		suite.Cases = append(suite.Cases, verdictCase(c.B, &v, observed(&v, c.Replications)))
	}
	suite.Cases = append(suite.Cases, junitCase{Class: c.B + ".differences", Name: "what differs at 95 %", Output: legible(strings.Join(c.differing(), "\n"))})
	all.add(suite, c.File)
	return all.writeTo(w)
}

// writePlansJUnit writes a test a plan: skipped if it was not finished, with its cost else.
func writePlansJUnit(w io.Writer, o Options, c *buying.Comparison) error {
	all := junitSuites{Name: "headroom compare"}
	suite := junitSuite{
		Name: c.Scenario, Output: legible(strings.Join(c.Warnings, "\n")),
		Properties: []junitProperty{{"seed", fmt.Sprint(c.Seed)}, {"replications", fmt.Sprint(c.Replications)}, {"prices", c.PriceDate}},
	}
	for i := range c.Rows {
		r := &c.Rows[i]
		one := junitCase{Class: c.Scenario + ".plans", Name: r.Plan}
		switch {
		case r.Replications == 0:
			one.Skipped = &junitSkipped{"not finished"}
		case len(r.Unpriced) > 0:
			message := "not in the cost, because it has no price: " + results.Listed(r.Unpriced)
			one.Failure = &junitFailure{Type: "unpriced", Message: legible(message), Text: legible(message)}
			fallthrough
		default:
			one.Output = Amount(r.Cost, "USD", c.Replications) + ", saves " + Amount(r.Saving, "ratio", c.Replications)
		}
		suite.Cases = append(suite.Cases, one)
	}
	all.add(suite, o.place(0, "").File)
	return all.writeTo(w)
}
