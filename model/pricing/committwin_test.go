package pricing

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"headroom/model"
	"headroom/sim"
)

// slowCommitted bills commitments slowly and obviously: instance by instance in
// each clock hour, in exact fractions. It knows shared and dedicated On-Demand
// instances only, and returns the cost with upfronts spread, and the instance
// seconds that commitments cover.
type slowCommitted struct {
	book        discountBook
	commitments []Commitment
	ledger      *model.Ledger
}

// piece is an instance in one clock hour.
type piece struct {
	lease   int
	seconds *big.Rat // not covered yet
}

func rat(x float64) *big.Rat { return decimal(x) }

func (w *slowCommitted) units(p piece) *big.Rat {
	return rat(w.book.NormalizedUnits(w.ledger.Types[w.ledger.Leases[p.lease].Type].Name))
}

func (w *slowCommitted) price(l *model.Lease, o *model.Offering) *big.Rat {
	name := w.ledger.Types[l.Type].Name
	listed, _ := w.book.OnDemand(name, l.Platform)
	if o != nil {
		listed, _ = w.book.Reserved(name, l.Platform, *o)
	}
	price := rat(listed.USD)
	if l.Tenancy == model.TenancyDedicated {
		price.Mul(price, big.NewRat(11, 10))
	}
	return price
}

// hourOf returns the pieces of a clock hour, in the order of Reserved Instances.
func (w *slowCommitted) hourOf(h int64) []piece {
	offset := w.ledger.Start.Unix() % 3600
	var pieces []piece
	for i := range w.ledger.Leases {
		charged, _ := leaseSpan(&w.ledger.Leases[i])
		seconds := min(charged.to, (h+1)*3600-offset) - max(charged.from, h*3600-offset)
		if w.ledger.Leases[i].Option == model.OnDemand && seconds > 0 {
			pieces = append(pieces, piece{i, big.NewRat(seconds, 1)})
		}
	}
	slices.SortStableFunc(pieces, func(a, b piece) int {
		if order := w.units(a).Cmp(w.units(b)); order != 0 {
			return order
		}
		x, y := &w.ledger.Leases[a.lease], &w.ledger.Leases[b.lease]
		return int(min(max(x.From-x.Carried-y.From+y.Carried, -1), 1))
	})
	return pieces
}

// reserve covers the pieces of an hour by a Reserved Instance.
func (w *slowCommitted) reserve(c *Commitment, pieces []piece) {
	flexible := c.Zone == "" && c.Platform == model.Linux && c.Tenancy == model.TenancyDefault && c.Type[:2] != "g5"
	left := big.NewRat(c.Count*3600, 1)
	if flexible {
		left.Mul(left, rat(w.book.NormalizedUnits(c.Type)))
	}
	for _, p := range pieces {
		l := &w.ledger.Leases[p.lease]
		kind := &w.ledger.Types[l.Type]
		same := kind.Name == c.Type || flexible && kind.Family == c.Type[:len(kind.Family)] && c.Type[len(kind.Family)] == '.'
		if !same || l.Platform != c.Platform || l.Tenancy != c.Tenancy || c.Zone != "" && w.ledger.Zones[l.Zone] != c.Zone {
			continue
		}
		weight := big.NewRat(1, 1)
		if flexible {
			weight = w.units(p)
		}
		covered := new(big.Rat).Quo(left, weight)
		if covered.Cmp(p.seconds) > 0 {
			covered.Set(p.seconds)
		}
		p.seconds.Sub(p.seconds, covered)
		left.Sub(left, covered.Mul(covered, weight))
	}
}

// spend pays for the pieces of an hour by a Savings Plan, and returns nothing: the
// commitment is lost if it is not used.
func (w *slowCommitted) spend(c *Commitment, pieces []piece) {
	o := c.offering()
	left := new(big.Rat).Mul(big.NewRat(int64(c.Hourly), int64(model.Dollar)), big.NewRat(3600, 1))
	ratio := func(p piece) *big.Rat {
		l := &w.ledger.Leases[p.lease]
		return new(big.Rat).Quo(w.price(l, &o), w.price(l, nil))
	}
	sorted := slices.Clone(pieces)
	slices.SortStableFunc(sorted, func(a, b piece) int {
		if order := ratio(a).Cmp(ratio(b)); order != 0 {
			return order
		}
		return w.price(&w.ledger.Leases[a.lease], &o).Cmp(w.price(&w.ledger.Leases[b.lease], &o))
	})
	for _, p := range sorted {
		l := &w.ledger.Leases[p.lease]
		if c.Family != "" && w.ledger.Types[l.Type].Family != c.Family {
			continue
		}
		rate := w.price(l, &o)
		covered := new(big.Rat).Quo(left, rate)
		if covered.Cmp(p.seconds) > 0 {
			covered.Set(p.seconds)
		}
		p.seconds.Sub(p.seconds, covered)
		left.Sub(left, covered.Mul(covered, rate))
	}
}

