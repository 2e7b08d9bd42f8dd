package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"strings"

	"headroom/results"
)

// The elements of a JUnit report, as Jenkins, GitLab and GitHub's actions read them.
type (
	junitSuites struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Name     string       `xml:"name,attr"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name       string          `xml:"name,attr"`
		Tests      int             `xml:"tests,attr"`
		Failures   int             `xml:"failures,attr"`
		Errors     int             `xml:"errors,attr"`
		Skipped    int             `xml:"skipped,attr"`
		Properties []junitProperty `xml:"properties>property"`
		Cases      []junitCase     `xml:"testcase"`
		Output     string          `xml:"system-out,omitempty"`
	}
	junitProperty struct {
		Name  string `xml:"name,attr"`
		Value string `xml:"value,attr"`
	}
	junitCase struct {
		Class   string        `xml:"classname,attr"`
		Name    string        `xml:"name,attr"`
		File    string        `xml:"file,attr,omitempty"`
		Failure *junitFailure `xml:"failure"`
		Skipped *junitSkipped `xml:"skipped"`
		Output  string        `xml:"system-out,omitempty"`
	}
	junitSkipped struct {
		Message string `xml:"message,attr"`
	}
	junitFailure struct {
		Type    string `xml:"type,attr"`
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
)

// writeJUnit writes a test suite a scenario: its thresholds, and that requests and money
// add up, which holds whatever the scenario is.
func writeJUnit(w io.Writer, o Options, summaries []*results.Summary) error {
	all := junitSuites{Name: "headroom"}
	for i, s := range summaries {
		suite := junitSuite{
			Name: s.Scenario, Output: legible(strings.Join(s.Warnings, "\n")),
			Properties: []junitProperty{
				{"seed", fmt.Sprint(s.Seed)}, {"replications", fmt.Sprint(s.Replications)}, {"prices", s.PriceDate},
			},
		}
		file := o.place(i, "").File
		for k := range s.Thresholds {
			suite.Cases = append(suite.Cases, thresholdCase(s, &s.Thresholds[k]))
		}
		suite.Cases = append(suite.Cases, balanceCases(s)...)
		all.add(suite, file)
	}
	return all.writeTo(w)
}

// add counts a suite, all of whose cases are of one file.
func (all *junitSuites) add(suite junitSuite, file string) {
	for k := range suite.Cases {
		c := &suite.Cases[k]
		c.File = file
		switch {
		case c.Failure != nil:
			suite.Failures++
		case c.Skipped != nil:
			suite.Skipped++
		}
	}
	suite.Tests = len(suite.Cases)
	all.Tests, all.Failures = all.Tests+suite.Tests, all.Failures+suite.Failures
	all.Suites = append(all.Suites, suite)
}

func (all *junitSuites) writeTo(w io.Writer) error {
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	out := xml.NewEncoder(w)
	out.Indent("", "  ")
	if err := out.Encode(all); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func thresholdCase(s *results.Summary, v *results.Verdict) junitCase {
	return verdictCase(s.Scenario, v, observed(v, s.Replications))
}

// verdictCase is a threshold on what was observed.
func verdictCase(scenario string, v *results.Verdict, is string) junitCase {
	c := junitCase{Class: scenario + ".thresholds", Name: legible(v.Key + " " + v.Text), Output: is}
	if !v.Pass {
		message := v.Key + " must be " + v.Text + ", is " + is
		c.Failure = &junitFailure{Type: "threshold", Message: legible(message), Text: legible(message)}
	}
	return c
}

// balances are sums that every run keeps: the whole, and what it is made of.
var balances = []struct {
	name, whole string
	parts       []string // or all with a label, as "cost{service="
}{
	{"every request completes, fails or is in flight", "requests.arrived", []string{"requests.completed", "requests.failed", "requests.in_flight"}},
	{"the services of the invoice add up", "cost.total", []string{"cost{service="}},
}

// unbalanced is how far sums may be off, for floating point.
const unbalanced = 1e-9

// balanceCases tests that nothing is lost on the way, in the means of the replications.
func balanceCases(s *results.Summary) (all []junitCase) {
	for _, b := range balances {
		whole, ok := s.Metric(b.whole)
		if !ok {
			continue
		}
		sum := 0.0
		for _, m := range s.Metrics {
			for _, part := range b.parts {
				if m.Key == part || strings.HasSuffix(part, "=") && strings.HasPrefix(m.Key, part) {
					sum += m.Value
				}
			}
		}
		c := junitCase{Class: s.Scenario + ".conservation", Name: b.name}
		if math.Abs(whole.Value-sum) > unbalanced*math.Max(1, math.Abs(whole.Value)) {
			message := fmt.Sprintf("%s is %v, its parts are %v together", b.whole, whole.Value, sum)
			c.Failure = &junitFailure{Type: "conservation", Message: message, Text: message}
		}
		all = append(all, c)
	}
	return all
}

// legible leaves out the control characters that XML 1.0 has no way to write.
func legible(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, text)
}
