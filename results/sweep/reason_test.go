package sweep

import (
	"math"
	"slices"
	"testing"

	"headroom/model"
)

// whys are the reasons of all points, by what the journal has.
func whys(t *testing.T, s *Screen, j *Journal) []string {
	t.Helper()
	var all []string
	if err := s.Each(j, &Rule{Replications: 1}, func(r *Row) error {
		all = append(all, r.Why)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return all
}

func wantWhys(t *testing.T, when string, got, want []string) {
	t.Helper()
	for i := range max(len(got), len(want)) {
		if i >= min(len(got), len(want)) || got[i] != want[i] {
			t.Fatalf("%s, from point %d on the reasons are\n%q\nwant\n%q", when, i, got[i:], want[i:])
		}
	}
}

func TestEachPointSaysWhyItWasScreenedOutOrPlayed(t *testing.T) {
	rates := [][2]float64{
		0:  {10, 50},
		1:  {20, 20},
		2:  {10.4, 50},       // 4 % dearer than 0, where 5 % are in doubt
		3:  {20, 25},         // 25 % slower than 1
		4:  {30, 98},         // 2 % below the limit
		5:  {5, 150},         // half beyond it
		6:  {30, 103},        // 3 % beyond it
		8:  {30, 60},         // three times the cost of 0, and half of that of 1; three times the latency of 1
		9:  {30, math.NaN()}, // nobody observed the latency
		10: {math.NaN(), 40}, // nor the cost
		11: {30000, 60},      // 3000 times the cost of 0
	}
	s := aimed(12, 100)
	j := must(journalIn(t.TempDir(), manifest))
	defer j.Close()
	for i, v := range rates {
		if i != 7 {
			shown(t, j, s.Rates(i), v[0], v[1])
		}
	}
	wantWhys(t, "while point 7 is under way", whys(t, s, j), make([]string, 11))
	if err := j.Append(&Row{Point: s.Rates(7), Err: "not carried"}); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"by rates the best in cost", "by rates on the front", "by rates near the front: point 0 is better in cost by only 0.80 times the doubt", "",
		"by rates near a threshold: 0.40 times the doubt from latency < 100", "", "by rates near a threshold: 0.60 times the doubt from latency < 100",
		"rates cannot play it: not carried", "", "", "", "",
	}
	wantWhys(t, "before any plays requests", whys(t, s, j), want)

	for _, i := range []int{0, 1, 2, 4, 6, 7} {
		shown(t, j, s.Requests(i), 40, 70) // worse than 3, which becomes the best and the front
	}
	want[3] = "the best in cost, since others played requests"
	wantWhys(t, "before 3 plays requests", whys(t, s, j), want)

	shown(t, j, s.Requests(3), 20, 25)
	want[5] = "breaches latency < 100 by 10.00 times the doubt"
	want[8] = "point 3 is better in latency by 28.00 times the doubt"
	want[9] = "nothing observed for latency < 100"
	want[10] = "has no cost"
	want[11] = "point 3 is better in cost by more than 1000 times the doubt"
	wantWhys(t, "in the end", whys(t, s, j), want)

	s = aimed(12, 2)
	want[2] = "an earlier run of the sweep played it"
	want[3], want[4], want[6] = want[2], want[2], want[2]
	got := whys(t, s, j)
	for _, i := range []int{2, 4, 6} {
		if got[i] != want[i] {
			t.Errorf("with room for 2 point %d says %q, want %q", i, got[i], want[i])
		}
	}
}

func TestPointsWithoutRoomSaySo(t *testing.T) {
	s := aimed(3, 1)
	j := must(journalIn(t.TempDir(), manifest))
	defer j.Close()
	for i, v := range [][2]float64{{10, 50}, {20, 20}, {10.4, 50}} {
		shown(t, j, s.Rates(i), v[0], v[1])
	}
	shown(t, j, s.Requests(0), 10, 50)
	wantWhys(t, "with room for one", whys(t, s, j), []string{
		"by rates the best in cost", "beyond sweep.confirm (1), though on the front, since others played requests",
		"beyond sweep.confirm (1), though by rates near the front: point 0 is better in cost by only 0.80 times the doubt",
	})
}

func TestPointsEndedEarlySaySo(t *testing.T) {
	s := aimed(2, 2)
	s.Thresholds = []model.Threshold{{Key: "latency", Operator: "<", Limit: 1000, Text: "< 1000"}}
	p := s.see(1, &Row{Layout: NewLayout([]string{"cost", "latency"}, []string{"USD", "s"}), Values: [][]float64{{1, 1}}, Ruled: "cost < 1"})
	all := []screened{{point: 0, meets: true, breached: -1}, p}
	r := outside(&all[1], &s.off(all)[1])
	if got := s.text(&r); got != "a threshold ended it early" {
		t.Errorf("it says %q", got)
	}
}

// sameChoice fails unless the points whose reason says that they are chosen are those that were.
func sameChoice(t *testing.T, s *Screen, j *Journal, c *choice) {
	t.Helper()
	why, err := s.reasons(j, &Rule{Replications: 1})
	if err != nil {
		t.Fatal(err)
	}
	chosen := []cause{best, onFront, nearFront, nearLimit, noRates}
	for p := range why {
		if r := &why[p]; r.cause == unknown || c.points[p] != (slices.Contains(chosen, r.cause) && !r.cut) {
			t.Errorf("point %d says %q; chosen: %t", p, s.text(r), c.points[p])
		}
	}
	if len(why) != s.Points {
		t.Errorf("%d points have a reason, want %d", len(why), s.Points)
	}
}
