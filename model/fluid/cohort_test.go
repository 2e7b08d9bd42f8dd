package fluid

import (
	"math"
	"testing"

	"headroom/sim"
	"headroom/sim/fluid"
	"headroom/sim/rng"
)

// sharers returns targets of two servers that are shared, with demands of 0.2 s.
func sharers(t testing.TB, targets int) *Cohort {
	t.Helper()
	demand, err := rng.Lognormal(0.2, 1)
	if err != nil {
		t.Fatal(err)
	}
	return &Cohort{
		Shape: Shape{
			Station: fluid.Station{Servers: 2, Demand: demand, Places: 128, Backlog: NoLimit},
			Split:   fluid.Split{Rule: fluid.LeastWaiting}, Sharing: true, Choices: targets,
		},
		Targets: targets,
	}
}

// In a lasting overload of shared servers whose clients give up after 10 s, each attains the same
// service a in that time: the work of E min(X, a) for each that comes is what the servers do, and
// the share that gives up is P(X > a).
func TestOverloadSettlesWhereClientsGiveUp(t *testing.T) {
	const load, patience = 1.4, 10 * sim.Second
	c, laws := sharers(t, 6), NewLaws()
	for range 300 {
		c.Advance(laws, Arrivals{Length: sim.Second, Expected: load * 10 * 6, Patience: patience})
	}
	low, high := 0.0, 100.0
	mean := func(a float64) (work, longer float64) {
		const n = 20_000
		for k := range n {
			x := c.Demand.Quantile((float64(k) + 0.5) / n)
			work += min(x, a) / n
			if x > a {
				longer += 1.0 / n
			}
		}
		return work, longer
	}
	for range 50 {
		a := (low + high) / 2
		if work, _ := mean(a); work*load < c.Demand.Mean() {
			low = a
		} else {
			high = a
		}
	}
	_, want := mean(low)
	if got := c.Late(patience); math.Abs(got/want-1) > 0.02 {
		t.Errorf("%v give up, want %v", got, want)
	}
	if got, want := c.Number, 2*10/low; math.Abs(got/want-1) > 0.02 {
		t.Errorf("%v are at a target, want %v", got, want)
	}
}

// What comes, leaves or is there: through an overload and an empty time, however small the numbers get.
func TestCohortKeepsWhatCame(t *testing.T) {
	c, laws := sharers(t, 3), NewLaws()
	for i := range 3000 {
		came := 0.0
		if i < 200 {
			came = 90
		}
		before := c.Content
		c.Advance(laws, Arrivals{Length: sim.Second, Expected: came, Patience: 10 * sim.Second})
		left := before + came - c.Content
		if !(left >= -1e-9 && c.Content >= 0 && c.Busy >= 0 && c.Variance >= 0) {
			t.Fatalf("step %d: %v left, %v are there, busy %v, variance %v", i, left, c.Content, c.Busy, c.Variance)
		}
	}
	if c.Content != 0 {
		t.Errorf("%v are there at last, want none", c.Content)
	}
}

// Where clients want far more than they wait for, those are there who came while they wait.
func TestClientsLeaveWhomNobodyCanServe(t *testing.T) {
	for _, demand := range []float64{20, 60, 300} {
		c, laws := sharers(t, 4), NewLaws()
		c.Places = NoLimit
		c.Demand, _ = rng.Fixed(demand)
		for range 600 {
			c.Advance(laws, Arrivals{Length: sim.Second, Expected: 10, Patience: 60 * sim.Second})
		}
		if want := 10 * 60.0; !(math.Abs(c.Content/want-1) <= 0.35) {
			t.Errorf("demands of %v s: %v are there, want about %v", demand, c.Content, want)
		}
	}
}
