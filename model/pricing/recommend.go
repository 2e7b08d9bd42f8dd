package pricing

import (
	"cmp"
	"iter"
	"slices"

	"headroom/model"
)

// Recommendation is a commitment to buy. Its dollars are the mean of a
// replication's, of the On-Demand usage that it may cover.
type Recommendation struct {
	Plan        string // name of the plan that it is the size of
	Commitments []Commitment
	Cost        float64
	OnDemand    float64 // without it
	Upfront     model.Money
	Coverage    float64 // share of the usage, at On-Demand prices, that it covers
	Utilization float64 // share of it that covers usage; 0 if nothing is to be bought
	Regret      []Regret
	Curve       []CurvePoint
}

// Regret is what the commitment costs more than the best one would, if demand
// turns out to be Scale times the simulated one.
type Regret struct {
	Scale    float64
	Cost     float64
	BestCost float64
}

// USD returns the regret in dollars a replication.
func (r Regret) USD() float64 { return r.Cost - r.BestCost }

// CurvePoint is what committing a share of the peak demand would give.
type CurvePoint struct {
	Share       float64 // of what covers everything at all times
	Hourly      float64 // dollars an hour that are committed
	Cost        float64
	Coverage    float64
	Utilization float64
}

// curvePoints is the number of steps of a coverage curve, and regretScales the
// demands that a recommendation is tried at.
const curvePoints = 20

var regretScales = [...]float64{0.8, 1.2}

// Recommendations yields the best size of each of the plans that buy commitments, or
// of those that are named, in the order of the plans: each takes a while, and who asks may
// have to stop before the last. It minimises the expected cost over the replications' demand
// per clock hour, not over its mean, that an account's own commitments leave On-Demand.
func Recommendations(own Plan, ledgers []*model.Ledger, plans ...string) iter.Seq[Recommendation] {
	return func(yield func(Recommendation) bool) {
		d := own.demand(ledgers)
		for _, entry := range Plans() {
			if entry.coverageCurves == nil || len(plans) > 0 && !slices.Contains(plans, entry.Name) {
				continue
			}
			if !yield(recommend(own.Book, entry.Name, entry.coverageCurves(d))) {
				return
			}
		}
	}
}

// SortByCost puts the cheapest first.
func SortByCost(all []Recommendation) {
	slices.SortStableFunc(all, func(a, b Recommendation) int { return cmp.Compare(a.Cost, b.Cost) })
}

func recommend(book Book, plan string, coverageCurves []coverageCurve) Recommendation {
	r := Recommendation{Plan: plan}
	sizes := make([]float64, len(coverageCurves))
	peaks := make([]float64, len(coverageCurves))
	for i := range coverageCurves {
		a := &coverageCurves[i]
		x, cost := a.best(1)
		sizes[i], peaks[i] = x, a.peak()
		r.Cost += cost
		r.OnDemand += a.cost(0, 1)
		if c, any := a.sized(x); any {
			r.Commitments = append(r.Commitments, c)
			r.Upfront += c.due(book)
		}
	}
	all := point(coverageCurves, sizes, 1)
	r.Coverage, r.Utilization = all.Coverage, all.Utilization
	for _, scale := range regretScales {
		regret := Regret{Scale: scale}
		for i := range coverageCurves {
			regret.Cost += coverageCurves[i].cost(sizes[i], scale)
			_, best := coverageCurves[i].best(scale)
			regret.BestCost += best
		}
		r.Regret = append(r.Regret, regret)
	}
	for k := range curvePoints + 1 {
		r.Curve = append(r.Curve, point(coverageCurves, peaks, float64(k)/curvePoints))
	}
	return r
}

// point returns what committing a share of some sizes gives.
func point(coverageCurves []coverageCurve, sizes []float64, share float64) CurvePoint {
	p := CurvePoint{Share: share}
	var used, paid, value, all float64
	for i := range coverageCurves {
		a := &coverageCurves[i]
		x := share * sizes[i]
		units, covered, total := a.covered(x)
		used += units * a.fee
		paid += x * a.hours * a.fee
		value += covered
		all += total
		p.Hourly += x * a.fee
		p.Cost += a.cost(x, 1)
	}
	if paid > 0 {
		p.Utilization = used / paid
	}
	if all > 0 {
		p.Coverage = value / all
	}
	return p
}
