package buying

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"headroom/model"
	"headroom/model/cloud"
	"headroom/model/pricing"
	"headroom/results"
	"headroom/sim"
	"headroom/sim/stat"
)

// Way is one way to launch the instances of a fleet.
type Way struct {
	Name   string
	Config *cloud.Config
	Keys   []string // how a file says it
}

// Horizons are for how long one commits at most, the shortest first; the first is not
// at all.
func Horizons() []string { return []string{"none", "1y", "3y"} }

// Standing is what is known of a threshold, or of all of them.
type Standing int8

// How sure it is that thresholds are met.
const (
	Breached  Standing = iota // the mean breaches one
	Undecided                 // the means meet all; with other seeds one may be breached
	Kept                      // with the confidence of intervals, whichever way is chosen
)

// String returns the word that reports print.
func (s Standing) String() string { return [...]string{"breached", "not sure", "kept"}[s] }

// Purchase is a way to launch, and the commitments that are cheapest for what it
// leaves On-Demand.
type Purchase struct {
	Way, Horizon string
	Plan         string // of the commitments; empty: there are none
	Commitments  []pricing.Commitment
	Upfront      model.Money
	Regret       []pricing.Regret // of the commitments, if demand turns out otherwise

	Cost   stat.Estimate // dollars
	Saving stat.Estimate // share of what it costs On-Demand without commitments, paired
	Dearer stat.Estimate // dollars more than the recommended one of the horizon, paired

	Shares  [Shares]stat.Estimate // of the instance-hours, by how they are bought; together 1
	Tasks   [Shares]stat.Estimate // of the vCPU-hours of tasks on Fargate
	Charges []results.Charge      // the mean invoice

	Interruptions, RequestsLost, P99, Availability stat.Estimate

	Standing Standing
	Doubts   []string // thresholds that are breached, or may be

	costs []float64 // by replication
}

// How the instance-hours of a purchase are bought, or the vCPU-hours of its tasks.
const (
	OnSpot = iota
	Committed
	OnDemand
	Shares // their number
)

// Fleet is what to buy for a scenario.
type Fleet struct {
	Scenario     string
	Seed         uint64
	Replications int
	Config       *cloud.Config // of the first way
	PriceDate    string        // of the newest list prices; empty: not known
	Currency     pricing.Currency
	Judged       int        // thresholds
	Ways         []Way      // that were simulated
	Interrupted  bool       // before all ways were
	Purchases    []Purchase // by horizon, then by way
	Warnings     []string
}

// Best returns the purchase to recommend for a horizon: the cheapest that keeps the
// thresholds, or else that may keep them. nil: there is none.
func (f *Fleet) Best(horizon string) *Purchase {
	var best *Purchase
	for i := range f.Purchases {
		p := &f.Purchases[i]
		if p.Horizon != horizon || p.Standing == Breached {
			continue
		}
		if best == nil || p.Standing > best.Standing || p.Standing == best.Standing && p.Cost.Value < best.Cost.Value {
			best = p
		}
	}
	return best
}

// BuyFleet simulates each way to launch under the same random numbers, finds for each
// horizon what to commit to, and judges the thresholds. The first way is what savings
// are relative to. If ctx is done first, the fleet has the ways that were simulated as a
// whole, or of the first the replications that had finished, and is marked Interrupted;
// the error wraps the cause. There is none if nothing had finished, or could be priced soon.
func BuyFleet(ctx context.Context, ways []Way, thresholds []model.Threshold, o Options) (*Fleet, error) {
	first := ways[0].Config
	f := &Fleet{Scenario: first.Name, Seed: first.Seed, Replications: o.Replications, Config: first, Currency: o.Currency}
	judged, left := judgedThresholds(thresholds)
	f.Judged = len(judged)
	r := runner{options: o}
	for _, t := range judged {
		r.watched = append(r.watched, t.Key)
	}
	b := fleetBuyer{options: o, thresholds: judged, risk: (1 - results.Confidence) / float64(len(ways))}
	var stopped error
	for i := 0; i < len(ways) && stopped == nil; i++ {
		var runs []*replication
		runs, stopped = r.simulate(ctx, ways[i].Name, ways[i].Config)
		if len(runs) == 0 || stopped != nil && (i > 0 || ctx.Err() == nil) {
			break
		}
		offers, late := sizedSoon(ctx, o, runs)
		if late != nil {
			stopped = late
			break
		}
		if i == 0 {
			f.Replications = len(runs)
			b.baseline = bill(o.Account, runs)
		}
		f.Ways = ways[:i+1]
		for _, horizon := range Horizons() {
			f.Purchases = append(f.Purchases, b.buy(Purchase{Way: ways[i].Name, Horizon: horizon}, offers, runs))
		}
	}
	if stopped != nil && (len(f.Ways) == 0 || ctx.Err() == nil) {
		return nil, stopped
	}
	slices.SortStableFunc(f.Purchases, func(p, q Purchase) int {
		return cmp.Compare(slices.Index(Horizons(), p.Horizon), slices.Index(Horizons(), q.Horizon))
	})
	if f.compare(); stopped != nil {
		f.Interrupted = true
		f.Warnings = append(f.Warnings, f.interruption(ways, o.Replications))
	}
	f.warn(left)
	return f, stopped
}

