package search

import (
	"context"
	"errors"
	"math"

	"headroom/sim/rng"
)

// Numbers of exploring. With fewer replications a candidate is cheap to try; their
// noise is common to all of them, and the surrogate smooths the rest.
const (
	exploring    = 3    // replications of a candidate
	batchSize    = 8    // candidates between two looks at the surrogate, whatever the workers
	poolSize     = 2000 // candidates that are looked at by the surrogate, besides neighbours
	believed     = 64   // of them, the best, from which a batch is taken
	neighbourly  = 5    // candidates whose neighbours are looked at
	improbable   = 1e-3 // probability below which a candidate is not compared
	worthwhile   = 0.05 // share of the indifference: exploring ends where less is to be gained
	leastGain    = 1e-4 // the same where there is no indifference
	patience     = 2    // rounds in a row without more to gain
	mostExplored = 300  // candidates: the time of the surrogate grows with their third power
	mostAnchors  = 4    // candidates that are replicated more, to know how lucky the few replications are
	steadier     = 4    // times as often as a candidate before it is judged, by rates
	leastFirst   = 12   // candidates before there is a surrogate
	perDimension = 3    // the same, for each coordinate of the features
)

// explorer knows what exploring has found so far.
type explorer struct {
	*search
	tried    []*contestant // that could be simulated
	features [][]float64
	columns  [][]float64 // by metric, then contestant: on the scale of the surrogate
	limits   []float64   // of thresholds, on the same scale, shifted by what the replications have in common
	bare     []float64   // the same without the luck of the anchor
	common   []float64   // deviation of that shift, by threshold
	models   []*process  // by metric
	least    float64     // cost of the cheapest that is likely to be feasible; +Inf: none
	anchor   *contestant
	anchors  int
}

// explore tries candidates that a surrogate finds promising, and takes the better
// of them into the comparison.
func (s *search) explore(ctx context.Context) error {
	x := &explorer{search: s}
	s.explorer = x
	err := x.try(ctx, s.spread(x.first()))
	for err == nil {
		if err = x.roam(ctx, x.patience()); err != nil || len(s.contestants) >= x.most() {
			break
		}
		moved, failed := x.calibrate(ctx)
		if err = failed; !moved {
			break
		}
	}
	if err != nil && !errors.Is(err, errBudget) {
		return err
	}
	x.learn()
	x.surrogate()
	finalists, err := x.sift(ctx, x.finalists())
	s.enter(finalists)
	return err
}

// most is how many candidates are tried at most.
func (x *explorer) most() int {
	return min(x.Points, (x.Budget-x.reserved(Exploring))/exploring, x.Candidates, mostExplored)
}

// first is how many candidates are tried before there is a surrogate: by rates fewer.
func (x *explorer) first() int {
	part := 3
	if x.Screen != nil {
		part = 4
	}
	return min(x.most(), max(leastFirst, perDimension*len(x.Features(0)), (x.most()+part-1)/part))
}

// roam tries what the surrogate finds promising, until more than so many rounds in a row promise no more.
func (x *explorer) roam(ctx context.Context, patience int) error {
	for idle := 0; len(x.contestants) < x.most(); {
		next, gain := x.propose(min(batchSize, x.most()-len(x.contestants)))
		if idle++; gain >= x.enough() || math.IsInf(x.least, 1) {
			idle = 0
		}
		if len(next) == 0 || idle > patience {
			break
		}
		if err := x.try(ctx, next); err != nil {
			return err
		}
	}
	return nil
}

// patience is how many rounds are tried that promise no more. By rates that is left until nobody can be confirmed (secure).
func (x *explorer) patience() int {
	if x.Screen != nil {
		return 0
	}
	return patience
}

// enough is what a round must promise: less by rates, of which none is played that does not.
func (x *explorer) enough() float64 {
	if x.Screen != nil {
		return max(doubtful*x.Indifference, leastGain)
	}
	return max(worthwhile*x.Indifference, leastGain)
}

// spread returns candidates far from each other: of many random ones, each time
// the one that is farthest from those taken.
func (s *search) spread(n int) []int {
	pool := s.random(20*n, "search/first")
	places := make([][]float64, len(pool))
	away := make([]float64, len(pool))
	for i, c := range pool {
		places[i], away[i] = s.Features(c), math.Inf(1)
	}
	var taken []int
	for range min(n, len(pool)) {
		at := 0
		for i := range pool {
			if away[i] > away[at] {
				at = i
			}
		}
		taken = append(taken, pool[at])
		here := places[at]
		away[at] = -1
		for i := range pool {
			if away[i] >= 0 {
				away[i] = min(away[i], distance(places[i], here))
			}
		}
	}
	return taken
}

