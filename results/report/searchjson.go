package report

import (
	"io"

	"headroom/results/search"
	"headroom/scenarios/space"
)

// jsonChoice is a key with what a candidate gives to it, null where it does not
// apply.
type jsonChoice struct {
	Key   string `json:"key"`
	Value any    `json:"value"`
}

// jsonMargin is where a candidate stands against a threshold.
type jsonMargin struct {
	Metric    string `json:"metric"`
	Threshold string `json:"threshold"`
	Limit     number `json:"limit"`
	jsonEstimate
	Confidence number `json:"confidence"`
}

// jsonCandidate is a candidate as scripts read it.
type jsonCandidate struct {
	Candidate    *int          `json:"candidate,omitempty"`
	Result       string        `json:"result,omitempty"`
	Why          string        `json:"why,omitempty"`
	Settings     []jsonChoice  `json:"settings"`
	Set          []string      `json:"set,omitempty"`
	Command      string        `json:"command,omitempty"`
	Replications int           `json:"replications"`
	Counted      int           `json:"counted"`
	Controls     int           `json:"controls,omitempty"` // replications by rates that tell of the luck of those counted
	From         string        `json:"from,omitempty"`
	Fidelity     string        `json:"fidelity,omitempty"` // of a search that screens: what was played
	NoRates      string        `json:"no_rates,omitempty"` // of the same: why rates cannot play it
	Cost         jsonEstimate  `json:"cost"`
	Difference   *jsonEstimate `json:"difference,omitempty"` // to the recommendation, paired
	Thresholds   []jsonMargin  `json:"thresholds"`
}

func (s *SearchPage) candidateOf(c *search.Candidate, settings []space.Setting) jsonCandidate {
	j := jsonCandidate{
		Result: string(c.Result), Why: c.Why, Replications: c.Replications, Counted: c.Counted, Controls: c.Controls, From: string(c.From), Fidelity: s.fidelity(c), NoRates: c.NoRates,
		Cost: estimateOf(c.Cost, c.Unit), Thresholds: []jsonMargin{},
	}
	if c.Index >= 0 {
		j.Candidate = &c.Index
	}
	for i, axis := range s.Search.Axes() {
		j.Settings = append(j.Settings, jsonChoice{axis, settingValue(settings[i])})
	}
	for _, m := range c.Margins {
		j.Thresholds = append(j.Thresholds, jsonMargin{m.Key, m.Text, number(m.Limit), estimateOf(m.Estimate, m.Unit), number(m.Sure)})
	}
	return j
}

func settingValue(v space.Setting) any {
	switch {
	case v.Numeric:
		return v.Number
	case v.Text == "":
		return nil
	default:
		return v.Text
	}
}

// detailed adds to a candidate how to run it.
func (s *SearchPage) detailed(c *search.Candidate) *jsonCandidate {
	if c == nil {
		return nil
	}
	j := s.candidateOf(c, s.Search.Settings(c.Index))
	j.Set, j.Command = s.Search.Assignments(c.Index), s.command(c)
	return &j
}

// writeJSON writes everything that is known.
func (s *SearchPage) writeJSON(w io.Writer) error {
	var j jsonWriter
	member := func(name string, v any) {
		j.text(",\n  ")
		j.value(name)
		j.text(": ")
		j.value(v)
	}
	j.head(s.Scenario, s.Seed, s.Replications, s.PriceDate)
	member("minimize", s.Minimize)
	member("confidence", number(s.Confidence))
	member("decided", s.Decided)
	if s.Exhausted {
		member("exhausted", true)
	}
	if s.Interrupted {
		member("interrupted", true)
	}
	second := s.detailed(s.Second)
	if second != nil {
		gap := estimateOf(s.Gap, s.Second.Unit)
		second.Difference = &gap
	}
	var reference *jsonCandidate
	if s.Reference != nil {
		r := s.candidateOf(s.Reference, s.Search.Present())
		if s.Best != nil {
			saving := estimateOf(s.Saving, s.Reference.Unit)
			r.Difference = &saving
		}
		reference = &r
	}
	member("recommended", s.detailed(s.Best))
	member("second", second)
	if s.Best == nil {
		member("leader", s.detailed(s.Leader))
		member("nearest", s.detailed(s.Nearest))
	}
	member("reference", reference)
	if s.Screened > 0 {
		member("screened_replications", s.Screened)
	}
	member("twins", s.Twins)
	member("candidates", s.Candidates)
	member("exhaustive_replications", s.Exhaustive)
	if g := s.Surrogate; g != nil {
		member("surrogate", struct {
			Untried   int    `json:"untried"`
			Asked     int    `json:"asked"`
			Likeliest number `json:"likeliest"`
			CostError number `json:"cost_error"`
		}{g.Untried, g.Asked, number(g.Likeliest), number(g.CostError)})
	}
	j.text(",\n  \"tried\": ")
	j.list("[", "]", len(s.Tried), func(i int) {
		j.value(s.candidateOf(&s.Tried[i], s.Search.Settings(s.Tried[i].Index)))
	})
	return j.end(w, append(s.Warnings[:len(s.Warnings):len(s.Warnings)], s.Outcome.Warnings...))
}
