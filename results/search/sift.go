package search

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"math"
	"slices"

	"headroom/sim/stat"
)

// Numbers of sifting.
const (
	fewest   = 6    // candidates, of which so few are not explored by rates
	closer   = 12   // candidates, the best, of which rates are looked at more closely at a time,
	farther  = 60   // and in all
	likely   = 0.25 // probability of meeting the thresholds for which it is tried to confirm that
	longer   = 2    // times the replications before a judgement: so often rates are replicated at most
	doubtful = 0.01 // share of the indifference: rates are replicated while more may be saved
)

// sift replaces the finalists of exploring by rates by those of whom requests must decide: the leader, and whoever
// may yet save more than the indifference. Rates are cheap, and what they leave in doubt takes
// requests many replications. The others wait, in case that none of these can be recommended.
func (x *explorer) sift(ctx context.Context, all []*contestant) ([]*contestant, error) {
	near, err := x.approach(ctx)
	if err != nil && !errors.Is(err, errBudget) || len(near) == 0 {
		return all, err
	}
	open, seen := near, x.stand(near)
	for _, n := range looks(x.Replications, longer*x.Replications) {
		open = slices.DeleteFunc(slices.Clone(open), dropped)
		if a := x.anchor; a != nil && !dropped(a) && !slices.Contains(open, a) {
			open = append(open, a)
		}
		if err := x.simulate(ctx, Exploring, x.lacking(open, Exploring, n)); errors.Is(err, errBudget) {
			break
		} else if err != nil {
			return nil, err
		}
		seen = x.stand(near)
		if seen.leader == nil {
			continue
		}
		if len(seen.open) == 0 {
			break
		}
		open = append([]*contestant{seen.leader}, seen.open...)
	}
	x.waiting, x.standing = slices.DeleteFunc(slices.Clone(near), dropped), seen
	if len(x.waiting) < len(near) { // requests explored them anew
		x.learn()
		all = x.finalists()
	}
	if len(x.waiting) == 0 {
		return all, nil
	}
	first := x.bold(likely)
	for _, c := range x.waiting {
		if seen.meets[c] > likely && !same(c, first, Exploring) && (x.runnerUp == nil || seen.costs[c] < seen.costs[x.runnerUp]) {
			x.runnerUp = c
		}
	}
	entering := append([]*contestant{first}, x.unplayed(seen.leader)...)
	for _, c := range x.assume() {
		if slices.Contains(all, c) && !slices.Contains(entering, c) {
			x.waiting = append(x.waiting, c)
		}
	}
	return entering, nil
}

// unplayed lists whom rates cannot play and who may save more than the indifference beside the leader: rates
// say nothing of them, so requests must.
func (x *explorer) unplayed(leader *contestant) []*contestant {
	i := slices.Index(x.tried, leader)
	if i < 0 {
		return nil
	}
	return x.savers(dropped, x.columns[0][i]+math.Log1p(-x.Indifference), worthwhile*x.Indifference)
}

// dropped reports whether a contestant is not explored by rates, or no longer.
func dropped(c *contestant) bool { return c.rates.experiment == nil }

// assume takes of whom rates were not looked at more closely what exploring expects, and lists them.
func (x *explorer) assume() []*contestant {
	var some []*contestant
	for i, c := range x.tried {
		if _, closely := x.standing.meets[c]; !closely {
			x.standing.meets[c], x.standing.costs[c] = x.feasible(i), math.Exp(x.columns[0][i])
			some = append(some, c)
		}
	}
	return some
}

// secure prepares the last attempt. Candidates are tried that promise little. A few replications say of nobody that it is sure to
// meet the thresholds, so those are looked at more closely by rates that are likely to, and cheap beside the cheapest that turns
// out to be sure: the more of both, the earlier.
func (x *explorer) secure(ctx context.Context) error {
	if err := x.roam(ctx, patience); err != nil && !errors.Is(err, errBudget) {
		return err
	}
	x.learn()
	x.assume()
	hopes := map[*contestant]float64{}
	for i, c := range x.tried {
		hopes[c] = x.hope(i)
	}
	seen, least := x.standing, math.Inf(1)
	for {
		more := slices.DeleteFunc(x.hopeful(nil, least, worthwhile*x.Indifference), func(c *contestant) bool {
			return c.state != benched || hopes[c] <= likely || c.count(Exploring) >= x.Replications
		})
		more = more[:min(closer, len(more))]
		err := x.simulate(ctx, Exploring, x.lacking(more, Exploring, x.Replications))
		if len(more) == 0 || errors.Is(err, errBudget) {
			break
		} else if err != nil {
			return err
		}
		closely := x.stand(more)
		maps.Copy(seen.meets, closely.meets)
		maps.Copy(seen.costs, closely.costs)
		for c, p := range closely.meets {
			if p > surely {
				least = min(least, math.Log(closely.costs[c]))
			}
		}
	}
	x.bar, x.waiting = max(x.bar, surely), x.in(benched) // but who proved impossible
	return nil
}

