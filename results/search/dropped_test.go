package search

import (
	"context"
	"errors"
	"slices"
	"testing"
)

// halting is what rates cannot play from a replication on that is so far after the first of exploring.
type halting struct {
	rates
	after int
}

func (h halting) Replicate(ctx context.Context, replication int) ([]float64, error) {
	if replication >= 2*usual().MaxReplications+h.after {
		return nil, errors.New("node.a: is gone")
	}
	return h.rates.Replicate(ctx, replication)
}

// Whom rates fail while they explore, whenever that is, requests explore: it can be recommended like any other, and its
// numbers are those of requests alone.
func TestWhomRatesFailRequestsExplore(t *testing.T) {
	all, limit := draw(3)
	for _, every := range []int{1, 2} { // of so many candidates rates fail one
		for _, after := range []int{0, exploring - 1, exploring, usual().Replications, 2 * usual().Replications, steadier*usual().Replications - 1} {
			p := queues(all, limit)
			p.Screen = func(of Experiment) (Experiment, error) {
				if q := of.(queue); q.index%every == 0 {
					return halting{rates{q}, after}, nil
				}
				return rates{of.(queue)}, nil
			}
			o, err := Run(t.Context(), p, usual())
			if err != nil || o.Best == nil {
				t.Fatalf("one of %d after %d: %v, %+v", every, after, err, o)
			}
			if o.Count(Impossible) > 0 || all[o.Best.Index].price > cheapest(all, limit)*1.02 {
				t.Errorf("one of %d after %d: %d impossible; recommends %d for $%g, least $%g", every, after, o.Count(Impossible), o.Best.Index, all[o.Best.Index].price, cheapest(all, limit))
			}
			named := 0
			for _, c := range o.Tried {
				if c.NoRates != "" {
					named++
				}
				if c.NoRates != "" && c.Rates || c.NoRates != "" && c.Index%every > 0 || c.Counted == 0 {
					t.Errorf("one of %d after %d: %+v", every, after, c)
				}
			}
			if first := slices.ContainsFunc(o.Tried, func(c Candidate) bool { return c.Index%every == 0 }); named == 0 && first && after < usual().Replications {
				t.Errorf("one of %d after %d: rates failed nobody", every, after)
			}
			t.Logf("one of %d after %d: recommends %d, rates failed %d of %d; %d replications, %d by rates", every, after, o.Best.Index, named, len(o.Tried), o.Replications, o.Screened)
		}
	}
}

// What is known of one whom rates have failed is what requests showed of the same replications.
func TestDroppedRatesLeaveNothing(t *testing.T) {
	c := &contestant{values: map[Phase][][]float64{
		Exploring: {{1}, {1}, {1}}, checking: {{2}, {2}}, Confirming: {{3}}, comparingControl: {{1}}, confirmingControl: {{1}},
	}}
	c.rates.experiment = queue{}
	c.drop("gone")
	if c.count(Exploring) != 2 || c.values[Exploring][0][0] != 2 || c.count(Confirming) != 1 || len(c.values) != 2 || !dropped(c) || c.noRates != "gone" {
		t.Errorf("left %+v", c)
	}
}
