package fluid

import (
	"math"
	"testing"

	"headroom/sim"
	"headroom/sim/fluid"
	"headroom/sim/rng"
)

// The flows of links for which four times as much comes as they carry are played one by one: who came has passed, given up or is there,
// the links are busy, and as many pass as the pace r says of exponential sizes, with 1 − exp(−rT) = 1/4.
func TestAutoPlaysFlows(t *testing.T) {
	d, err := rng.Exponential(1)
	c := NewCrowd([]CrowdKind{{Size: sizeOf(t, d, err), Patience: 30, Late: 31}}, 0, 1)
	const targets, seconds = 5, 300
	auto := NewAuto(rng.New(9, 0, "links"))
	player := auto.LinkPlayer(0)
	came, ended, passed, done := 0.0, 0.0, 0.0, 0.0
	k := &c.Kinds[0]
	for i := range seconds {
		k.Came = 4 * boolean(i < seconds-50)
		player.Advance(c, LinkStep{
			Crowd: c, At: sim.Time(i+1) * sim.Second, Length: sim.Second, Fits: 1, Flows: k.Came * targets, Targets: targets, Rule: fluid.AtRandom,
		})
		came, ended = came+k.Came, ended+k.Done+k.Dropped
		if left := came - ended - k.Number; !(math.Abs(left) <= 2.0/targets) { // who is still to come
			t.Fatalf("step %d: %v came, %v ended, %v are there", i, came, ended, k.Number)
		}
		if i >= 100 && i < seconds-50 {
			passed, done = passed+k.Passed, done+k.Done/(k.Done+k.Dropped)
		}
	}
	const counted = seconds - 150
	if !(math.Abs(passed/counted-1) <= 1e-6) {
		t.Errorf("%v passed a second, want all that a link carries", passed/counted)
	}
	if got := done / counted; !(math.Abs(got/0.25-1) <= 0.1) {
		t.Errorf("%v of the flows pass, want 1/4", got)
	}
	if k.Number > 0 || !(math.Abs(ended-came) <= 2.0/targets) {
		t.Errorf("%v are there and %v of %v ended after nobody has come for longer than they wait", k.Number, ended, came)
	}
	found := auto.Found()
	if len(found.Spans) != 1 || found.Spans[0].Why != Linked || found.Requests != 0 || found.Flows != found.AllFlows || found.Flows == 0 {
		t.Errorf("found %+v, want one span of flows", found)
	}
}

// Where a link has more flows than are played, they are rates.
func TestAutoLeavesManyFlowsToRates(t *testing.T) {
	d, err := rng.Fixed(1000)
	c := NewCrowd([]CrowdKind{{Size: sizeOf(t, d, err)}}, 0, 1)
	auto := NewAuto(rng.New(9, 0, "links"))
	player, came := auto.LinkPlayer(0), 0.0
	for i := range 30 {
		c.Kinds[0].Came = mostFlows / 10
		came += c.Kinds[0].Came
		player.Advance(c, LinkStep{Crowd: c, At: sim.Time(i+1) * sim.Second, Length: sim.Second, Fits: 1, Flows: c.Kinds[0].Came, Targets: 1})
	}
	if found := auto.Found(); !(found.Flows > 0 && found.Flows < found.AllFlows/2) {
		t.Errorf("%v of %v flows were played, want some, and rates from %d on", found.Flows, found.AllFlows, mostFlows)
	}
	if got := c.Number(); !(math.Abs(got/came-1) <= 1e-3) {
		t.Errorf("%v are there of %v", got, came)
	}
}
