package fluid_test

import (
	"math"
	"testing"

	"headroom/model/fluid"
	"headroom/sim"
	"headroom/sim/rng"
)

// Clients who are answered at once ask as often as they think on average, whatever the law of their time, and nobody is lost.
func TestThinkersAskAsOftenAsTheyThink(t *testing.T) {
	const count, hours = 3000, 2
	for name, think := range map[string]rng.Distribution{
		"fixed": sure(rng.Fixed(7)), "of two steps": sure(rng.Exponential(2)), "uniform": sure(rng.Uniform(30, 90)),
		"exponential": sure(rng.Exponential(40)), "heavy": sure(rng.Lognormal(60, 3)), "long": sure(rng.Exponential(900)),
	} {
		for _, step := range []sim.Time{sim.Second, 700 * sim.Millisecond} {
			th := fluid.NewThinkers(count, think, step, rng.New(1, 0, name))
			asked, expected, from := int64(0), 0.0, 50*think.Mean()
			for at := step; at <= sim.Seconds(from+hours*3600); at += step {
				n, mean := th.Upto(at - 1)
				if at.Seconds() > from {
					asked, expected = asked+n, expected+mean
				}
				th.Rest(n, 0)
				if got := th.Thinking(); got != count {
					t.Fatalf("%s: %d think of %d whom nobody lets wait", name, got, count)
				}
			}
			want := count / think.Mean() * hours * 3600
			if !(math.Abs(expected/want-1) <= 0.003) {
				t.Errorf("%s, steps of %v: %.0f are expected in %d h, want %.0f", name, step, expected, hours, want)
			}
			if !(math.Abs(float64(asked)-expected) <= 5*math.Sqrt(want)) {
				t.Errorf("%s, steps of %v: %d ask where %.0f are expected", name, step, asked, expected)
			}
		}
	}
}

// Who thinks for the same time each asks together, time and again, and a delay of the answer delays all of them.
func TestThinkersWhoAreAlikeAskTogether(t *testing.T) {
	th := fluid.NewThinkers(300, sure(rng.Fixed(600)), sim.Second, rng.New(1, 0, ""))
	for second := range 2000 {
		n, _ := th.Upto(sim.Time(second+1)*sim.Second - 1)
		want := int64(0)
		switch second {
		case 599, 600, 1201, 1202, 1803, 1804: // they begin at the edge of two steps, and are told two seconds later
			want = 150
		}
		if n != want {
			t.Errorf("%d ask in second %d, want %d", n, second, want)
		}
		th.Rest(n, 2*sim.Second)
	}
}

func TestThinkersAllocateNothing(t *testing.T) {
	th, at := fluid.NewThinkers(1000, sure(rng.Exponential(10)), sim.Second, rng.New(1, 0, "")), sim.Time(0)
	if n := testing.AllocsPerRun(100, func() {
		at += sim.Second
		n, _ := th.Upto(at - 1)
		th.Rest(n, 0)
	}); n > 0 {
		t.Errorf("%v allocations a step", n)
	}
}

func sure(d rng.Distribution, err error) rng.Distribution {
	if err != nil {
		panic(err)
	}
	return d
}

// A client who is alone asks as often as one of many, but for those whom chance would have ask twice in a step.
func TestThinkersAskAlone(t *testing.T) {
	for _, c := range []struct {
		think      rng.Distribution
		from, upTo int64
	}{{sure(rng.Fixed(5)), 9_900, 10_100}, {sure(rng.Exponential(5)), 8_900, 10_100}} {
		th := fluid.NewThinkers(1, c.think, sim.Second, rng.New(3, 0, "alone"))
		asked := int64(0)
		for at := sim.Second; at <= 50_000*sim.Second; at += sim.Second {
			n, _ := th.Upto(at - 1)
			asked += n
			th.Rest(n, 0)
		}
		if asked < c.from || asked > c.upTo {
			t.Errorf("%v: asks %d times in 50,000 s, want %d to %d", c.think, asked, c.from, c.upTo)
		}
	}
}

// A client alone, who asks once in a step at most, asks as often as it thinks on average all the same.
func TestThinkersAloneAskAsOftenAsTheyThink(t *testing.T) {
	for _, count := range []int{1, 2, 5} {
		th := fluid.NewThinkers(count, sure(rng.Exponential(5)), sim.Second, rng.New(4, 0, "alone"))
		asked, seconds := int64(0), 100_000
		for at := 1; at <= seconds; at++ {
			n, _ := th.Upto(sim.Time(at)*sim.Second - 1)
			asked += n
			th.Rest(n, 0)
		}
		if want := float64(count*seconds) / 5; !(math.Abs(float64(asked)/want-1) <= 0.03) {
			t.Errorf("%d clients ask %d times in %d s, want %.0f", count, asked, seconds, want)
		}
	}
}
