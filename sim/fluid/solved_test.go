package fluid

import (
	"slices"
	"sync"
	"testing"

	"headroom/sim/rng"
)

// Laws that are shared are those that each works out alone, whoever was first and however many ask at a time; and laws
// of other demands are not taken for them.
func TestSharedLawsAreTheSame(t *testing.T) {
	short, _ := rng.Lognormal(0.1, 1)
	long, _ := rng.Lognormal(0.2, 1)
	loads, targets := []float64{0.3, 0.71, 0.93}, []int{1, 3, 12}
	for _, rule := range []Rule{AtRandom, InTurn, LeastWaiting} {
		split := Split{Rule: rule, Other: AtRandom, Share: 0.3}
		bounds := func(demand rng.Distribution, share *Solved) (all [][]float64) {
			laws := New(Station{Servers: 2, Places: 32, Demand: demand}, split)
			if share != nil {
				laws.Share(share)
			}
			for _, load := range loads {
				for _, n := range targets {
					law := laws.Law(load, n)
					all = append(all, law.below(), []float64{law.Mean(), law.Blocked()})
				}
			}
			return all
		}
		var solved Solved
		want := [][][]float64{bounds(short, nil), bounds(long, nil)}
		var all sync.WaitGroup
		for i := range 6 {
			all.Go(func() {
				of := []rng.Distribution{short, long}[i%2]
				if got := bounds(of, &solved); !slices.EqualFunc(got, want[i%2], slices.Equal) {
					t.Errorf("rule %d: shared laws differ from those of one alone", rule)
				}
			})
		}
		all.Wait()
		known := len(solved.known)
		solved.Keep(func(d rng.Distribution) bool { return d == short })
		if kept := len(solved.known); kept == 0 || kept != known/2 {
			t.Errorf("rule %d: of %d laws %d are kept, want those of one of two demands", rule, known, kept)
		}
	}
}