// approach replicates by rates, as often as before a judgement, who is expected to save most, and then those who may yet
// save more than the indifference beside the cheapest that turns out to have a fair chance to meet the thresholds.
func (x *explorer) approach(ctx context.Context) (near []*contestant, err error) {
	least := math.Inf(1)
	for i := range x.tried {
		if x.models != nil && x.hope(i) > 0.5 {
			least = min(least, x.columns[0][i])
		}
	}
	more := x.hopeful(nil, least, 0)
	for len(more) > 0 && err == nil {
		more = more[:min(closer, len(more))]
		near = append(near, more...)
		if err = x.simulate(ctx, Exploring, x.lacking(more, Exploring, x.Replications)); len(near) >= farther {
			break
		}
		leader := x.stand(near).leader
		least = math.Inf(1)
		if i := slices.Index(x.tried, leader); i >= 0 {
			least = x.columns[0][i] + math.Log1p(-x.Indifference)
		}
		more = x.hopeful(near, least, worthwhile*x.Indifference)
	}
	if err != nil {
		return near, err
	}
	return near, x.replace(ctx, near)
}

// replace takes another anchor where that one has turned out to be no candidate itself: its luck is that of rare evenings, which
// are no trouble to who meets the thresholds. It is the cheapest that has a fair chance to by what it shows itself.
func (x *explorer) replace(ctx context.Context, near []*contestant) error {
	was := x.anchor
	if was == nil || was.state == impossible || x.meets(was, x.confirming()) > likely {
		return nil
	}
	x.anchor = nil
	next := x.stand(near).leader
	if x.anchor = was; next == nil || next == was {
		return nil
	}
	return x.trust(ctx, next)
}

// hopeful lists who is explored by rates and not among some, the more promising the earlier.
func (x *explorer) hopeful(but []*contestant, least, than float64) []*contestant {
	return x.savers(func(c *contestant) bool { return !dropped(c) && !slices.Contains(but, c) }, least, than)
}

// savers lists, of some of those that were tried, the more promising the earlier, who is expected to cost less than
// the least by more than a share, times the probability to meet the thresholds.
func (x *explorer) savers(of func(*contestant) bool, least, than float64) []*contestant {
	if x.models == nil {
		return nil
	}
	var some []*contestant
	merits, noise := map[*contestant]float64{}, x.noise()
	for i, c := range x.tried {
		merits[c] = x.hope(i)
		if !math.IsInf(least, 1) {
			merits[c] *= improvement(least, x.columns[0][i], noise)
		}
		if c.state != impossible && merits[c] >= than && of(c) {
			some = append(some, c)
		}
	}
	slices.SortStableFunc(some, func(a, b *contestant) int { return cmp.Compare(merits[b], merits[a]) })
	return some
}

// bold takes who is to be confirmed first: whom rates leave open and expect to save most, so that nobody is left out by rates
// alone who may save more than the indifference; else the next. It is not likelier to meet the thresholds than it seems, so
// those after it need not lack much less.
func (s *search) bold(than float64) *contestant {
	if len(s.standing.open) == 0 {
		return s.next(than)
	}
	c := s.standing.open[0]
	s.waiting = slices.DeleteFunc(s.waiting, func(w *contestant) bool { return w == c })
	s.bar = likely
	return c
}

// next takes who is to be confirmed next from those that wait: the cheapest by rates of whom is likelier to meet the
// thresholds than a probability, else the likeliest.
func (s *search) next(than float64) *contestant {
	seen := s.standing
	at := 0
	for i, c := range s.waiting {
		best := s.waiting[at]
		switch a, b := seen.meets[c] > than, seen.meets[best] > than; {
		case a && (!b || seen.costs[c] < seen.costs[best]), !a && !b && seen.meets[c] > seen.meets[best]:
			at = i
		}
	}
	c := s.waiting[at]
	s.waiting = slices.Delete(s.waiting, at, at+1)
	than = max(than, seen.meets[c])
	s.bar = than + (1-than)/3
	return c
}

// standing is how contestants stand to each other by what rates show of them.
type standing struct {
	leader *contestant             // the cheapest that is likely to meet the thresholds; nil: none
	open   []*contestant           // who may save more than the indifference, the more the earlier,
	meets  map[*contestant]float64 // probability of meeting the thresholds
	costs  map[*contestant]float64
}