// interruption says what there is, and what is missing.
func (f *Fleet) interruption(ways []Way, asked int) string {
	text := fmt.Sprintf("interrupted: %d of %d ways to launch were simulated", len(f.Ways), len(ways))
	if f.Replications < asked {
		text = fmt.Sprintf("interrupted: %d of %d replications %s finished", f.Replications, asked, f.Ways[0].Name)
	}
	var missing []string
	for _, way := range ways[len(f.Ways):] {
		missing = append(missing, way.Name)
	}
	if len(missing) > 0 {
		text += "; missing: " + results.Listed(missing)
	}
	return text
}

// compare measures every purchase by the best of its horizon.
func (f *Fleet) compare() {
	for i := range f.Purchases {
		p := &f.Purchases[i]
		if best := f.Best(p.Horizon); best != nil {
			p.Dearer = observed(p.costs, func(k int, v *float64) float64 { return *v - best.costs[k] })
		}
	}
}

// judgedThresholds are those that a way to launch decides; what is bought decides all of
// what is said of money but the bill.
func judgedThresholds(all []model.Threshold) (judged []model.Threshold, left []string) {
	for _, t := range all {
		if t.Key != billKey && (strings.HasPrefix(t.Key, "cost") || strings.HasPrefix(t.Key, "commitment.")) {
			left = append(left, t.Key+" "+t.Text)
			continue
		}
		judged = append(judged, t)
	}
	return judged, left
}

// billKey is the metric of what a purchase costs.
const billKey = "cost.total"

// fleetBuyer buys for the replications of one way after the other.
type fleetBuyer struct {
	options    Options
	thresholds []model.Threshold
	risk       float64 // that a threshold is held to be kept which is not
	baseline   []*pricing.Invoice
}

// buy commits to what is cheapest of the offers within a horizon.
func (b *fleetBuyer) buy(p Purchase, offers []pricing.Recommendation, runs []*replication) Purchase {
	plan := b.options.Account
	if best := cheapest(offers, p.Horizon); best != nil {
		p.Plan, p.Commitments, p.Upfront, p.Regret = best.Plan, best.Commitments, best.Upfront, best.Regret
		plan = plan.With(best.Commitments)
	}
	invoices := bill(plan, runs)
	for _, v := range invoices {
		p.costs = append(p.costs, v.Cost().USD())
	}
	p.Cost = stat.Interval(p.costs, results.Confidence)
	p.Saving = observed(p.costs, func(i int, v *float64) float64 { return 1 - *v/b.baseline[i].Cost().USD() })
	for k := range p.Shares {
		p.Shares[k] = observed(invoices, func(_ int, v **pricing.Invoice) float64 { return shares(*v, ofInstances)[k] })
		p.Tasks[k] = observed(invoices, func(_ int, v **pricing.Invoice) float64 { return shares(*v, ofTasks)[k] })
	}
	p.Charges = results.Charges(invoices, runs[0].ledger.Owners)
	p.Interruptions = observed(runs, func(_ int, r **replication) float64 { return (*r).interruptions })
	p.RequestsLost = observed(runs, func(_ int, r **replication) float64 { return (*r).lost })
	p.P99 = observed(runs, func(_ int, r **replication) float64 { return (*r).p99 })
	p.Availability = observed(runs, func(_ int, r **replication) float64 { return (*r).availability })
	b.judge(&p, runs)
	return p
}

