package report

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"headroom/model"
	"headroom/results"
	"headroom/scenarios/tree"
	"headroom/sim/stat"
)

// ComparisonPage is what is read of two scenarios.
type ComparisonPage struct {
	A, B string // names of the scenarios
	*results.Comparison
	PriceDates [2]string // of the newest list prices of A and B; empty: not known
	Seed       uint64    // of A
	Apart      string    // why replications are not paired; "": they are
	Changes    []tree.Change
	Notes      []string
	All        bool                    // tables show the metrics of parts too
	Label      func(key string) string // a key as tables show it; nil: as it is
	File       string                  // of B
	Thresholds []model.Threshold       // of B
	// Interrupted is set where not all replications have been played.
	Interrupted bool
}

// Write renders the page. Tables show the metrics of the whole, JSON and CSV all.
func (c *ComparisonPage) Write(w io.Writer, format Format) error {
	switch format {
	case JSON:
		return c.writeJSON(w)
	case CSV:
		return c.sheet(true).Write(w, format)
	case GitHub:
		return c.writeGitHub(w)
	case JUnit:
		return c.writeJUnit(w)
	}
	p := page{w: w, markdown: format == Markdown}
	p.line(c.heading())
	if len(c.Changes) > 0 {
		b := block{head: []string{"key", c.A, c.B}, left: 3}
		for _, change := range c.Changes {
			b.rows = append(b.rows, []string{labelled(c.Label, change.Path), or(change.A, "–"), or(change.B, "–")})
		}
		p.block(b)
	}
	s := c.sheet(c.All)
	b := block{head: s.Heads, left: 1}
	for _, row := range s.Rows {
		texts := make([]string, len(s.Heads))
		for i := range texts {
			texts[i] = row[i].Text
		}
		b.rows = append(b.rows, texts)
	}
	p.block(b)
	p.line("")
	for _, line := range c.legend() {
		p.line(line)
	}
	if !c.All && slices.ContainsFunc(c.Differences, func(d results.Difference) bool { return !strings.Contains(d.Key, "{") && idle(&d) }) {
		p.line("What is 0 in both is not shown; --all shows it.")
	}
	for _, note := range c.Notes {
		p.line(note)
	}
	return p.err
}

// legend says how to read the table.
func (c *ComparisonPage) legend() []string {
	constant := "constant: the same in every replication, so that there is no interval and no test."
	switch {
	case c.Apart != "":
		return []string{
			"~ no difference at 95 %; differences are B - A, with intervals and p-values of Welch's test for unpaired " +
				"samples. Of many metrics, one in twenty differs by chance. " + constant,
		}
	case c.Replications > 1:
		return []string{
			"~ no difference at 95 %; differences are B - A with paired intervals. Of many metrics, one in twenty " +
				"differs by chance. variance ÷ is what the common random numbers save against independent runs, cut at " +
				mostReduction() + ". " + constant,
		}
	}
	return []string{"one replication: no intervals; `--replications 10` gives them"}
}

func mostReduction() string { return fixed(results.MostReduction, 0) }

// heading says what was compared.
func (c *ComparisonPage) heading() string {
	replications := fmt.Sprintf("%d replications", c.Replications)
	if c.Replications == 1 {
		replications = "1 replication"
	}
	text := fmt.Sprintf("%s against %s · %s under common random numbers · seed %d", c.B, c.A, replications, c.Seed)
	if c.Apart != "" {
		text = fmt.Sprintf("%s against %s · unpaired: %s", c.B, c.A, c.Apart)
	}
	switch a, b := c.PriceDates[0], c.PriceDates[1]; {
	case a != b:
		text += fmt.Sprintf(" · prices of %s and %s", or(a, "no date"), or(b, "no date"))
	case a != "":
		text += " · prices of " + a
	}
	return text
}

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

// jsonSide is one of the two scenarios.
type jsonSide struct {
	Scenario  string   `json:"scenario"`
	PriceDate string   `json:"price_date,omitempty"`
	Only      []string `json:"only,omitempty"` // metrics that the other has not
}

// jsonChange is a key in which the files differ. A side that does not have it is
// null.
type jsonChange struct {
	Key string  `json:"key"`
	A   *string `json:"a"`
	B   *string `json:"b"`
}

