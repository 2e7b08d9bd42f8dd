package fluid

import (
	"math"
	"testing"

	"headroom/sim/rng"
)

// The sum of k exponential times is an Erlang law, the longest of k has the mean H(k).
func TestChainsAreSumsAndMaxima(t *testing.T) {
	one, _ := rng.Exponential(0.1)
	choice := []Choice{{Time: one, Share: 1}}
	for _, times := range []int{1, 2, 5, 6, 12} {
		erlang, err := rng.Erlang(times, 0.1*float64(times))
		if err != nil {
			t.Fatal(err)
		}
		law := Chain([]Stage{{Choices: choice, Times: times}})
		if !near(law.Mean(), 0.1*float64(times), 1e-9) {
			t.Errorf("%d in a row: mean %v", times, law.Mean())
		}
		for _, p := range []float64{0.1, 0.5, 0.9, 0.99} {
			if got, want := law.Quantile(p), erlang.Quantile(p); !near(got, want, 0.03+0.02*float64(times/7)) {
				t.Errorf("%d in a row: quantile %v is %v, want %v", times, p, got, want)
			}
			if got := law.Tail(law.Quantile(p)); !near(got, 1-p, 0.01) {
				t.Errorf("%d in a row: %v stay longer than the quantile %v", times, got, p)
			}
		}
		harmonic := 0.0
		for k := 1; k <= times; k++ {
			harmonic += 0.1 / float64(k)
		}
		if got := Chain([]Stage{{Choices: choice, Times: times, AtOnce: true}}).Mean(); !near(got, harmonic, 0.01) {
			t.Errorf("%d at once: mean %v, want %v", times, got, harmonic)
		}
	}
}

// A stage of choices has the mean of each in its share, cut off where it is, and what each takes beyond.
func TestChainsChoose(t *testing.T) {
	one, _ := rng.Exponential(0.1)
	law := Chain([]Stage{{Times: 1, Choices: []Choice{{Share: 0.25, Longer: 1}, {Time: one, Share: 0.75, Longer: 2}}}})
	if got, want := law.Mean(), 0.25+0.75*2.1; !near(got, want, 1e-6) {
		t.Errorf("mean %v, want %v", got, want)
	}
	if got := law.Tail(1.5); math.Abs(got-0.75) > 0.002 {
		t.Errorf("%v take longer than 1.5 s, want 0.75", got)
	}
	within := Chain([]Stage{{Times: 1, Choices: []Choice{{Time: law, Share: 1, Within: 0.25}}}})
	if got := within.Quantile(0.99); math.Abs(got-1) > 0.01 {
		t.Errorf("of the shortest quarter 0.99 take up to %v, want 1", got)
	}
}

// What a stage alone tells of a chain is what its points say: whoever is done with all has been done with it.
func TestChainsTellWhatTheirStagesDo(t *testing.T) {
	one, _ := rng.Exponential(0.1)
	lines := []*Law{Among([]float64{900, 1000, 1100}), Chain([]Stage{{Times: 1, Choices: []Choice{{Time: one, Share: 1}}}})}
	for _, prompt := range []float64{0, 1e-5, 9e-5, 1.1e-4, 1e-3, 0.1} {
		line := Mix(lines, []float64{1 - prompt, prompt})
		chain := Chain([]Stage{
			{Times: 1, Choices: []Choice{{Time: one, Share: 0.5}, {Share: 0.5, Longer: 0.3}}},
			{Times: 2, Choices: []Choice{{Time: line, Share: 1, Longer: 0.01}}},
		})
		direct := newPoints(chain.made.(*chained).stays())
		for _, seconds := range []float64{0, 0.005, 0.1, 0.5, 1, 10, 800, 1000, 1800, 2100, 5000} {
			got, want := chain.Tail(seconds), direct.tail(seconds)
			if math.Abs(got-want) > 0.5/chainPoints {
				t.Errorf("%v of a line are prompt: %v of the chain take longer than %v s, want %v", prompt, got, seconds, want)
			}
		}
	}
}

// Where hardly anybody is answered in time nobody asks for the points, which take longer than all else.
func TestChainsOfNobodyHaveNoPoints(t *testing.T) {
	one, _ := rng.Exponential(0.1)
	chain := Chain([]Stage{
		{Times: 1, Choices: []Choice{{Time: one, Share: 1}}},
		{Times: 1, Choices: []Choice{{Time: Among([]float64{90, 100}), Share: 1}}},
	})
	if chain.Mean() < 95 || chain.Tail(10) != 1 || chain.made.(*chained).made != nil {
		t.Errorf("mean %v, tail %v, points %v", chain.Mean(), chain.Tail(10), chain.made.(*chained).made)
	}
	if chain.Tail(95) == 1 {
		t.Error("all take longer than 95 s")
	}
}