// bill returns the cost of all instances and the seconds that are On-Demand.
func (w *slowCommitted) bill() (cost, onDemand float64) {
	last := int64(0)
	for i := range w.ledger.Leases {
		charged, _ := leaseSpan(&w.ledger.Leases[i])
		last = max(last, charged.to)
	}
	offset := w.ledger.Start.Unix() % 3600
	end := int64(w.ledger.End / sim.Second)
	total, seconds := new(big.Rat), new(big.Rat)
	for h := int64(0); h*3600-offset < max(last, end); h++ {
		pieces := w.hourOf(h)
		if h*3600-offset < end {
			for _, zonal := range []bool{true, false} {
				for i := range w.commitments {
					if c := &w.commitments[i]; c.Kind == ReservedInstance && (c.Zone != "") == zonal {
						w.reserve(c, pieces)
						listed, _ := w.book.Reserved(c.Type, c.Platform, c.offering())
						total.Add(total, new(big.Rat).Mul(rat(listed.USD), big.NewRat(c.Count, 1)))
					}
				}
			}
			for _, kind := range []CommitmentKind{EC2InstanceSavingsPlan, ComputeSavingsPlan} {
				for i := range w.commitments {
					if c := &w.commitments[i]; c.Kind == kind {
						w.spend(c, pieces)
						total.Add(total, big.NewRat(int64(c.Hourly), int64(model.Dollar)))
					}
				}
			}
		}
		for _, p := range pieces {
			seconds.Add(seconds, p.seconds)
			price := w.price(&w.ledger.Leases[p.lease], nil)
			total.Add(total, price.Mul(price, p.seconds).Mul(price, big.NewRat(1, 3600)))
		}
	}
	cost, _ = total.Float64()
	onDemand, _ = seconds.Float64()
	return cost, onDemand
}

// randomCommitments returns some of every kind.
func randomCommitments(r *rand.Rand, types []model.InstanceType) []Commitment {
	var all []Commitment
	for range r.IntN(4) {
		c := reserved(1+r.Int64N(3), types[r.IntN(len(types))].Name)
		c.Class, c.Payment = model.Class(1+r.IntN(2)), model.Payment(1+r.IntN(3))
		c.Term = []model.Term{model.OneYear, model.ThreeYears}[r.IntN(2)]
		if r.IntN(3) == 0 {
			c.Zone = []string{"a", "b", "c"}[r.IntN(3)]
		}
		if r.IntN(4) == 0 {
			c.Platform = model.Windows
		}
		all = append(all, c)
	}
	for range r.IntN(3) {
		c := savingsPlan(ComputeSavingsPlan, "", 1+model.Money(r.Int64N(int64(model.Dollar))))
		c.Payment = model.Payment(1 + r.IntN(3))
		if r.IntN(2) == 0 {
			c.Kind, c.Family = EC2InstanceSavingsPlan, types[r.IntN(len(types))].Family
		}
		all = append(all, c)
	}
	return all
}

// commitLedger returns a random On-Demand fleet around the end of a month.
func commitLedger(seed uint64) *model.Ledger {
	r := rand.New(rand.NewPCG(seed, 3))
	ledger := randomLedger(seed)
	ledger.Volumes = nil
	ledger.Start = ledger.Start.Truncate(sim.Hour.Duration() / 2)
	ledger.Types = typesOf("m5.large", "m5.2xlarge", "c5.large", "t3.medium", "m5.xlarge", "g5.xlarge")
	for i := range ledger.Leases {
		l := &ledger.Leases[i]
		l.Option, l.SpotPool, l.Instance, l.Carried = model.OnDemand, -1, int32(i), 0
		l.Type, l.Platform = r.Int32N(5), model.Platform(1+r.IntN(8)/6)
		if l.Tenancy == model.TenancyDedicated && r.IntN(2) == 0 {
			l.Tenancy = model.TenancyDefault
		}
	}
	return ledger
}