// writeJSON writes an object with all that is known.
func (c *ComparisonPage) writeJSON(w io.Writer) error {
	var j jsonWriter
	member := func(name string, v any) {
		j.text(",\n  " + strconv.Quote(name) + ": ")
		j.value(v)
	}
	j.text("{\n  \"a\": ")
	j.value(jsonSide{c.A, c.PriceDates[0], c.OnlyA})
	member("b", jsonSide{c.B, c.PriceDates[1], c.OnlyB})
	member("seed", c.Seed)
	member("replications", c.Replications)
	member("paired", c.Paired)
	if c.Interrupted {
		member("interrupted", true)
	}
	j.text(",\n  \"changes\": ")
	j.list("[", "]", len(c.Changes), func(i int) {
		change := c.Changes[i]
		side := func(text string) *string {
			if text == "" {
				return nil
			}
			return &text
		}
		j.value(jsonChange{change.Path, side(change.A), side(change.B)})
	})
	s := c.sheet(true)
	j.text(",\n  \"differences\": ")
	j.list("[", "]", len(s.Rows), func(i int) { j.row(s.Columns, s.Rows[i]) })
	notes := c.Notes
	if c.Apart != "" {
		notes = append([]string{"warning: unpaired: " + c.Apart}, notes...)
	}
	if slices.ContainsFunc(c.Differences, func(d results.Difference) bool { return d.Reduction == results.MostReduction }) {
		notes = append(notes[:len(notes):len(notes)], "variance_reduction is cut at "+mostReduction())
	}
	return j.end(w, notes)
}

// sheet lists the differences, of all metrics or of the whole's.
func (c *ComparisonPage) sheet(all bool) Sheet {
	s := Sheet{
		Columns: []string{"metric", "a", "b", "difference", "relative", "p_value", "variance_reduction",
			"a.half_width", "b.half_width", "difference.half_width", "significant", "n", "unit", "constant"},
		Heads: []string{"metric", c.A, c.B, "difference", "", "p", "variance ÷"},
		Left:  1,
	}
	for i := range c.Differences {
		d := &c.Differences[i]
		if all || !strings.Contains(d.Key, "{") && !idle(d) {
			s.Rows = append(s.Rows, c.row(d))
		}
	}
	return s
}

// idle says that a metric is 0 in every replication of both: the scenarios do not use it.
func idle(d *results.Difference) bool {
	return d.A.Value == 0 && d.B.Value == 0 && d.A.HalfWidth == 0 && d.B.HalfWidth == 0
}

func (c *ComparisonPage) row(d *results.Difference) []Entry {
	show := func(e stat.Estimate) string {
		n := c.Replications
		if c.Apart != "" {
			n = e.N // the heading names those of both
		}
		return estimate(e, d.Unit, n).String()
	}
	delta, relative := "~", "~"
	share := d.Delta.Value / math.Abs(d.A.Value)
	if d.Significant() || d.Delta.Value != 0 && (c.Replications < 2 || c.Apart != "" && d.Delta.N < 2) {
		delta = show(d.Delta)
		if d.Delta.Value > 0 {
			delta = "+" + delta
		}
		relative = "–"
		if !math.IsInf(share, 0) && !math.IsNaN(share) {
			relative = fmt.Sprintf("%+.1f %%", 100*share)
		}
	}
	return []Entry{
		{d.Key, d.Key},
		{show(d.A), known(d.A.Value)}, {show(d.B), known(d.B.Value)},
		{delta, known(d.Delta.Value)}, {relative, known(share)},
		{pValue(d), known(tested(d))}, {factor(d.Reduction), known(d.Reduction)},
		{"", known(d.A.HalfWidth)}, {"", known(d.B.HalfWidth)}, {"", known(d.Delta.HalfWidth)},
		{"", d.Significant()}, {"", d.Delta.N}, {"", d.Unit}, {"", d.Constant},
	}
}

// known is a number for programs, nil where there is none.
func known(v float64) any {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return v
}

// tested is the p-value of a difference, NaN where nothing varies.
func tested(d *results.Difference) float64 {
	if d.Constant {
		return math.NaN()
	}
	return d.P
}

// pValue writes a p-value where there was something to test.
func pValue(d *results.Difference) string {
	p := d.P
	switch {
	case math.IsNaN(p) || d.Delta.HalfWidth == 0:
		return "–"
	case p < 0.001:
		return "<0.001"
	default:
		return strconv.FormatFloat(p, 'f', 3, 64)
	}
}

func factor(v float64) string {
	switch {
	case math.IsNaN(v):
		return "–"
	case v == results.MostReduction:
		return ">" + mostReduction()
	case v >= 100:
		return strconv.FormatFloat(v, 'f', 0, 64)
	default:
		return strconv.FormatFloat(v, 'f', 1, 64)
	}
}
