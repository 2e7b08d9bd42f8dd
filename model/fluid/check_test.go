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

// A target has 64 places at 2 servers of 50 ms, and 60 requests come a second where it can serve 40: after 10 s there are
// 200, of which 136 wait for 3.4 s, and whoever is served after them takes 1.6 s more. Those who leave by then have waited for less.
// A check that comes to 1,024 in line, where there is no room for more, waits for 25.6 s.
func TestChecksWaitBehindTheLineThatIsThere(t *testing.T) {
	demand, err := rng.Fixed(0.05)
	if err != nil {
		t.Fatal(err)
	}
	for _, of := range []struct {
		seconds int
		takes   float64
	}{{10, 3.4 + 1.6}, {15, 5.9 + 1.6}, {300, 25.6 + 1.6}} {
		c := Cohort{Shape: Shape{Station: fluid.Station{Demand: demand, Servers: 2, Places: 64, Backlog: 1024}, Sharing: true}, Targets: 1}
		c.Nodes = 1
		laws := NewLaws()
		for range of.seconds {
			c.Advance(laws, Arrivals{Length: sim.Second, Expected: 60, Patience: 100 * sim.Second})
		}
		alone := sim.Seconds(0.05)
		if got := c.CheckTakes(alone).Seconds(); math.Abs(got/of.takes-1) > 0.02 {
			t.Errorf("a check takes %v s after %d s, want %v", got, of.seconds, of.takes)
		}
		for _, limit := range []struct{ by, least, most float64 }{{0.7, 0.95, 1}, {1, 0.15, 0.85}, {1.3, 0, 0.05}} {
			if got := c.CheckFails(alone, sim.Seconds(of.takes*limit.by)); !(got >= limit.least && got <= limit.most) {
				t.Errorf("after %d s a check fails within %v s with probability %v, want %v to %v", of.seconds, of.takes*limit.by, got, limit.least, limit.most)
			}
		}
	}
}

// Clients give up after 10 s at a target whose 64 places no request leaves served: of 11 a second who come a place is taken by who came 64 later,
// 10 s after they came. So the line waits for 10 − 64/11 s, though the target could serve 7.5 a second, and a check waits no longer.
func TestChecksMoveUpAsClientsLeave(t *testing.T) {
	demand, err := rng.Fixed(0.08)
	if err != nil {
		t.Fatal(err)
	}
	c := Cohort{Shape: Shape{Station: fluid.Station{Demand: demand, Servers: 2, Speed: 0.3, Places: 64, Backlog: 1024}, Sharing: true}, Targets: 1}
	c.Nodes = 1
	laws := NewLaws()
	for range 300 {
		c.Advance(laws, Arrivals{Length: sim.Second, Expected: 11, Patience: 10 * sim.Second})
	}
	alone, want := sim.Millisecond, 10-64.0/11
	if got := c.CheckTakes(alone).Seconds(); math.Abs(got-want-0.032) > 0.1 {
		t.Errorf("a check takes %v s, want %v", got, want+0.032)
	}
	for _, limit := range []float64{3.4, 4.2, 5} { // fewer than 64 came in the rest of the 10 s
		want, term := 1.0, math.Exp(-11*(10-limit))
		for k := range 64 {
			want -= term
			term *= 11 * (10 - limit) / float64(k+1)
		}
		if got := c.CheckFails(alone, sim.Seconds(limit)); math.Abs(got-want) > 0.05 {
			t.Errorf("a check fails within %v s with probability %v, want %v", limit, got, want)
		}
	}
}
