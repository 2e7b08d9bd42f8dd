package fluid

import (
	"math"
	"testing"

	"headroom/sim/rng"
)

func sizeOf(t *testing.T, d rng.Distribution, err error) rng.Distribution {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// What is asked of a link passes, is given up or is left: as flows, and, where nobody gives up, as work.
func TestCrowdKeepsWhatComes(t *testing.T) {
	fixed, err := rng.Fixed(16)
	short, of := rng.Exponential(3)
	c := NewCrowd([]CrowdKind{{Size: sizeOf(t, fixed, err)}, {Size: sizeOf(t, short, of), Patience: 400, Late: 401}}, 0, 1)
	var came, passed, ended [2]float64
	for i := range 900 {
		fits := 2.0
		if i > 450 {
			fits = 0.15
		}
		c.Kinds[0].Came, c.Kinds[1].Came = 0.2, 0.3*float64(i%2)
		c.Advance(1, fits)
		sum := 0.0
		for k := range c.Kinds {
			kind := &c.Kinds[k]
			came[k] += kind.Came
			passed[k] += kind.Passed
			ended[k] += kind.Done + kind.Dropped
			sum += kind.Passed
			if kind.Done < 0 || kind.Dropped < 0 {
				t.Fatalf("step %d, kind %d: %v done and %v given up", i, k, kind.Done, kind.Dropped)
			}
		}
		if c.Short && math.Abs(sum/fits-1) > 1e-6 || sum > fits*(1+1e-6) {
			t.Fatalf("step %d: %v passed of %v, short %v", i, sum, fits, c.Short)
		}
	}
	for k := range c.Kinds {
		if got := ended[k] + c.Kinds[k].Number; math.Abs(got/came[k]-1) > 1e-9 {
			t.Errorf("kind %d: %v ended or are there of %v", k, got, came[k])
		}
	}
	left := 0.0
	for i := range c.waves {
		if w := &c.waves[i]; w.came[0] > 0 {
			n, young, old := w.between(0, w.from, w.to)
			left += n * (16 - c.Kinds[0].sizes.meanUpto(c.had-young, c.had-old))
		}
	}
	if got, want := passed[0]+left, 16*came[0]; math.Abs(got/want-1) > 1e-3 {
		t.Errorf("%v has passed or is left of a work of %v", got, want)
	}
}

// A link for which four times as much comes as it carries, for clients that wait so long: of exponential sizes each gets
// the pace r with 1 − exp(−rT) = 1/4, who has passed by then as a share of all.
func TestCrowdPassesWhoIsSmall(t *testing.T) {
	d, err := rng.Exponential(1)
	c := NewCrowd([]CrowdKind{{Size: sizeOf(t, d, err), Patience: 30, Late: 31}}, 0, 1)
	for range 200 {
		c.Kinds[0].Came = 4
		c.Advance(1, 1)
	}
	k := &c.Kinds[0]
	if got := k.Done / (k.Done + k.Dropped); math.Abs(got-0.25) > 0.003 {
		t.Errorf("%v are answered, want 1/4", got)
	}
	pace := -math.Log(0.75) / 30
	if got, want := k.Number, 4*0.25/pace; math.Abs(got/want-1) > 0.01 {
		t.Errorf("%v are there, want %v", got, want)
	}
	// of those who are answered, half are by the pace's median below the deadline
	if got, want := k.Stay.Quantile(0.125), -math.Log(1-0.125)/pace; math.Abs(got/want-1) > 0.02 {
		t.Errorf("a half of those answered took %v, want %v", got, want)
	}
}

// Nobody of those who ask for more than they get in their time is answered, once there are so many: 150 flows of which
// each gets half of its size in a minute. Where servers go on for nobody, their number grows by a a second, each has
// 1/(a·t) of the link, and those end by t that came by t·exp(-0.8a): 2.5 - a of them a second, so a = 2.5·(1 - exp(-0.8a)).
func TestCrowdOfOneSizeAnswersNobody(t *testing.T) {
	d, err := rng.Fixed(0.8)
	for _, finishes := range []bool{false, true} {
		c := NewCrowd([]CrowdKind{{Size: sizeOf(t, d, err), Patience: 60, Late: 61, Finishes: finishes}}, 0, 1)
		const seconds = 600
		done, ended := 0.0, 0.0
		for range seconds {
			c.Kinds[0].Came = 2.5
			c.Advance(1, 1)
			done += c.Kinds[0].Done
			ended += c.Kinds[0].Ended
		}
		if k := &c.Kinds[0]; math.Abs(k.Number-150) > 0.01 || done > 100 {
			t.Errorf("finishes %v: %v are there and %v were answered, want 150 and those of the first minute", finishes, k.Number, done)
		}
		grows := 2.0
		for range 50 {
			grows = 2.5 * (1 - math.Exp(-0.8*grows))
		}
		if want := (2.5 - grows) * seconds; finishes && math.Abs(ended/want-1) > 0.01 {
			t.Errorf("%v flows have ended, want about %v", ended, want)
		}
	}
}

// However long a link is overloaded, for whomever, there are no more waves than so many, and no flow is lost or made when they are
// joined: bursts of heavy-tailed sizes, some for clients that wait ten minutes and some for ever, 50 times what the link carries.
func TestCrowdStaysSmall(t *testing.T) {
	sizes, err := rng.Pareto(2, 1.2)
	one := sizeOf(t, sizes, err)
	c := NewCrowd([]CrowdKind{{Size: one, Patience: 600, Late: 601}, {Size: one, Patience: 600, Late: 601, Finishes: true}, {Size: one}}, 0, 1)
	stream := rng.New(3, 0, "crowd")
	var came, ended, passed [3]float64
	for i := range 3000 {
		for k := range c.Kinds {
			kind := &c.Kinds[k]
			kind.Came = 8 * stream.Exponential() * boolean(i/200%3 != 2)
			came[k] += kind.Came
		}
		c.Advance(1, 1)
		if len(c.waves) > mostWaves {
			t.Fatalf("step %d: %d waves, want %d at most", i, len(c.waves), mostWaves)
		}
		for k := range c.Kinds {
			passed[k] += c.Kinds[k].Passed
			ended[k] += c.Kinds[k].Ended
		}
	}
	for k := range c.Kinds {
		kind := &c.Kinds[k]
		if got := ended[k] + kind.Held; !(math.Abs(got/came[k]-1) <= 1e-9) {
			t.Errorf("kind %d: %v have ended or are there of %v", k, got, came[k])
		}
		if k == 0 {
			continue // what those who leave take along is in nobody's sums
		}
		left := 0.0
		for i := range c.waves {
			w := &c.waves[i]
			n, young, old := w.between(k, w.from, w.to)
			left += n * (one.Mean() - kind.sizes.meanUpto(c.had-young, c.had-old))
		}
		if got, want := passed[k]+left, came[k]*one.Mean(); !(math.Abs(got/want-1) <= 2e-3) {
			t.Errorf("kind %d: %v has passed or is left of a work of %v", k, got, want)
		}
	}
}
