package fluid

import (
	"math"
	"testing"

	"headroom/sim/fluid"
	"headroom/sim/rng"
)

// bisected is the dumb twin of [Cohort.balance].
func (c *Cohort) bisected(f *flow, came float64) float64 {
	few, many := 0.0, c.Number+came
	for range 60 {
		middle := (few + many) / 2
		h := f.holding(middle)
		if middle-c.Number-came+f.able*f.seconds*h.works(f.relative)/c.workedAt(f, &h) > 0 {
			many = middle
		} else {
			few = middle
		}
	}
	return few
}

// What is there, what comes, how much it varies and how long clients wait is drawn; the number at the end of the step is where
// halving finds it.
func TestNumberIsWhereHalvingFindsIt(t *testing.T) {
	draws := rng.New(7, 0, "balance")
	demand, err := rng.Lognormal(0.2, 1.5)
	if err != nil {
		t.Fatal(err)
	}
	laws, worst := NewLaws(), 0.0
	for i := range 1500 {
		c := &Cohort{Shape: Shape{Station: fluid.Station{Servers: 1 + i%3, Demand: demand, Backlog: NoLimit}, Sharing: i%2 == 0}, Targets: 1}
		if !c.Sharing {
			c.Places = c.Servers
		}
		f := flow{laws: laws.of(c), choices: 1, seconds: math.Pow(100, draws.Uniform()-0.5)}
		f.whole = f.laws.Capacity()
		f.able = f.whole * (0.3 + 0.7*draws.Uniform())
		f.each = f.able * math.Pow(1e4, draws.Uniform()-0.75)
		f.relative = 1
		if i%5 > 0 {
			f.relative = leastRelative * math.Pow(mostRelative/leastRelative, draws.Uniform())
		}
		c.Number = math.Pow(1e6, draws.Uniform()-0.5)
		if c.varies = 1; i%7 > 3 {
			c.varies = draws.Uniform()
		}
		if i%11 > 5 {
			f.patience, f.worth = 0.1+10*draws.Uniform(), laws.worthOf(demand)
			c.tail = 0.1 * draws.Uniform()
			for range 5 {
				c.past.note(pastStep{seconds: f.seconds, rate: draws.Uniform(), came: f.each * f.seconds})
			}
		}
		came := f.each * f.seconds
		got, want := c.balance(&f, came), c.bisected(&f, came)
		off := math.Abs(got-want) / min(want, came+f.able*f.seconds)
		if worst = max(worst, off); off > exactly {
			t.Errorf("draw %d: %v are there, %v by halving (%+v)", i, got, want, f)
		}
	}
	t.Logf("worst: %.2g", worst)
}