func distance(a, b []float64) float64 {
	d := 0.0
	for k := range a {
		d += (a[k] - b[k]) * (a[k] - b[k])
	}
	return d
}

// random returns up to n candidates, all of them if there are no more.
func (s *search) random(n int, stream string) []int {
	var some []int
	if s.Candidates <= 2*n {
		for c := range s.Candidates {
			some = append(some, c)
		}
		return some
	}
	draws := rng.New(s.Seed, len(s.contestants), stream)
	seen := map[int]bool{}
	for len(some) < n {
		if c := int(draws.Uniform() * float64(s.Candidates)); !seen[c] {
			seen[c] = true
			some = append(some, c)
		}
	}
	return some
}

// try replicates candidates and looks at the result.
func (x *explorer) try(ctx context.Context, candidates []int) error {
	known := len(x.contestants)
	if err := x.add(ctx, candidates); err != nil {
		return err
	}
	return x.simulate(ctx, Exploring, x.lacking(x.contestants[known:], Exploring, exploring))
}

// calibrate replicates the leader more, or else the nearest, to find the shift of
// the limits where it matters; where exploring plays rates, by requests. It is false if there
// is nothing new to learn.
func (x *explorer) calibrate(ctx context.Context) (bool, error) {
	if len(x.Thresholds) == 0 || x.anchors == mostAnchors || x.models == nil {
		return false, nil
	}
	anchor := x.tried[x.order()[0]]
	if anchor == x.anchor {
		return false, nil
	}
	return true, x.trust(ctx, anchor)
}

// trust replicates a new anchor and learns from it.
func (x *explorer) trust(ctx context.Context, anchor *contestant) error {
	x.anchors++
	p, these := Exploring, []Replication(nil)
	if anchor.rates.experiment != nil {
		p = checking
		these = append(x.lacking([]*contestant{anchor}, p, x.Replications), x.lacking([]*contestant{anchor}, Exploring, steadier*x.Replications)...)
	} else {
		these = x.lacking([]*contestant{anchor}, p, max(exploring+1, x.MaxReplications/2))
	}
	if err := x.simulate(ctx, p, these); err != nil {
		return err
	}
	x.anchor = anchor
	x.learn()
	return nil
}

// finalists returns what may be the best of what was tried, and a few more for
// when it is not.
func (x *explorer) finalists() []*contestant {
	if x.models == nil {
		return x.in(benched)
	}
	noise := x.noise()
	var some []int
	spare := 0
	order := x.order()
	for _, i := range order {
		p := x.feasible(i)
		cheap := chance((x.least - x.columns[0][i]) / noise / math.Sqrt2)
		switch {
		case p*cheap >= improbable || math.IsInf(x.least, 1) && p >= improbable:
			some = append(some, i)
		case p > 0.9 && spare < neighbourly:
			some = append(some, i)
			spare++
		}
	}
	if len(some) == 0 { // nothing is likely: the nearest are compared nevertheless
		some = order[:min(neighbourly, len(order))]
	}
	left := (x.Budget - x.spent - x.reserved(Comparing)) / x.Replications
	some = some[:max(1, min(len(some), left))]
	var finalists []*contestant
	for _, i := range some {
		finalists = append(finalists, x.tried[i])
	}
	return finalists
}

// noise is that of costs, relative: no less than 0.5 %.
func (x *explorer) noise() float64 { return max(x.models[0].scale*math.Sqrt(x.models[0].noise), 0.005) }

// surrogate tells how well the untried are known.
func (x *explorer) surrogate() {
	x.search.surrogate = &Surrogate{Untried: x.Candidates - len(x.contestants), CostError: math.NaN(), Likeliest: math.NaN()}
	if x.models == nil {
		return
	}
	x.search.surrogate.CostError = math.Expm1(x.models[0].leftOut)
	likeliest := 0.0
	pool := x.pool()
	for _, c := range pool {
		f := x.Features(c)
		p := x.expected(x.models, f)
		if !math.IsInf(x.least, 1) {
			mean, deviation := x.models[0].at(f)
			p *= chance((x.least + math.Log1p(-x.Indifference) - mean) / deviation)
		}
		likeliest = max(likeliest, p)
	}
	x.search.surrogate.Asked, x.search.surrogate.Likeliest = len(pool), likeliest
}
