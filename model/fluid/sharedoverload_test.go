package fluid

import (
	"math"
	"testing"

	"headroom/sim"
	"headroom/sim/fluid"
	"headroom/sim/rng"
)

// overload plays seconds of a target of eight servers, from when it is empty, to which so many come a second who ask for a
// demand of mean 1 s and wait a minute, and returns who was served in time, who gave up, and the target.
func overload(t *testing.T, shape Shape, each float64, seconds int) (served, late float64, c *Cohort) {
	t.Helper()
	shape.Servers, shape.Backlog, shape.Nodes = 8, NoLimit, 1
	if !shape.Sharing {
		shape.Places = 8
	}
	c = &Cohort{Shape: shape, Targets: 1}
	laws, limit := NewLaws(), 60*sim.Second
	for i := range seconds {
		before := c.Content
		c.Advance(laws, Arrivals{Length: sim.Second, Expected: each, Patience: limit})
		ended := before + each - c.Content
		if !(ended >= -1e-6 && c.Content <= c.Number*(1+1e-9)) {
			t.Fatalf("step %d: %v end, clients wait for %v of %v", i, ended, c.Content, c.Number)
		}
		gone := ended * c.Late(limit)
		served, late = served+ended-gone, late+gone
	}
	return served, late, c
}

// Shared servers that are empty, and to which more comes than they can do of what all ask for alike: who comes at t0 has 8/20 ln(t/t0)
// by t, and so 1 s by t0·exp(20/8), if its client waits for as long: those of the first 60/(exp(2.5) − 1) s. Nobody else ever is served.
func TestNobodyIsServedWhereAllShareTooLittle(t *testing.T) {
	demand, err := rng.Fixed(1)
	if err != nil {
		t.Fatal(err)
	}
	for _, finishes := range []bool{false, true} {
		served, late, c := overload(t, Shape{Station: fluid.Station{Demand: demand}, Sharing: true, Finishes: finishes}, 20, 600)
		want := 20 * 60 / (math.Exp(2.5) - 1)
		if !(served >= want && served <= 3*want) { // those of the first steps stay as long as they do on average for good
			t.Errorf("finishes %v: %v were served, want about %v", finishes, served, want)
		}
		if want := 20*540 - served; !(math.Abs(late/want-1) <= 0.01) {
			t.Errorf("finishes %v: %v gave up, want %v", finishes, late, want)
		}
		if !(math.Abs(c.Content/1200-1) <= 0.01) {
			t.Errorf("finishes %v: clients wait for %v, want for those of a minute, 1200", finishes, c.Content)
		}
	}
}

// Targets that work on for clients that have left: those leave after a minute, and are no requests any more. Who comes to a line that is
// longer is never served in time.
func TestClientsLeaveTargetsThatWorkOn(t *testing.T) {
	demand, err := rng.Exponential(1)
	if err != nil {
		t.Fatal(err)
	}
	served, late, c := overload(t, Shape{Station: fluid.Station{Demand: demand}, Finishes: true}, 20, 600)
	if want := 8 * 60 / (20.0/8 - 1) * 2.5; !(math.Abs(served/want-1) <= 0.1) { // until the line is a minute long, which grows by 1.5 s a second
		t.Errorf("%v were served in time, want %v", served, want)
	}
	if !(math.Abs(c.Content/1200-1) <= 0.02 && math.Abs(late/(20*540-served)-1) <= 0.02) {
		t.Errorf("clients wait for %v, and %v gave up: want 1200, and %v", c.Content, late, 20*540-served)
	}
	if want := 12.0 * 600; !(math.Abs(c.Number/want-1) <= 0.03) {
		t.Errorf("%v are at the target, want %v", c.Number, want)
	}
}

// A crowd is built of the past, and has as many as the past has left.
func TestCrowdIsOfThePast(t *testing.T) {
	demand, err := rng.Exponential(2)
	if err != nil {
		t.Fatal(err)
	}
	var p past
	for range pastSteps {
		p.note(pastStep{seconds: 1, rate: 0.1, came: 5})
	}
	c := p.crowd([]CrowdKind{{Size: demand, Came: 1}}, 100, 1)
	if got := c.held(); !(math.Abs(got-100) <= 1e-6) {
		t.Errorf("%v are there, want 100", got)
	}
	oldest := c.waves[0]
	if !(oldest.from < -pastSteps && math.Abs(oldest.came[0]/(oldest.to-oldest.from)-c.waves[1].came[0]) <= 1e-6) {
		t.Errorf("the oldest came from %v on, %v of them, want what was before to have been alike", oldest.from, oldest.came[0])
	}
}
