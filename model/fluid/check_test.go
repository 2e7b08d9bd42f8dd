package fluid

import (
	"math"
	"testing"

	"headroom/sim"
	"headroom/sim/fluid"
	"headroom/sim/rng"
)

// Clients give up after 10 s at a server that 20 times what it can do comes to: about as many are there as come in 10 s,
// and a check that shares it takes that many times as long as alone.
func TestChecksTakeAsLongAsThereAreOthers(t *testing.T) {
	demand, err := rng.Fixed(2)
	if err != nil {
		t.Fatal(err)
	}
	c := Cohort{Shape: Shape{Station: fluid.Station{Demand: demand, Servers: 1, Backlog: fluid.NoLimit}, Sharing: true}, Targets: 1}
	c.Nodes = 1
	laws := NewLaws()
	for range 120 {
		c.Advance(laws, Arrivals{Length: sim.Second, Expected: 10, Patience: 10 * sim.Second})
	}
	if math.Abs(c.Number/100-1) > 0.12 {
		t.Errorf("%v are there, want 100", c.Number)
	}
	for _, of := range []struct{ others, least, most float64 }{{0.7, 0.99, 1}, {1, 0.4, 0.6}, {1.3, 0, 0.01}} {
		alone := 5 / (c.Number * of.others)
		if got := c.CheckFails(sim.Seconds(alone), 5*sim.Second); !(got >= of.least && got <= of.most) {
			t.Errorf("a check of %v s alone fails with probability %v among %.1f others, want %v to %v", alone, got, c.Number, of.least, of.most)
		}
	}
}
