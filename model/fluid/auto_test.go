package fluid

import (
	"math"
	"reflect"
	"testing"

	"headroom/sim"
	"headroom/sim/fluid"
	"headroom/sim/rng"
	"headroom/sim/stat"
)

// crowd is what a cohort showed under loads of a second each, for clients who wait two seconds.
type crowd struct {
	exact                  Exact
	stays                  stat.Histogram
	came, left, gone, kept float64
	played                 []bool
}

// crowded plays loads at targets that share two servers or serve in order, in rates or, where a stream is given,
// with requests where it matters.
func crowded(t *testing.T, sharing bool, loads []float64, auto *Auto) *crowd {
	t.Helper()
	demand, err := rng.Exponential(0.05)
	if err != nil {
		t.Fatal(err)
	}
	const targets = 5
	c := &Cohort{Shape: Shape{Station: fluid.Station{Servers: 2, Demand: demand, Backlog: NoLimit}, Split: fluid.Split{Rule: fluid.LeastWaiting}, Sharing: sharing, Choices: targets}, Targets: targets}
	if !sharing {
		c.Places = c.Servers
	}
	if auto != nil {
		c.Player = auto.Player(0)
	}
	laws, out, arrivals := NewLaws(), &crowd{}, rng.New(3, 0, "arrivals")
	for i, load := range loads {
		expected := load * 40 * targets
		a := Arrivals{Length: sim.Second, Expected: expected, Patience: 2 * sim.Second, Came: float64(arrivals.Poisson(expected)), At: sim.Time(i+1) * sim.Second}
		before := c.Content
		c.Advance(laws, a)
		ended := a.Came*(1-c.Refused) - (c.Content - before)
		late := ended * c.Late(a.Patience)
		out.came, out.left, out.gone = out.came+a.Came, out.left+ended, out.gone+late
		out.kept = c.Content
		stay := Stay{Law: c.Law, Limit: a.Patience}
		stay.Record([]fluid.Into{{Histogram: &out.stays}}, int64(ended-late), 0.5)
		out.played = append(out.played, c.Played)
	}
	if auto != nil {
		out.exact = *auto.Found()
	}
	return out
}

// flash is a calm minute, a crowd of forty seconds, and two calm minutes.
func flash(peak float64) (loads []float64) {
	loads = append(repeated(0.6, 60), repeated(peak, 40)...)
	return append(loads, repeated(0.6, 120)...)
}

func TestAutoPlaysOnlyWhatRatesDoNotShow(t *testing.T) {
	if steady := crowded(t, true, repeated(0.8, 300), NewAuto(rng.New(1, 0, "auto"))); len(steady.exact.Spans) > 0 {
		t.Errorf("a steady load was played: %+v", steady.exact.Spans)
	}
	got := crowded(t, true, flash(1.5), NewAuto(rng.New(1, 0, "auto")))
	if len(got.exact.Spans) != 1 {
		t.Fatalf("%d spans, want one: %+v", len(got.exact.Spans), got.exact.Spans)
	}
	s := got.exact.Spans[0]
	if s.From != 60*sim.Second || s.To < 130*sim.Second || s.To > 200*sim.Second || s.Why != Turning|NearCapacity {
		t.Errorf("the span is %v to %v for %b, want from the beginning of the crowd until half a minute after its line", s.From, s.To, s.Why)
	}
	if got.exact.Time != s.To-s.From || got.exact.Requests != s.Requests || got.exact.Requests >= got.exact.All {
		t.Errorf("%v and %v requests of %v are not those of the span %+v", got.exact.Time, got.exact.Requests, got.exact.All, s)
	}
}

// Where all of a run is played, it is what a simulation of its requests shows; that of rates begins with the crowd.
func TestAutoIsARunOfRequests(t *testing.T) {
	const runs = 3
	for _, sharing := range []bool{true, false} {
		var mean, gone [2]float64
		for seed := range uint64(runs) {
			always := NewAuto(rng.New(seed, 0, "always"))
			always.everywhere = true
			for k, auto := range []*Auto{always, NewAuto(rng.New(seed, 1, "auto"))} {
				run := crowded(t, sharing, flash(1.4), auto)
				mean[k] += run.stays.Mean() / runs
				gone[k] += run.gone / run.left / runs
			}
		}
		if ratio := mean[1] / mean[0]; math.Abs(ratio-1) > 0.03 {
			t.Errorf("sharing %v: the mean stay is %.4f of that of all requests one by one", sharing, ratio)
		}
		if more := gone[1] - gone[0]; math.Abs(more) > 0.01 {
			t.Errorf("sharing %v: %.4f more give up than of all requests one by one", sharing, more)
		}
	}
}

// Nobody is lost: who came has left, been refused, or is still there.
func TestAutoKeepsEveryRequest(t *testing.T) {
	for _, sharing := range []bool{true, false} {
		run := crowded(t, sharing, flash(2), NewAuto(rng.New(5, 0, "auto")))
		if math.Abs(run.came-run.left-run.kept) > 1 {
			t.Errorf("sharing %v: %v came, %v left, %v are there", sharing, run.came, run.left, run.kept)
		}
	}
}

func TestAutoIsTheSameEachTime(t *testing.T) {
	a := crowded(t, true, flash(1.5), NewAuto(rng.New(7, 0, "auto")))
	b := crowded(t, true, flash(1.5), NewAuto(rng.New(7, 0, "auto")))
	if !reflect.DeepEqual(a, b) {
		t.Errorf("twice the same run is %+v and %+v", a.exact, b.exact)
	}
}

// More than a million requests at targets, or in a step, are left to the rates.
func TestAutoLeavesMillionsToRates(t *testing.T) {
	auto := NewAuto(rng.New(1, 0, "auto"))
	c := crowded(t, true, append(repeated(0.6, 10), repeated(1e7, 10)...), auto)
	if c.exact.Requests > 10*mostThere || c.exact.All < 1e9 {
		t.Errorf("%v requests of %v were played", c.exact.Requests, c.exact.All)
	}
}
