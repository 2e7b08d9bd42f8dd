package fluid

import (
	"math"
	"testing"

	"headroom/sim/rng"
)

// Constant services have the ratios of a law that is cut to pieces of which all are alike, to rounding; and the first of a remnant
// are those of the whole.
func TestConstantsAreThoseOfAnyServices(t *testing.T) {
	fixed, err := rng.Fixed(3)
	if err != nil {
		t.Fatal(err)
	}
	cells := even(cut(fixed, finerBody, finerTail))
	for _, servers := range []int{1, 3} {
		for _, stages := range []int{1, 2, 12} {
			for _, node := range []int{0, 3, 8, 17} {
				load := ratioLoad(node)
				root := decay(stages, load)
				s := newSingle(cells, interval(stages), load, 0)
				got, want := constantOf(load, stages).than(root, servers), s.than(root)
				want.shared = shared(s, cells, servers, root)
				if !near(got.waits, want.waits, 1e-7) || !near(got.mean, want.mean, 1e-7) || !near(got.shared, want.shared, 1e-6) {
					t.Errorf("%d servers, %d stages at %v: %+v, by pieces %+v", servers, stages, load, got, want)
				}
				left := s.remnant()
				for k, first := range s.firstOfRemnant(int(1/s.step) + 1) {
					if math.Abs(first-left[k]) > 1e-9 {
						t.Fatalf("%d stages at %v: %v of the remnant last %d steps, want %v", stages, load, first, k, left[k])
					}
				}
			}
		}
	}
}

// What one station has worked out another has, too: stations that differ in their room have the same table of constant demands.
func TestConstantsAreWorkedOutOnce(t *testing.T) {
	fixed, err := rng.Fixed(0.05)
	if err != nil {
		t.Fatal(err)
	}
	load := ratioLoad(5)
	one := New(Station{Servers: 2, Demand: fixed, Backlog: 9}, Split{Rule: InTurn}).steadily(load, 4)
	other := New(Station{Servers: 2, Demand: fixed, Backlog: NoLimit}, Split{Rule: InTurn}).steadily(load, 4)
	if one != other {
		t.Errorf("%+v, at another station %+v", one, other)
	}
}
