package fluid

import (
	"math"
	"testing"

	"headroom/sim/rng"
)

// The mean stay of M/M/1-PS, M/G/1-PS and every symmetric queue is proportional to the demand: x times the mean stay of all.
func TestSharingIsProportionalToTheDemand(t *testing.T) {
	for _, servers := range []int{1, 2, 8} {
		for _, load := range []float64{0.2, 0.7, 0.95} {
			c := newChain(servers, 0, 1, load)
			s := newSharing(c, 20)
			for _, x := range []float64{0.01, 0.3, 1, 4, 18} {
				if got, want := s.given(x).mean, x*c.delay(); !near(got, want, 0.002) {
					t.Errorf("%d servers at %v: delay of demand %v is %v, want %v", servers, load, x, got, want)
				}
			}
		}
	}
}

// The variance of the stay of demand x in M/M/1-PS is (2ρ/(1−ρ)⁴)·((1−ρ)x − 1 +
// exp(−(1−ρ)x)) (Yashkov 1987, "Processor-sharing queues: some progress in analysis").
func TestSharingHasTheVarianceOfMM1PS(t *testing.T) {
	for _, load := range []float64{0.2, 0.7, 0.95} {
		s := newSharing(newChain(1, 0, 1, load), 20)
		for _, x := range []float64{0.1, 1, 4, 18} {
			i, w := s.place(x)
			mean := s.first[i] + w*(s.first[i+1]-s.first[i])
			free := 1 - load
			want := mean*mean + 2*load/math.Pow(free, 4)*(free*x-1+math.Exp(-free*x))
			if got := s.more[i] + w*(s.more[i+1]-s.more[i]); !near(got, want, 0.01) {
				t.Errorf("load %v: second moment of the delay of demand %v is %v, want %v", load, x, got, want)
			}
		}
	}
}

// However regular arrivals are, a demand that is long is delayed at one server by its part of what comes: ρ/(1−ρ) for each of its seconds; and all
// together are delayed as long as they were fitted to.
func TestLongDemandsAreDelayedByWhatComes(t *testing.T) {
	narrow, err := rng.Lognormal(1, 0.5)
	if err != nil {
		t.Fatal(err)
	}
	parts := even(cut(narrow, bodyParts, tailParts))
	for _, load := range []float64{0.5, 0.7, 0.85} {
		for _, stages := range []int{2, 4} {
			s := newSharing(newChain(1, 0, stages, load), settles/(1-load))
			const mean = 0.25
			s.fit(parts, 0.7, mean)
			s.lean(parts)
			if got := s.meanOf(parts); !near(got, mean, 1e-5) {
				t.Errorf("%d stages at %v: all are delayed %v, want %v", stages, load, got, mean)
			}
			if want := load / (1 - load); !near(s.slope, want, 0.01) {
				t.Errorf("%d stages at %v: long demands are delayed %v for each second, want %v", stages, load, s.slope, want)
			}
		}
	}
}
