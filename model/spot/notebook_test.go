package spot

import (
	"flag"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"headroom/sim"
	"headroom/sim/notebook"
)

var update = flag.Bool("update", false, "write the answers of the notebooks anew")

func TestNotebooks(t *testing.T) {
	notebook.Check(t, "testdata/*.txt", *update, notebook.Commands(map[string]notebook.Command{
		"hazard": func(t *testing.T, a *notebook.Arguments, _ []string) string {
			hazard, err := NewHazard(Bucket(a.Integer("bucket", 0)), 1)
			if err != nil {
				t.Fatal(err)
			}
			return fmt.Sprintf("%.4e per hour; survives a month with %.4g", hazard.PerHour(), math.Exp(-720*hazard.PerHour()))
		},
		"rates":  func(t *testing.T, a *notebook.Arguments, _ []string) string { return rates(t, a) },
		"notice": func(*testing.T, *notebook.Arguments, []string) string { return NoticeDuration.String() },
		"lead":   func(t *testing.T, a *notebook.Arguments, _ []string) string { return leads(a) },
		"order":  func(t *testing.T, a *notebook.Arguments, _ []string) string { return ordered(t, a.Words) },
	}))
}

// significance4 is the quantile of a normal at a probability of 10⁻⁴ outside.
const significance4 = 3.8906

// rates draws shocks and own events and compares their rates with the hazard's
// two parts.
func rates(t *testing.T, a *notebook.Arguments) string {
	hazard, err := NewHazard(Bucket(a.Integer("bucket", 0)), a.Number("intensity", 1))
	if err != nil {
		t.Fatal(err)
	}
	n := a.Integer("draws", 1)
	draws := stream(uint64(a.Integer("seed", 1)))
	shocks := hazard.Shocks(draws)
	var last, own sim.Time
	for range n {
		last = shocks.Next()
		own += hazard.OwnEvent(draws)
	}
	var lines []string
	for _, part := range []struct {
		name  string
		took  sim.Time
		share float64
	}{{"shocks", last, 0.92}, {"own events", own, 0.08}} {
		got := float64(n) / hours(part.took) / hazard.PerHour()
		band := significance4 * part.share / math.Sqrt(float64(n))
		lines = append(lines, notebook.Verdict{
			What: part.name, Value: fmt.Sprintf("%.4f of the hazard", got),
			Expected: fmt.Sprintf("%.2f ± %.4f", part.share, band), Inside: math.Abs(got-part.share) <= band,
		}.String())
	}
	return strings.Join(lines, "\n")
}

// leads draws how long before their notices recommendations come, and compares the share of
// those that come before, and their mean, with the uniform distribution.
func leads(a *notebook.Arguments) string {
	longest := sim.Seconds(a.Number("longest", 1800))
	lead := Lead{Longest: longest, Share: a.Number("share", 1)}
	n := a.Integer("draws", 1)
	draws := stream(uint64(a.Integer("seed", 1)))
	early, sum, longestSeen := 0, 0.0, sim.Time(0)
	for range n {
		if l := lead.Draw(draws); l > 0 {
			early++
			sum += l.Seconds()
			longestSeen = max(longestSeen, l)
		}
	}
	share, mean := float64(early)/float64(n), sum/float64(early)
	band := significance4 * math.Sqrt(lead.Share*(1-lead.Share)/float64(n))
	wide := significance4 * longest.Seconds() / math.Sqrt(12*float64(early))
	return strings.Join([]string{
		notebook.Verdict{
			What: "before the notice", Value: fmt.Sprintf("%.4f", share),
			Expected: fmt.Sprintf("%.2f ± %.4f", lead.Share, band), Inside: math.Abs(share-lead.Share) <= band,
		}.String(),
		notebook.Verdict{
			What: "mean of these", Value: fmt.Sprintf("%.1f s", mean),
			Expected: fmt.Sprintf("%.1f ± %.1f s", longest.Seconds()/2, wide), Inside: math.Abs(mean-longest.Seconds()/2) <= wide,
		}.String(),
		notebook.Verdict{
			What: "the longest", Value: fmt.Sprintf("%.0f s", longestSeen.Seconds()),
			Expected: fmt.Sprintf("at most %.0f s", longest.Seconds()), Inside: longestSeen <= longest,
		}.String(),
	}, "\n")
}

// ordered sorts victims given as number@launch.
func ordered(t *testing.T, words []string) string {
	var victims []Victim
	for _, word := range words {
		var v Victim
		if _, err := fmt.Sscanf(word, "%d@%d", &v.Instance, &v.Launched); err != nil {
			t.Fatal(err)
		}
		victims = append(victims, v)
	}
	slices.SortFunc(victims, NewestFirst)
	var numbers []string
	for _, v := range victims {
		numbers = append(numbers, fmt.Sprint(v.Instance))
	}
	return strings.Join(numbers, " ")
}
