package search

import (
	"context"
	"math"
	"testing"

	"headroom/sim/rng"
)

// rare has a latency that some replications spoil: of an exponential law, as far as its expectation is from half of that.
type rare struct{ queue }

func (r rare) Replicate(_ context.Context, replication int) ([]float64, error) {
	luck := rng.New(r.seed, replication, "luck")
	return []float64{r.price, r.latency() / 2 * (1 - math.Log1p(-luck.Uniform()))}, nil
}

// A candidate at its limit must not be recommended either where the mean is made by rare replications, of which few hold none:
// by Student's bounds 8 of 100 searches do. With some room it still is.
func TestRareReplicationsAreAllowedFor(t *testing.T) {
	const searches = 300
	play := func(seed uint64, room float64) *Outcome {
		only := rare{queue{serviceHz: 2.5, price: 1, seed: seed}}
		p := queues([]queue{only.queue}, room*only.latency())
		p.Build = func(int) (Experiment, error) { return only, nil }
		o, err := Run(t.Context(), p, usual())
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
	wrong, found := 0, 0
	for seed := range uint64(searches) {
		if play(seed, 1).Best != nil {
			wrong++
		}
		if seed < searches/10 && play(seed, 1.4).Best != nil {
			found++
		}
	}
	t.Logf("%d of %d; with room %d of %d", wrong, searches, found, searches/10)
	if most := mostWrong(searches, 0.025); wrong > most || found < searches/10*8/10 {
		t.Errorf("%d of %d searches recommend a candidate at its limit, at most %d are credible; with room %d of %d", wrong, searches, most, found, searches/10)
	}
}

// More replications scatter less, and lean less; so does what they are expected to show.
func TestReadingOfMoreReplications(t *testing.T) {
	few := read([]float64{1, 2, 3, 10})
	more := few.at(16)
	if more.value != few.value || !(math.Abs(more.deviation-few.deviation/2) < 1e-12) || !(math.Abs(more.lean.above-few.lean.above/2) < 1e-12) || more.freedom != 12 {
		t.Errorf("%+v of %+v", more, few)
	}
	if above, below := few.reach(0.01, true), few.reach(0.01, false); !(above > below) {
		t.Errorf("values that lean to large ones: %v above, %v below", above, below)
	}
}
