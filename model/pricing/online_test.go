package pricing

import (
	"compress/gzip"
	"encoding/csv"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	"headroom/sim"
)

// instanceMarket is that of Wang, Li and Liang, "To Reserve or Not to Reserve"
// (arXiv 1305.5608): an On-Demand period costs price, a reservation costs 1 and
// then alpha × price per period used, and lasts term periods.
type instanceMarket struct {
	price, alpha float64
	term         int
}

// online returns the cost of their deterministic algorithm, which knows no future:
// it reserves when the On-Demand cost that a reservation would have saved over
// the last term exceeds 1/(1-alpha).
func (m instanceMarket) online(demand []int) float64 {
	have := make([]int, len(demand)+m.term) // reservations, also those imagined in the past
	cost := 0.0
	for t, d := range demand {
		for {
			spent := 0.0
			for i := max(0, t-m.term+1); i <= t; i++ {
				if demand[i] > have[i] {
					spent += m.price
				}
			}
			if spent <= 1/(1-m.alpha) {
				break
			}
			for i := max(0, t-m.term+1); i < t+m.term; i++ {
				have[i]++
			}
			cost++
		}
		beyond := max(0, d-have[t])
		cost += m.price * (float64(beyond) + m.alpha*float64(d-beyond))
	}
	return cost
}

// offline returns the least cost with all of the demand known, by trying all.
func (m instanceMarket) offline(demand []int, most int) float64 {
	have := make([]int, len(demand)+m.term)
	var from func(t int) float64
	from = func(t int) float64 {
		if t == len(demand) {
			return 0
		}
		best := math.Inf(1)
		for bought := range most + 1 { // bought now, they serve now
			beyond := max(0, demand[t]-have[t])
			now := m.price * (float64(beyond) + m.alpha*float64(demand[t]-beyond))
			best = min(best, float64(bought)+now+from(t+1))
			for i := t; i < t+m.term; i++ {
				have[i]++
			}
		}
		for i := t; i < t+m.term; i++ {
			have[i] -= most + 1
		}
		return best
	}
	return from(0)
}

func TestOnlineReservationsAreTwoMinusAlphaCompetitive(t *testing.T) {
	if worst := worstOnline(t, 300); worst < 0.5 {
		t.Errorf("no series comes near the bound: %v", worst)
	}
}

// worstOnline returns the largest cost of the online algorithm over its bound, in
// short random series; it fails those that pass it.
func worstOnline(t *testing.T, series int) float64 {
	t.Helper()
	worst := 0.0
	for seed := range uint64(series) {
		r := rand.New(rand.NewPCG(seed, 8))
		m := instanceMarket{price: 0.2 + 0.4*r.Float64(), alpha: []float64{0, 0.3, 0.6}[seed%3], term: 4 + r.IntN(3)}
		demand := make([]int, 8)
		for i := range demand {
			demand[i] = r.IntN(3)
		}
		best := m.offline(demand, 2)
		if best == 0 {
			continue
		}
		got := m.online(demand) / best
		worst = max(worst, got/(2-m.alpha))
		if got > 2-m.alpha+1e-9 {
			t.Fatalf("seed %d: %+v on %v: %v times the optimum, more than %v", seed, m, demand, got, 2-m.alpha)
		}
	}
	return worst
}

// worldCup is the number of instances that the web site of the World Cup of 1998
// would have needed, period by period, at so many requests each.
func worldCup(t *testing.T, perInstance int) []int {
	file, err := os.Open("../../scenarios/data/worldcup98.csv.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	text, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	records, err := csv.NewReader(text).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var demand []int
	for _, record := range records[1:] {
		requests, err := strconv.Atoi(record[1])
		if err != nil {
			t.Fatal(err)
		}
		demand = append(demand, (requests+perInstance-1)/perInstance)
	}
	return demand
}

// TestOnlineBoundOnTheWorldCup bills the demand of a real day with our optimum,
// a minute of it being a clock hour, and a term that is as long as the series: so
// the best in hindsight is to buy at its beginning or not at all.
func TestOnlineBoundOnTheWorldCup(t *testing.T) {
	demand := worldCup(t, 4000)[:700]
	ledger := newLedger()
	ledger.End = sim.Time(len(demand)) * sim.Hour
	ledger.Types = typesOf("m5.large")
	running := 0
	since := []sim.Time{}
	for h := 0; h <= len(demand); h++ {
		want := 0
		if h < len(demand) {
			want = demand[h]
		}
		for ; running < want; running++ {
			since = append(since, sim.Time(h)*sim.Hour)
		}
		for ; running > want; running-- {
			fleet(ledger, 1, ofType(0, since[running-1], sim.Time(h)*sim.Hour))
			since = since[:running-1]
		}
	}
	r := reserve(ledger)
	fee := 0.06 * float64(len(demand))
	m := instanceMarket{price: 0.096 / fee, term: len(demand)}
	got := m.online(demand) * fee / r.Cost
	if got < 1 || got > 2 {
		t.Errorf("without foresight %v times our optimum of $%.2f, want between 1 and 2", got, r.Cost)
	}
	t.Logf("%d reserved for $%.2f, On-Demand $%.2f, online %.3f times the optimum", r.Commitments[0].Count, r.Cost, r.OnDemand, got)
}
