package pricing

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"testing"
	"time"

	"headroom/model"
	"headroom/sim"
)

// twin is a biller that is slow and obviously right: it walks through every
// second of every instance and every volume, and counts it under its SKU, owner,
// zone, month and cost.
type twin struct {
	ledger *model.Ledger
	book   book
	count  map[twinKey]int64
}

// twinKey says that a second of something in a month cost usd × n / d.
type twinKey struct {
	name  string
	month time.Month
	usd   float64
	n, d  int64
}

func (w *twin) charge(key twinKey, second int64) {
	instant := w.ledger.Start.Truncate(time.Second).Add(time.Duration(second) * time.Second)
	key.month = instant.Month()
	w.count[key]++
}

// sums returns the exact cost and the seconds of each line.
func (w *twin) sums() (cost map[string]*big.Rat, seconds map[string]int64) {
	cost, seconds = map[string]*big.Rat{}, map[string]int64{}
	for key, count := range w.count {
		name := key.name + " " + key.month.String()
		if cost[name] == nil {
			cost[name] = new(big.Rat)
		}
		part := decimal(key.usd)
		part.Mul(part, big.NewRat(key.n, key.d)).Mul(part, big.NewRat(count, 1))
		cost[name].Add(cost[name], part)
		seconds[name] += count
	}
	return cost, seconds
}

func (w *twin) lease(l model.Lease) {
	name := w.ledger.Types[l.Type].Name
	label := fmt.Sprintf("ec2.%s.%s", name, l.Platform)
	onDemand, _ := w.book.OnDemand(name, l.Platform)
	key := twinKey{usd: onDemand.USD, n: 10, d: 36000}
	if l.Tenancy == model.TenancyDedicated && l.Option == model.OnDemand {
		label += ".dedicated"
		key.n = 11
	}
	if l.Option == model.Spot {
		label += ".spot"
	}
	reclaimed := l.Option == model.Spot && l.End == model.EndedByReclaim
	ran := l.Carried + l.To - l.From
	gratis := reclaimed && ran < sim.Hour
	if gratis {
		label += ".interrupted"
	}
	key.name = fmt.Sprintf("%s %s %s", label, w.ledger.Owners[l.Owner], w.ledger.Zones[l.Zone])
	// age is the time since the start of the instance at which a second begins.
	age := l.Carried
	for second := int64(l.From / sim.Second); ; second, age = second+1, age+sim.Second {
		running := age < ran
		var due bool
		switch {
		case gratis:
			due = running
		case l.Platform == model.SUSE:
			full := age / sim.Hour * sim.Hour // the hour that this second is in began at this age
			due = full < ran || ran == 0 && full == 0
			due = due && !(reclaimed && full+sim.Hour > ran)
			if full < l.Carried { // charged before the run
				if running || age < full+sim.Hour {
					continue
				}
			}
		default:
			due = running || age < 60*sim.Second
		}
		if !due {
			break
		}
		if l.Option == model.Spot {
			key.usd = w.spotPrice(l, second, onDemand.USD)
		}
		if gratis {
			key.usd = 0
		}
		w.charge(key, second)
	}
}

func (w *twin) spotPrice(l model.Lease, second int64, onDemand float64) float64 {
	steps := w.ledger.Spot[l.SpotPool].Steps
	usd := steps[0].USD
	for _, step := range steps {
		if step.At <= sim.Time(second)*sim.Second {
			usd = step.USD
		}
	}
	most := onDemand
	if l.MaxPrice > 0 {
		most = l.MaxPrice
	}
	return model.USD(min(usd, most)).USD()
}

