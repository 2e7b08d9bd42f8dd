package report

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"headroom/results/search"
	"headroom/sim/stat"
)

// writePage writes the recommendation, what it is compared with, and how it was
// found.
func (s *SearchPage) writePage(p *page) {
	title := fmt.Sprintf("%s · %s of %s candidates tried in %s replications · seed %d", s.Scenario,
		fixed(float64(len(s.Tried)), 0), fixed(float64(s.Candidates), 0), fixed(float64(s.Replications), 0), s.Seed)
	if s.Screened > 0 {
		title = strings.Replace(title, " replications ·", fmt.Sprintf(" replications, %s of them by rates ·", fixed(float64(s.Screened), 0)), 1)
	}
	if s.PriceDate != "" {
		title += " · prices of " + s.PriceDate
	}
	if p.markdown {
		title = "## " + title
	}
	p.line(p.paint.bold(title))
	p.line("")
	p.line(s.answer(p))
	if c := s.subject(); c != nil {
		p.block(s.choices(c))
		p.block(s.comparison())
		if s.Best != nil {
			p.line("")
			p.line("to run it:")
			s.code(p, s.command(c))
		}
	}
	p.block(s.census())
	p.line("")
	for _, line := range s.confidenceLines() {
		if p.markdown {
			line = "- " + line
		}
		p.line(line)
	}
	p.warnings(append(s.Warnings[:len(s.Warnings):len(s.Warnings)], s.Outcome.Warnings...))
}

func (s *SearchPage) code(p *page, text string) {
	if p.markdown {
		text = "```sh\n" + text + "\n```"
	}
	p.verbatim(text)
}

// subject is the candidate that the page is about.
func (s *SearchPage) subject() *search.Candidate {
	switch {
	case s.Best != nil:
		return s.Best
	case s.Leader != nil:
		return s.Leader
	default:
		return s.Nearest
	}
}

// answer says in one line what was found.
func (s *SearchPage) answer(p *page) string {
	sure := ", with " + short(s.Confidence) + " confidence"
	switch {
	case s.Best != nil && s.Decided && s.Surrogate == nil:
		return p.paint.good("recommended") + ": the cheapest of all candidates" + s.asked(" that meets the thresholds") + sure
	case s.Best != nil && s.Screened > 0 && s.Compared == 0:
		return p.paint.good("recommended") + ": " + s.asked("meets the thresholds"+sure+", and is ") + "by rates the cheapest of those tried"
	case s.Best != nil:
		return p.paint.good("recommended") + ": " + s.asked("meets the thresholds, and is ") + "the cheapest of those compared" + sure
	case s.Interrupted && s.Leader == nil:
		return p.paint.note("interrupted") + " before any candidate seemed to meet the thresholds"
	case s.Interrupted:
		return p.paint.note("interrupted") + ": the best so far, not confirmed"
	case s.Leader != nil:
		return p.paint.note("not confirmed") + ": the cheapest that seems to meet the thresholds"
	case s.NoneMeets():
		return p.paint.bad("no candidate meets the thresholds") + sure + "; the nearest:"
	default:
		return p.paint.bad("no candidate could be shown to meet the thresholds") + "; the nearest:"
	}
}

// asked is a text about thresholds, empty if there are none.
func (s *SearchPage) asked(text string) string {
	if len(s.limits()) == 0 {
		return ""
	}
	return text
}

// short is a share in percent without zeros at its end.
func short(share float64) string {
	return strconv.FormatFloat(math.Round(1e6*share)/1e4, 'f', -1, 64) + " %"
}

// choices lists what a candidate has of each axis, beside what the file has.
func (s *SearchPage) choices(c *search.Candidate) block {
	b := block{head: []string{"key", s.title(c), "the file"}, left: 3}
	settings, present := s.Search.Settings(c.Index), s.Search.Present()
	var second []string
	if s.Second != nil {
		b.head = []string{"key", s.title(c), "second", "the file"}
		b.left = 4
		for _, v := range s.Search.Settings(s.Second.Index) {
			second = append(second, v.Brief)
		}
	}
	for i, axis := range s.Search.Axes() {
		row := []string{labelled(s.Label, axis), or(settings[i].Brief, "–")}
		if second != nil {
			row = append(row, or(second[i], "–"))
		}
		b.rows = append(b.rows, append(row, or(present[i].Brief, "–")))
	}
	return b
}

// title names what a candidate is shown as.
func (s *SearchPage) title(c *search.Candidate) string {
	switch c {
	case s.Best:
		return "recommended"
	case s.Leader:
		return "best so far"
	default:
		return "nearest"
	}
}

