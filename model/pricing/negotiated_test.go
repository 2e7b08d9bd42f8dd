package pricing

import (
	"math"
	"math/rand/v2"
	"testing"

	"headroom/model"
)

func TestNegotiatedSharesComeOffEveryLineOfTheirService(t *testing.T) {
	for seed := range uint64(20) {
		ledger := fullLedger(seed)
		ledger.Types = typesOf("m5.large", "t3.micro", "c5.large", "t2.micro")
		commitments := randomCommitments(rand.New(rand.NewPCG(seed, 6)), ledger.Types)
		list := Plan{Book: usEastDiscounts(), Commitments: commitments}.Bill(ledger)
		less := Plan{Book: usEastDiscounts(), Commitments: commitments, Negotiated: Negotiated{EC2: 0.25}}.Bill(ledger)
		for i := range list.Lines {
			a, b := &list.Lines[i], &less.Lines[i]
			want := 1.0
			if a.Service == EC2 {
				want = 0.75
			}
			for _, pair := range [][2]model.Money{{a.Billed, b.Billed}, {a.Effective, b.Effective}, {a.List, b.Contracted}} {
				if math.Abs(float64(pair[0])*want-float64(pair[1])) > 1 {
					t.Fatalf("seed %d: %s: got %d of %d, want %v", seed, a.SKU, pair[1], pair[0], want)
				}
			}
			if a.List != b.List {
				t.Fatalf("seed %d: %s: the list price moved", seed, a.SKU)
			}
		}
	}
}

func TestFixedSizesAreBought(t *testing.T) {
	ledger := commitLedger(1)
	b := Plan{Book: usEastDiscounts()}
	onDemand := b.Bill(ledger)
	for _, entry := range Plans() {
		instances, dollars := entry.Sized()
		plan, ok := entry.Fixed(b, []*model.Ledger{ledger}, 3, model.Dollar/2)
		if ok != (instances || dollars) {
			t.Errorf("%s: of instances %v, of dollars %v, sized %v", entry.Name, instances, dollars, ok)
		}
		if !ok {
			continue
		}
		if len(plan.Commitments) == 0 {
			t.Errorf("%s buys nothing", entry.Name)
		}
		for _, c := range plan.Commitments {
			if instances && c.Count != 3 || dollars && c.Hourly != model.Dollar/2 {
				t.Errorf("%s: bought %+v", entry.Name, c)
			}
		}
		nothing, _ := entry.Fixed(b, []*model.Ledger{ledger}, 0, 0)
		if got := nothing.Bill(ledger); got.Cost() != onDemand.Cost() || len(got.Lines) != len(onDemand.Lines) {
			t.Errorf("%s of nothing costs %v, on demand %v", entry.Name, got.Cost(), onDemand.Cost())
		}
	}
}