func TestCommitmentsAgreeWithTheSlowBiller(t *testing.T) {
	for seed := range uint64(200) {
		ledger := commitLedger(seed)
		r := rand.New(rand.NewPCG(seed, 4))
		w := slowCommitted{usEastDiscounts(), randomCommitments(r, ledger.Types), ledger}
		invoice := Plan{Book: w.book, Commitments: w.commitments}.Bill(ledger)
		cost, onDemand := w.bill()
		var got model.Money
		for _, l := range invoice.Lines {
			if l.SKU != "ec2.dedicated_region_fee" {
				got += l.Effective
			}
		}
		slack := 1e-9 * float64(len(invoice.Lines)+1)
		if math.Abs(got.USD()-cost) > slack || math.Abs(seconds(invoice)[OnDemand]-onDemand) > 1e-3 {
			t.Fatalf("seed %d: %v with %v s On-Demand, slow biller %v with %v s\n%+v\n%s",
				seed, got.USD(), seconds(invoice)[OnDemand], cost, onDemand, w.commitments, listing(invoice))
		}
	}
}

func TestUsageIsCoveredOnDemandOrSpot(t *testing.T) {
	for seed := range uint64(100) {
		ledger := fullLedger(seed)
		ledger.Types = typesOf("m5.large", "t3.micro", "c5.large", "t2.micro")
		r := rand.New(rand.NewPCG(seed, 5))
		invoice := Plan{Book: usEastDiscounts(), Commitments: randomCommitments(r, ledger.Types), FreeTier: seed%2 == 0}.Bill(ledger)
		want := 0.0
		for i := range ledger.Leases {
			charged, _ := leaseSpan(&ledger.Leases[i])
			want += float64(charged.seconds())
		}
		got := 0.0
		var billed, effective model.Money
		for _, l := range invoice.Lines {
			if l.Instances {
				got += l.Consumed
			}
			billed += l.Billed
			effective += l.Effective
		}
		if math.Abs(got-want) > 1e-3 {
			t.Fatalf("seed %d: %v s on the lines, %v s in the leases", seed, got, want)
		}
		if billed != invoice.Total() || effective != invoice.Cost() {
			t.Fatalf("seed %d: lines %d and %d, total %d, cost %d", seed, billed, effective, invoice.Total(), invoice.Cost())
		}
	}
}

func TestDoublePricesDoubleTheCommittedBill(t *testing.T) {
	for seed := range uint64(60) {
		ledger := commitLedger(seed)
		commitments := randomCommitments(rand.New(rand.NewPCG(seed, 6)), ledger.Types)
		dear := usEastDiscounts()
		dear.factor = 2
		double := slices.Clone(commitments)
		for i := range double {
			double[i].Hourly *= 2
		}
		once := Plan{Book: usEastDiscounts(), Commitments: commitments}.Bill(ledger)
		twice := Plan{Book: dear, Commitments: double}.Bill(ledger)
		if off := math.Abs(twice.Cost().USD() - 2*once.Cost().USD()); off > 1e-8*(1+once.Cost().USD())+2e-9*float64(len(once.Lines)) {
			t.Fatalf("seed %d: %v became %v", seed, once.Cost().USD(), twice.Cost().USD())
		}
	}
}

func TestSameSecondsOverMoreInstancesAreCoveredAlike(t *testing.T) {
	for seed := range uint64(60) {
		ledger := newLedger()
		ledger.End = 10 * sim.Hour
		ledger.Types = typesOf("m5.large", "m5.xlarge")
		r := rand.New(rand.NewPCG(seed, 7))
		split := *ledger
		for range 6 {
			// Whole clock hours in one piece, or in two instances at a time for half of it.
			hour := sim.Time(r.Int64N(10)) * sim.Hour
			l := ofType(r.Int32N(2), hour, hour+sim.Hour)
			fleet(ledger, 1, l)
			l.To = hour + sim.Hour/2
			fleet(&split, 2, l)
		}
		plan := committed(reserved(2, "m5.large"))
		one, two := seconds(plan.Bill(ledger)), seconds(plan.Bill(&split))
		if fmt.Sprint(one) != fmt.Sprint(two) {
			t.Fatalf("seed %d: %v, split %v", seed, one, two)
		}
	}
}
