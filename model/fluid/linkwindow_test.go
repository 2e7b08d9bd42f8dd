package fluid

import (
	"math"
	"testing"

	"headroom/sim"
	"headroom/sim/fluid"
	"headroom/sim/rng"
)

// notedLinks returns an audit of 200 steps of a second of links for which twice as much comes as they carry, of a mean
// size of a second, from the 50th on.
func notedLinks(t *testing.T, windows int, finishes bool) *Audit {
	t.Helper()
	d, err := rng.Exponential(1)
	c := NewCrowd([]CrowdKind{{Size: sizeOf(t, d, err), Patience: 20, Late: 20.02, Finishes: finishes}}, 0, 1)
	a := NewAudit(0, 200*sim.Second, windows)
	for i := range 200 {
		s := LinkStep{At: sim.Time(i+1) * sim.Second, Length: sim.Second, Fits: 4, Flows: 2 * 24, Targets: 24, Rule: fluid.AtRandom}
		if i >= 50 {
			s.Flows = 8 * 24
			c.Kinds[0].Came = 8
			c.Advance(1, s.Fits)
			s.Crowd = c
		}
		a.NoteLink(s)
	}
	return a
}

// Flows one by one say of a link that has more to carry than it can what its rates say.
func TestAuditAgreesWithAnOverloadedLink(t *testing.T) {
	for _, finishes := range []bool{false, true} {
		f := notedLinks(t, 4, finishes).Play(rng.New(1, 0, "audit"))
		if len(f.Links) != 3 || f.UnseenLinks != 0 {
			t.Fatalf("%d windows and %v unseen, want 3 that show all", len(f.Links), f.UnseenLinks)
		}
		z := &f.AllLinks
		for name, pair := range map[string][2]float64{
			"mean": {z.Rates.Mean, z.Played.Mean}, "p50": {z.Rates.P50, z.Played.P50}, "p99": {z.Rates.P99, z.Played.P99}, "bytes": {z.Rates.Busy, z.Played.Busy},
			"dropped": {1 + z.Rates.Failed, 1 + z.Played.Failed},
		} {
			if math.Abs(pair[0]/pair[1]-1) > 0.05 {
				t.Errorf("finishes %v: %s is %v in rates, %v played, of %d", finishes, name, pair[0], pair[1], z.Requests)
			}
		}
	}
}

// Rates of links that are wrong are found out: stays of half of what they are, and half as many who are given up.
func TestAuditFindsWrongRatesOfALink(t *testing.T) {
	a := notedLinks(t, 4, false)
	short, err := rng.Exponential(3)
	for i := range a.links.windows {
		for j := range a.links.windows[i].moments {
			k := &a.links.windows[i].moments[j].kinds[0]
			k.stay, k.dropped = sizeOf(t, short, err), k.dropped/2
		}
	}
	z := a.Play(rng.New(1, 0, "audit")).AllLinks
	if z.Rates.Mean > 0.8*z.Played.Mean || z.Rates.Failed > z.Played.Failed-0.1 {
		t.Errorf("wrong rates say %+v, flows %+v", z.Rates, z.Played)
	}
}

// A link that is overloaded where no window can be drawn is told: its crowd loses flows after each step.
func TestAuditSaysWhichLinksItHasNotSeen(t *testing.T) {
	d, err := rng.Exponential(1)
	c := NewCrowd([]CrowdKind{{Size: sizeOf(t, d, err)}}, 0, 1)
	a := NewAudit(0, 100*sim.Second, 4)
	for i := range 100 {
		s := LinkStep{At: sim.Time(i+1) * sim.Second, Length: sim.Second, Fits: 1, Flows: 2, Targets: 1}
		if i >= 75 {
			c.Kinds[0].Came = 2
			c.Advance(1, s.Fits)
			s.Crowd = c
		}
		a.NoteLink(s)
		c.Scale(0.5)
	}
	f := a.Play(rng.New(1, 0, "audit"))
	if len(f.Links) != 0 || math.Abs(f.UnseenLinks-0.24) > 1e-9 {
		t.Errorf("%d windows, %v unseen, want none and 0.24: the first of 25 steps fills the link", len(f.Links), f.UnseenLinks)
	}
}

// A window may begin among flows of a kind of which none had come when the crowd began.
func TestAuditPlaysKindsThatCameLater(t *testing.T) {
	d, err := rng.Exponential(1)
	one := sizeOf(t, d, err)
	c := NewCrowd([]CrowdKind{{Size: one, Patience: 20, Late: 20.02}}, 0, 1)
	a := NewAudit(0, 100*sim.Second, 2)
	for i := range 100 {
		if i == 10 {
			c.Add(CrowdKind{Name: 1, Size: one, Patience: 20, Late: 20.02})
		}
		for k := range c.Kinds {
			c.Kinds[k].Came = 4
		}
		c.Advance(1, 2)
		a.NoteLink(LinkStep{At: sim.Time(i+1) * sim.Second, Length: sim.Second, Fits: 2, Flows: 8, Targets: 8, Crowd: c})
	}
	f := a.Play(rng.New(1, 0, "audit"))
	if len(f.Links) == 0 || !(math.Abs(f.AllLinks.Rates.Failed-f.AllLinks.Played.Failed) <= 0.02) {
		t.Errorf("%d windows, %v are given up by rates, %v played", len(f.Links), f.AllLinks.Rates.Failed, f.AllLinks.Played.Failed)
	}
}