// stand compares contestants by rates.
func (x *explorer) stand(some []*contestant) *standing {
	s := &standing{meets: map[*contestant]float64{}, costs: map[*contestant]float64{}}
	risk := x.confirming()
	for _, c := range some {
		if c.state == impossible || dropped(c) {
			continue
		}
		s.meets[c] = x.meets(c, risk)
		r := x.lucky(c, 0)
		s.costs[c] = r.value
		if s.meets[c] > likely && (s.leader == nil || s.costs[c] < s.costs[s.leader]) {
			s.leader = c
		}
	}
	if s.leader == nil {
		return s
	}
	merits := map[*contestant]float64{}
	for _, c := range some {
		if c == s.leader || c.state == impossible || dropped(c) {
			continue
		}
		merits[c] = s.meets[c] * x.saving(c, s.leader)
		if merits[c] >= max(doubtful*x.Indifference, leastGain/5) {
			s.open = append(s.open, c)
		}
	}
	slices.SortStableFunc(s.open, func(a, b *contestant) int { return cmp.Compare(merits[b], merits[a]) })
	return s
}

// saving is what a contestant is expected to save beyond the indifference, as a share of what another costs.
func (x *explorer) saving(c, than *contestant) float64 {
	n := min(c.count(Exploring), than.count(Exploring))
	cost, _ := stat.Mean(than.observed(Exploring, n, 0))
	mean, deviation := stat.Mean(differences(c, than, Exploring, n))
	if cost = math.Abs(cost); cost == 0 || math.IsNaN(mean) {
		return 0
	}
	if !(deviation > 0) {
		return max(0, -x.Indifference-mean/cost)
	}
	return improvement(-x.Indifference, mean/cost, deviation/cost)
}

// meets is the probability that a contestant meets the thresholds by requests with the room that confirming takes, from what
// rates show of it and how far they are off at the anchor.
func (x *explorer) meets(c *contestant, risk float64) float64 {
	p := 1.0
	for k := range x.Thresholds {
		t := &x.Thresholds[k]
		r := x.lucky(c, k+1)
		mean := r.value
		if math.IsNaN(mean) {
			return 0 // never observed
		}
		off, doubt := x.offset(k + 1)
		deviation := r.deviation
		deviation = math.Hypot(math.Hypot(deviation*x.slope(k+1, c.units[k+1], mean), doubt), astray)
		p *= within(t, x.scale(k+1, c.units[k+1], t.Limit-x.room(c, k, risk)), x.scale(k+1, c.units[k+1], mean)-off, deviation)
	}
	return p
}

// room is how far an expectation must be on the right side of a threshold for that to be certain at the last look,
// as far as rates show how metrics scatter; negative where it must be above.
func (x *explorer) room(c *contestant, threshold int, risk float64) float64 {
	r := read(c.observed(Exploring, c.count(Exploring), threshold+1))
	if r.n < x.Replications { // too few to know how they scatter
		return 0
	}
	r = r.at(x.MaxReplications)
	t := &x.Thresholds[threshold]
	if t.Above() {
		return -r.reach(risk, false)
	}
	return r.reach(risk, true)
}

// lucky is what rates tell of a column of a contestant. The anchor, which has been replicated more often, tells of
// the luck of its replications, for those of the same number meet the same: the more, the more alike both are.
func (x *explorer) lucky(c *contestant, column int) reading {
	n := c.count(Exploring)
	if a := x.anchor; a != nil && a != c && a.by(Exploring) == &a.rates && a.count(Exploring) > n {
		if g, ok := regressed(c.columnOf(Exploring, n, column), a.columnOf(Exploring, a.count(Exploring), column), lean{}); ok {
			return g.reading()
		}
	}
	return read(c.observed(Exploring, n, column))
}

// offset is how far rates are above requests at the anchor, on the scale of the surrogate, and how well that is
// known: in the same replications both meet the same luck.
func (x *explorer) offset(column int) (off, deviation float64) {
	c := x.anchor
	if c == nil || c.state == impossible || c.count(checking) == 0 {
		return 0, astray
	}
	var rates, requests, differences []float64
	for i := range min(c.count(Exploring), c.count(checking)) {
		r, q := c.values[Exploring][i][column], c.values[checking][i][column]
		if d := r - q; !math.IsNaN(d) {
			rates, requests, differences = append(rates, r), append(requests, q), append(differences, d)
		}
	}
	r, _ := stat.Mean(rates)
	q, _ := stat.Mean(requests)
	_, deviation = stat.Mean(differences)
	if math.IsNaN(deviation) {
		return 0, astray
	}
	unit := c.units[column]
	return x.scale(column, unit, r) - x.scale(column, unit, q), deviation * x.slope(column, unit, q)
}

// slope is by how much the scale of the surrogate grows with a metric.
func (x *explorer) slope(column int, unit string, v float64) float64 {
	step := 1e-6 * math.Abs(v)
	if column > 0 && unit == "ratio" {
		step = 1e-3 * min(v, 1-v)
	}
	if !(step > 0) {
		return 0
	}
	return (x.scale(column, unit, v+step) - x.scale(column, unit, v-step)) / (2 * step)
}