// comparison shows cost and thresholds of the candidate, the second and the file.
func (s *SearchPage) comparison() block {
	subject := s.subject()
	b := block{head: []string{"", s.title(subject)}, left: 1}
	all := []*search.Candidate{subject}
	gaps := []stat.Estimate{{Value: math.NaN()}}
	if s.Second != nil {
		b.head, all, gaps = append(b.head, "second"), append(all, s.Second), append(gaps, s.Gap)
	}
	if s.Reference != nil {
		b.head, all, gaps = append(b.head, "the file"), append(all, s.Reference), append(gaps, s.Saving)
	}
	add := func(name string, value func(int, *search.Candidate) string) {
		row := []string{name}
		for i, c := range all {
			row = append(row, value(i, c))
		}
		b.rows = append(b.rows, row)
	}
	add(s.Minimize, func(_ int, c *search.Candidate) string {
		return estimate(c.Cost, c.Unit, c.Cost.N).String()
	})
	if s.Best != nil && len(all) > 1 {
		add("dearer by", func(i int, c *search.Candidate) string {
			if gaps[i].N == 0 {
				return ""
			}
			return estimate(gaps[i], c.Unit, gaps[i].N).String() + fmt.Sprintf(" (%+.1f %%)", 100*gaps[i].Value/math.Abs(s.Best.Cost.Value))
		})
	}
	for k, m := range s.limits() {
		add(m.Key+" "+m.Text, func(_ int, c *search.Candidate) string {
			if k >= len(c.Margins) || c.Margins[k].N == 0 {
				return "never observed"
			}
			return estimate(c.Margins[k].Estimate, c.Margins[k].Unit, c.Margins[k].N).String()
		})
		add("  margin", func(_ int, c *search.Candidate) string { return marginOf(c, k) })
		add("  sure of it", func(_ int, c *search.Candidate) string { return confidence(c, k) })
	}
	add("replications", func(_ int, c *search.Candidate) string { return fmt.Sprint(c.Counted) })
	if slices.ContainsFunc(all, func(c *search.Candidate) bool { return c.Controls > 0 }) {
		add("  by rates beside", func(_ int, c *search.Candidate) string { return fmt.Sprint(c.Controls) })
	}
	return b
}

// marginOf is how far a metric is on the good side of its limit.
func marginOf(c *search.Candidate, k int) string {
	if k >= len(c.Margins) || c.Margins[k].N == 0 {
		return ""
	}
	m := c.Margins[k]
	distance := m.Limit - m.Value
	if m.Above() {
		distance = -distance
	}
	return estimate(stat.Estimate{Value: distance, HalfWidth: math.NaN(), N: m.N}, m.Unit, m.N).String()
}

// confidence writes how sure it is that a threshold is kept.
func confidence(c *search.Candidate, k int) string {
	if k >= len(c.Margins) {
		return ""
	}
	switch sure := c.Margins[k].Sure; {
	case c.Margins[k].N < 2:
		return "–"
	case c.Margins[k].HalfWidth == 0:
		return "no spread"
	case sure > 0.9999:
		return ">99.99 %"
	case sure < 0.0001:
		return "<0.01 %"
	default:
		return fmt.Sprintf("%.2f %%", 100*sure)
	}
}

// census counts what became of the candidates.
func (s *SearchPage) census() block {
	b := block{head: []string{"candidates", "number"}, left: 1}
	add := func(text string, n int) {
		if n > 0 {
			b.rows = append(b.rows, []string{text, fixed(float64(n), 0)})
		}
	}
	add("recommended", s.Count(search.Recommended))
	add("  of the others, do the same for the same", s.Twins)
	add("not cheaper by more than "+short(s.Search.Indifference), s.Count(search.Dearer))
	var reasons []string
	count := map[string]int{}
	for i := range s.Tried {
		if c := &s.Tried[i]; c.Result == search.Breaching {
			if count[c.Why] == 0 {
				reasons = append(reasons, c.Why)
			}
			count[c.Why]++
		}
	}
	for _, why := range reasons {
		text := why
		if slices.ContainsFunc(s.limits(), func(m search.Margin) bool { return m.Key+" "+m.Text == why }) {
			text = "breach " + why
		}
		add(text, count[why])
	}
	add("undecided", s.Count(search.Undecided))
	add("improbable after exploring", s.Count(search.Dropped))
	add("not compared", s.Count(search.Unnecessary))
	add("cannot be simulated", s.Count(search.Impossible))
	add("not tried", s.Candidates-len(s.Tried))
	add("all", s.Candidates)
	return b
}

// confidenceLines says what the search took, what holds, and with which exceptions.
func (s *SearchPage) confidenceLines() []string {
	lines := []string{fixed(float64(s.Replications), 0) + " replications"}
	if s.Exhaustive > s.Replications {
		lines[0] += "; all candidates at the precision of the recommendation would take " + fixed(float64(s.Exhaustive), 0)
	}
	if s.Best != nil && s.Second == nil && len(s.Tried) > 1 {
		lines = append(lines, "there is no second: of those compared, no other seems to meet the thresholds and differs in what it does")
	}
	if g := s.Surrogate; g != nil {
		text := "not tried: " + fixed(float64(g.Untried), 0)
		if g.Asked > 0 {
			text += fmt.Sprintf("; by the surrogate, the likeliest to be better of %s has a chance of %s", theirs(g), rare(g.Likeliest))
		}
		if !math.IsNaN(g.CostError) {
			text += fmt.Sprintf(" (it predicts %s to ± %.1f %%)", s.Minimize, 100*g.CostError)
		}
		lines = append(lines, text)
	}
	for i := range s.Tried {
		if c := &s.Tried[i]; c.Result == search.Impossible {
			lines = append(lines, fmt.Sprintf("candidate %d cannot be simulated: %s", c.Index, strings.ReplaceAll(c.Why, "\n", "; ")))
			break
		}
	}
	if s.Best != nil {
		for _, e := range s.Search.Edges(s.Best.Index) {
			which := "smallest"
			if e.Largest {
				which = "largest"
			}
			lines = append(lines, fmt.Sprintf("%s = %s is the %s choice: there may be better beyond it", labelled(s.Label, e.Axis), e.Value, which))
		}
	}
	return lines
}

// theirs says about how many of the untried the surrogate was asked.
func theirs(g *search.Surrogate) string {
	if g.Asked == g.Untried {
		return "them"
	}
	return fixed(float64(g.Asked), 0) + " of them"
}

// rare is a probability that is not worth many digits.
func rare(p float64) string {
	if p < 0.001 {
		return "less than 0.1 %"
	}
	return fmt.Sprintf("%.1f %%", 100*p)
}
