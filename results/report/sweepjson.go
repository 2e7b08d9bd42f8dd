package report

import (
	"encoding/json"
	"io"

	"headroom/results/sweep"
)

// jsonPoint is a point as scripts read it.
type jsonPoint struct {
	Point        int                     `json:"point"`
	Rank         int                     `json:"rank"` // 1: the best by the first metric, of those that meet the thresholds if any does
	Parameters   map[string]any          `json:"parameters"`
	Replications int                     `json:"replications"`
	Fidelity     sweep.Fidelity          `json:"fidelity,omitempty"` // of a sweep that screens: what was played
	Metrics      map[string]jsonEstimate `json:"metrics"`
	Pareto       bool                    `json:"pareto"`
	Breached     []string                `json:"breached,omitempty"`           // the thresholds
	Probability  *jsonShare              `json:"breach_probability,omitempty"` // of a replication
	RuledOut     string                  `json:"ruled_out,omitempty"`
	Error        string                  `json:"error,omitempty"`
}

type jsonShare struct {
	Value number `json:"value"`
	Low   number `json:"low"`
	High  number `json:"high"`
}

type jsonIndex struct {
	Metric    string    `json:"metric"`
	Parameter string    `json:"parameter"`
	First     jsonShare `json:"first_order"`
	Total     jsonShare `json:"total"`
}

func (s *SweepPage) writeJSON(w io.Writer, l *sheetLayout, survey *survey) error {
	all := survey.points
	answer := struct {
		Scenario    string      `json:"scenario"`
		Design      string      `json:"design"`
		PriceDate   string      `json:"price_date,omitempty"`
		Planned     int         `json:"planned"` // points, done or not
		Pareto      [2]string   `json:"pareto_metrics"`
		Points      []jsonPoint `json:"points"`
		Sensitivity []jsonIndex `json:"sensitivity"`
		Warnings    []string    `json:"warnings"`
	}{Warnings: append([]string{}, s.cautions(all)...), Scenario: s.Scenario, Design: s.Design, PriceDate: s.PriceDate, Planned: s.Planned, Pareto: s.Pareto, Points: []jsonPoint{}, Sensitivity: []jsonIndex{}}
	ranks := make(map[int]int, len(all))
	for i, p := range s.order(all) {
		ranks[p.point] = 1 + i
	}
	for i := range all {
		p := &all[i]
		j := jsonPoint{
			Rank: ranks[p.point], Fidelity: p.fidelity,
			Point: p.point, Replications: p.replications, Pareto: p.front, RuledOut: p.ruled, Error: p.err,
			Parameters: map[string]any{}, Metrics: map[string]jsonEstimate{}, Breached: p.breach.Thresholds,
		}
		if l.judged && p.breach.N > 0 {
			share := shareOf(p.breach.Probability)
			j.Probability = &share
		}
		for k, axis := range l.axes {
			switch v := p.settings[axis]; {
			case v.Numeric:
				j.Parameters[l.names[k]] = v.Number
			case v.Text != "":
				j.Parameters[l.names[k]] = v.Text
			}
		}
		for k, e := range p.estimates {
			if e.N > 0 {
				j.Metrics[s.Metrics[k]] = estimateOf(e, l.units[s.Metrics[k]])
			}
		}
		answer.Points = append(answer.Points, j)
	}
	for i, key := range s.Metrics {
		for k, index := range survey.surface(i, s.Rows).Indices() {
			answer.Sensitivity = append(answer.Sensitivity, jsonIndex{
				Metric: key, Parameter: l.names[k], First: shareOf(index.First), Total: shareOf(index.Total),
			})
		}
	}
	out := json.NewEncoder(w)
	out.SetIndent("", "  ")
	return out.Encode(answer)
}

func shareOf(s sweep.Share) jsonShare {
	return jsonShare{number(s.Value), number(s.Low), number(s.High)}
}
