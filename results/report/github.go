package report

import (
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"headroom/results"
	"headroom/results/buying"
)

// annotations writes workflow commands, which GitHub shows beside the lines of a pull
// request: "::error file=F,line=N,title=T::message"
// (docs.github.com/actions, Workflow commands).
type annotations struct {
	text strings.Builder
}

// A Place is where in a file something stands. Without a line it is the file.
type Place struct {
	File string
	Line int
}

// add writes a command: error, warning or notice.
func (a *annotations) add(command string, at Place, title, message string) {
	var properties []string
	property := func(name, value string) {
		properties = append(properties, name+"="+strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C").Replace(value))
	}
	if at.File != "" {
		property("file", at.File)
	}
	if at.Line > 0 {
		property("line", strconv.Itoa(at.Line))
	}
	property("title", title)
	a.text.WriteString("::" + command + " " + strings.Join(properties, ",") + "::" +
		strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(message) + "\n")
}

// placed matches a message that begins with where in a file it is.
var placed = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?s)^([^:\s]+\.toml):(\d+): (.*)$`) })

// warn writes a warning at the line that it begins with, or at the file.
func (a *annotations) warn(file, title, warning string) {
	at := Place{File: file}
	if m := placed().FindStringSubmatch(warning); m != nil {
		at.File, warning = m[1], m[3]
		at.Line, _ = strconv.Atoi(m[2]) // digits; a number that is too large is no line
	}
	a.add("warning", at, title, warning)
}

func (a *annotations) writeTo(w io.Writer) error {
	_, err := io.WriteString(w, a.text.String())
	return err
}

// writeGitHub annotates thresholds that were breached as errors, those that were met
// and the key numbers as a notice, and warnings.
func writeGitHub(w io.Writer, o Options, summaries []*results.Summary) error {
	var a annotations
	for i, s := range summaries {
		file := o.place(i, "").File
		for _, v := range s.Thresholds {
			if !v.Pass {
				a.add("error", o.place(i, v.Key), s.Scenario+": threshold breached", v.Key+" must be "+v.Text+", is "+observed(&v, s.Replications))
			}
		}
		for _, warning := range s.Warnings {
			a.warn(file, s.Scenario, warning)
		}
		a.add("notice", Place{File: file}, s.Scenario, strings.Join(highlights(s), "\n"))
	}
	return a.writeTo(w)
}

// observed is what a threshold is about, as it was measured.
func observed(v *results.Verdict, n int) string {
	if !v.Observed {
		return "not observed"
	}
	return Amount(v.Estimate, v.Unit, n)
}

// highlights are the numbers that most people ask for first, and the thresholds that
// were met.
func highlights(s *results.Summary) []string {
	lines := []string{strings.Join(heading(s)[1:], "; ")}
	for _, key := range []string{"availability", "latency.p99", "cost.total", "cost.per_month"} {
		if v, ok := s.Metric(key); ok {
			lines = append(lines, key+" "+Amount(v.Estimate, v.Unit, s.Replications))
		}
	}
	for i := range s.Thresholds {
		if v := &s.Thresholds[i]; v.Pass {
			lines = append(lines, "met: "+v.Key+" "+v.Text+", is "+observed(v, s.Replications))
		}
	}
	return lines
}

// writeGitHub annotates the file of B with what differs.
func (c *ComparisonPage) writeGitHub(w io.Writer) error {
	var a annotations
	for _, note := range c.Notes {
		if warning, is := strings.CutPrefix(note, "warning: "); is {
			a.warn(c.File, c.B, warning)
		}
	}
	a.add("notice", Place{File: c.File}, c.heading(), strings.Join(c.differing(), "\n"))
	return a.writeTo(w)
}

// differing lists the metrics that differ, one a line.
func (c *ComparisonPage) differing() []string {
	var lines []string
	for i := range c.Differences {
		d := &c.Differences[i]
		if strings.Contains(d.Key, "{") && !c.All || !d.Significant() {
			continue
		}
		row := c.row(d)
		lines = append(lines, fmt.Sprintf("%s %s → %s: %s, %s", d.Key, row[1].Text, row[2].Text, row[3].Text, row[4].Text))
	}
	if len(lines) == 0 {
		lines = []string{"no metric differs at 95 %"}
	}
	return lines
}

// writePlansGitHub annotates a scenario with what each way of buying costs.
func writePlansGitHub(w io.Writer, o Options, c *buying.Comparison) error {
	var a annotations
	file := o.place(0, "").File
	for _, warning := range c.Warnings {
		a.warn(file, c.Scenario, warning)
	}
	var lines []string
	for i := range c.Rows {
		r := &c.Rows[i]
		if r.Replications == 0 {
			lines = append(lines, r.Plan+" not finished")
			continue
		}
		lines = append(lines, fmt.Sprintf("%s %s, saves %s", r.Plan, Amount(r.Cost, "USD", c.Replications), Amount(r.Saving, "ratio", c.Replications)))
	}
	a.add("notice", Place{File: file}, c.Scenario+": ways of buying", strings.Join(lines, "\n"))
	return a.writeTo(w)
}
