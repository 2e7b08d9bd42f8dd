package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"headroom/results"
	"headroom/sim"
)

// mostSpans is how many times people read of; JSON has all of them.
const mostSpans = 12

// spanBlock shows when the first replication played requests one by one among rates: the spans with the most
// requests, in order of time.
func spanBlock(s *results.Summary) block {
	b := block{head: []string{"One by one", "from", "to", "because", "requests"}, left: 4}
	spans := slices.Clone(s.Spans)
	slices.SortStableFunc(spans, func(a, b results.Span) int { return cmp.Compare(b.Requests, a.Requests) })
	rest := spans[min(mostSpans, len(spans)):]
	spans = spans[:min(mostSpans, len(spans))]
	slices.SortStableFunc(spans, func(a, b results.Span) int { return cmp.Compare(a.From, b.From) })
	for _, one := range spans {
		b.rows = append(b.rows, []string{
			"service." + one.Service, instant(one.From), instant(one.To), strings.Join(one.Why, ", "), whole(one.Requests),
		})
	}
	if len(rest) > 0 {
		sum := 0.0
		for _, one := range rest {
			sum += one.Requests
		}
		b.rows = append(b.rows, []string{fmt.Sprintf("%d more", len(rest)), "", "", "", whole(sum)})
	}
	return b
}

// instant writes an instant of a run to the second.
func instant(t sim.Time) string {
	seconds := int(t.Seconds() + 0.5)
	return fmt.Sprintf("%d:%02d:%02d", seconds/3600, seconds/60%60, seconds%60)
}

// jsonSpan is one of them.
type jsonSpan struct {
	Service  string   `json:"service"`
	From     number   `json:"from_s"`
	To       number   `json:"to_s"`
	Why      []string `json:"why"`
	Requests number   `json:"requests"`
}

func spanOf(s *results.Span) jsonSpan {
	return jsonSpan{Service: s.Service, From: number(s.From.Seconds()), To: number(s.To.Seconds()), Why: s.Why, Requests: number(s.Requests)}
}

// whole writes a whole number with its thousands apart.
func whole(v float64) string { return fixed(v, 0) }