func (w *twin) volume(v model.VolumeUse) {
	label := fmt.Sprintf(" %s %s", w.ledger.Owners[v.Owner], w.ledger.Zones[v.Zone])
	for age := sim.Time(0); age < v.To-v.From || age < 60*sim.Second; age += sim.Second {
		second := int64((v.From + age) / sim.Second)
		instant := w.ledger.Start.Truncate(time.Second).Add(time.Duration(second) * time.Second).UTC()
		days := time.Date(instant.Year(), instant.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day()
		per := func(item string, n int64) {
			if n > 0 {
				w.charge(twinKey{name: "ebs." + item + label, usd: w.book.items["ebs."+item], n: n, d: int64(days) * 86400}, second)
			}
		}
		per(v.Type+"_storage", v.SizeGiB)
		switch v.Type {
		case "gp3":
			per("gp3_provisioned_iops", v.IOPS-3000)
			per("gp3_provisioned_throughput", v.ThroughputMiBs-125)
		case "io1":
			per("io1_provisioned_iops", v.IOPS)
		case "io2":
			per("io2_iops_tier1_0_32k", min(v.IOPS, 32000))
			per("io2_iops_tier2_32k_64k", min(v.IOPS, 64000)-32000)
			per("io2_iops_tier3_over_64k", v.IOPS-64000)
		}
	}
}

// randomLedger returns a ledger of instances and volumes over a few hours around
// the end of a month.
func randomLedger(seed uint64) *model.Ledger {
	r := rand.New(rand.NewPCG(seed, 1))
	ledger := newLedger()
	ledger.Start = time.Date(2024, 2, 29, 21, 30, 0, 0, time.UTC).Add(time.Duration(r.Int64N(int64(2 * time.Hour))))
	ledger.End = 4 * sim.Hour
	moment := func() sim.Time { return sim.Time(r.Int64N(int64(ledger.End))) }
	for range 2 {
		pool := model.SpotPrices{OS: model.Linux, Steps: []model.PriceStep{{USD: 0.03}}}
		for at := sim.Time(0); at < ledger.End; at += sim.Time(r.Int64N(int64(20 * sim.Minute))) {
			pool.Steps = append(pool.Steps, model.PriceStep{At: at, USD: 0.02 + 0.1*r.Float64()})
		}
		ledger.Spot = append(ledger.Spot, pool)
	}
	for range 1 + r.IntN(12) {
		l := lease(moment(), 0)
		switch r.IntN(3) {
		case 0:
			l.To = l.From + sim.Time(r.Int64N(int64(90*sim.Second)))
		default:
			l.To = l.From + sim.Time(r.Int64N(int64(3*sim.Hour)))
		}
		if r.IntN(4) == 0 {
			l.From = l.From / sim.Hour * sim.Hour // ties and whole hours
			l.To = l.From + sim.Hour
		}
		l.Owner, l.Type, l.Zone = r.Int32N(3), r.Int32N(4), model.Zone(r.IntN(3))
		l.Platform = model.Platform(1 + r.IntN(4))
		if r.IntN(3) == 0 {
			l.Tenancy = model.TenancyDedicated
		}
		if r.IntN(2) == 0 {
			l.Option, l.SpotPool, l.End = model.Spot, r.Int32N(2), model.LeaseEnd(1+r.IntN(2))
			if r.IntN(2) == 0 {
				l.MaxPrice = 0.05
			}
		}
		if r.IntN(3) == 0 {
			l.From, l.To, l.Carried = 0, l.To-l.From, sim.Time(r.Int64N(int64(2*sim.Hour)))
		}
		if l.Platform == model.SUSE {
			l.Carried = l.Carried / sim.Second * sim.Second // the twin's hours begin with its seconds
		}
		ledger.Leases = append(ledger.Leases, l)
	}
	kinds := []string{"gp3", "gp2", "io1", "io2", "st1"}
	for range r.IntN(4) {
		from := moment()
		ledger.Volumes = append(ledger.Volumes, model.VolumeUse{
			From: from, To: from + moment(), Owner: r.Int32N(3), Type: kinds[r.IntN(len(kinds))],
			SizeGiB: r.Int64N(1000), IOPS: r.Int64N(90000), ThroughputMiBs: r.Int64N(500),
		})
	}
	return ledger
}

func TestUncommittedUsageAgreesWithTheSecondBySecondTwin(t *testing.T) {
	for seed := range uint64(150) {
		ledger := randomLedger(seed)
		w := twin{ledger: ledger, book: usEast(), count: map[twinKey]int64{}}
		for _, l := range ledger.Leases {
			w.lease(l)
		}
		for _, v := range ledger.Volumes {
			w.volume(v)
		}
		cost, seconds := w.sums()
		for _, l := range bill(ledger).Lines {
			if l.SKU == "ec2.dedicated_region_fee" {
				continue
			}
			name := fmt.Sprintf("%s %s %s %s", l.SKU, l.Owner, l.Zone, l.Month.Month())
			want := cost[name]
			if want == nil {
				t.Fatalf("seed %d: line %s is not the twin's", seed, name)
			}
			if l.Billed != round(want) {
				t.Fatalf("seed %d: %s: billed %d, twin %s", seed, name, l.Billed, want.FloatString(12))
			}
			if l.ConsumedUnit == "Seconds" && int64(l.Consumed) != seconds[name] {
				t.Fatalf("seed %d: %s: %v s, twin %d", seed, name, l.Consumed, seconds[name])
			}
			delete(cost, name)
		}
		if len(cost) > 0 {
			t.Fatalf("seed %d: the twin also charged %v", seed, cost)
		}
	}
}

// TestClockHoursAgreeWithCounting puts every second into its hour one by one.
func TestClockHoursAgreeWithCounting(t *testing.T) {
	for seed := range uint64(100) {
		ledger := randomLedger(seed)
		hours := clockHoursOf(ledger)
		if got := ledger.Start.Truncate(time.Hour); !hours.First.Equal(got) {
			t.Fatalf("seed %d: first hour %v, want %v", seed, hours.First, got)
		}
		want := map[string]int64{}
		for i := range ledger.Leases {
			l := &ledger.Leases[i]
			if l.Option != model.OnDemand {
				continue
			}
			charged, _ := leaseSpan(l)
			for second := charged.from; second < charged.to; second++ {
				instant := ledger.Start.Truncate(time.Second).Add(time.Duration(second) * time.Second)
				h := int(instant.Sub(hours.First) / time.Hour)
				want[fmt.Sprint(l.Owner, l.Type, l.Zone, l.Platform, l.Tenancy, h)]++
			}
		}
		for _, use := range hours.Uses {
			for h, seconds := range use.Seconds {
				key := fmt.Sprint(use.Owner, use.Type, use.Zone, use.Platform, use.Tenancy, h)
				if seconds != want[key] {
					t.Fatalf("seed %d: %s: %d s, counted %d", seed, key, seconds, want[key])
				}
				delete(want, key)
			}
		}
		if len(want) > 0 {
			t.Fatalf("seed %d: counted more: %v", seed, want)
		}
	}
}