// cheapest returns what to commit to, nil for nothing: of the offers whose term lies
// within the horizon the one that saves most.
func cheapest(offers []pricing.Recommendation, horizon string) (best *pricing.Recommendation) {
	for i := range offers {
		o := &offers[i]
		if within(o.Plan, horizon) && (best == nil || o.OnDemand-o.Cost > best.OnDemand-best.Cost) {
			best = o
		}
	}
	if best == nil || len(best.Commitments) == 0 {
		return nil
	}
	return best
}

// within says whether a plan's term lies within a horizon.
func within(plan, horizon string) bool {
	for _, term := range Horizons()[1:] {
		if strings.Contains(plan, "-"+term+"-") {
			return slices.Index(Horizons(), term) <= slices.Index(Horizons(), horizon)
		}
	}
	return false
}

// ofInstances and ofTasks report whether a line of an invoice is of instances, or the vCPUs of
// tasks on Fargate: that is what a task has one price of, memory being beside it.
func ofInstances(l *pricing.Line) bool { return l.Instances }
func ofTasks(l *pricing.Line) bool {
	return l.Service == pricing.Fargate && l.PricedUnit == "vCPU-Hours"
}

// shares divides the hours of some usage of an invoice by how they were bought; NaN without any.
func shares(v *pricing.Invoice, counts func(*pricing.Line) bool) (of [Shares]float64) {
	all := 0.0
	for i := range v.Lines {
		l := &v.Lines[i]
		if l.Category != pricing.Usage || !counts(l) {
			continue
		}
		all += l.Priced
		switch {
		case l.Option == pricing.Spot:
			of[OnSpot] += l.Priced
		case l.Discount.Status == "Used":
			of[Committed] += l.Priced
		default:
			of[OnDemand] += l.Priced
		}
	}
	for k := range of {
		of[k] /= all
	}
	return of
}

// judge says which thresholds a purchase keeps.
func (b *fleetBuyer) judge(p *Purchase, runs []*replication) {
	p.Standing = Kept
	for i := range b.thresholds {
		t := &b.thresholds[i]
		values := p.costs
		if t.Key != billKey {
			values = nil
			for _, r := range runs {
				if !math.IsNaN(r.watched[i]) {
					values = append(values, r.watched[i])
				}
			}
		}
		if s := standing(t, values, b.risk); s < Kept {
			p.Standing = min(p.Standing, s)
			p.Doubts = append(p.Doubts, t.Key+" "+t.Text)
		}
	}
}

// standing judges a threshold by the values of the replications, at the one-sided risk of holding it for kept
// when it is not, whichever way their law leans. What was never observed keeps none.
func standing(t *model.Threshold, values []float64, risk float64) Standing {
	mean, deviation := stat.Mean(values)
	switch {
	case len(values) == 0 || !t.Holds(mean):
		return Breached
	case deviation == 0:
		return Kept
	case math.IsNaN(deviation):
		return Undecided
	}
	skewness, doubt := stat.Skewness(values)
	side := 1.0
	if t.Above() {
		side = -1
	}
	n := float64(len(values))
	if t.Holds(mean + side*deviation*stat.Reach(risk, n-1, (side*skewness+doubt)/math.Sqrt(n))) {
		return Kept
	}
	return Undecided
}

// warn says what a reader should know before buying.
func (f *Fleet) warn(left []string) {
	if f.Replications == 1 {
		f.Warnings = append(f.Warnings, "one replication: no intervals, and one demand only; `--replications 10` gives more")
	}
	if f.Config.Duration < week {
		f.Warnings = append(f.Warnings, "less than a week is simulated: commitments assume that their whole term is like it; `--set run.duration=7d` tells more")
	}
	if f.Judged == 0 && len(left) == 0 {
		f.Warnings = append(f.Warnings, "no [thresholds]: the cheapest is recommended, whatever interruptions do to requests")
	}
	if len(left) > 0 {
		f.Warnings = append(f.Warnings, "not judged, as what is bought decides it: "+results.Listed(left))
	}
	f.Warnings = append(f.Warnings, derivedRates)
}

// week is the least run that shows how demand comes and goes.
const week = 7 * sim.Day

// derivedRates says how far the rates of Savings Plans are to be trusted.
const derivedRates = "Savings Plan rates are estimates where they are not published: those of Reserved Instances of the same term and payment, for EC2 Instance plans probably low"
