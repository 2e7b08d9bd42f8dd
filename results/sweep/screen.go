package sweep

import (
	"cmp"
	"math"
	"slices"

	"headroom/model"
	"headroom/sim/stat"
)

// Screen has all points of a design played by rates, and by requests those that matter. This is the
// rule, in terms of how far a point is off, which is nothing if it is the best by the first metric or
// on the front, of those whose means meet the thresholds; else the less of two:
//
//   - what it is worse than a point of the front that beats it in both aims, in that aim in which it is
//     worse by more, measured in the half-widths of both and what rates may be astray;
//   - how far its nearest threshold is outside of its interval, measured in what rates may be astray.
//
// First those are played by requests that are off by 1 at most, the least first; then, by what
// is known now, those that have become the best or come onto the front, until there are none. No more are than Most.
// So the best is found, and for each point of the front that requests would show one that is worse in neither aim by more than
// twice what rates are off, if that is astray/2 at most (TestScreenFindsWhatAFullSweepDoes); most are the same.
// What rates cannot play is played by requests besides. Each point has the reason with it, see [Row.Why].
// Nothing of it changes once it has read a journal.
type Screen struct {
	Points     int       // of the design
	Aims       [2]string // metrics of the front
	First      string    // metric by which the best is
	Thresholds []model.Threshold
	Better     func(key string, value float64) float64 // makes less of a metric better
	Most       int                                     // points played by requests, at most

	told told
}

// Fidelity is what was played of a point.
type Fidelity string

// Fidelities, in the words of run.fidelity.
const (
	Rates    Fidelity = "fluid"
	Requests Fidelity = "request"
)

// astray is how far rates may be from requests: a share of a value, or of what is left to the whole
// where a threshold is near it. results/FLUID.md has what was found.
const astray = 0.05

// Requests is the point of the plan that plays a point of the design by requests.
func (s *Screen) Requests(of int) int { return 2 * of }

// Rates is the point of the plan that plays a point of the design by rates.
func (s *Screen) Rates(of int) int { return 2*of + 1 }

// Of says what a point of the plan plays.
func (s *Screen) Of(point int) (of int, played Fidelity) {
	if point%2 == 0 {
		return point / 2, Requests
	}
	return point / 2, Rates
}

// Name makes a row of the plan one of the design.
func (s *Screen) Name(r Row) Row {
	r.Point, r.Fidelity = s.Of(r.Point)
	return r
}

// Each calls do for every point of the design that is done by the rule, in its order: with what requests showed
// where they were played, else with what rates did, and with why it is the one or the other.
func (s *Screen) Each(j *Journal, rule *Rule, do func(*Row) error) error {
	why, err := s.reasons(j, rule)
	if err != nil {
		return err
	}
	last := -1
	return j.Each(2*s.Points, rule, func(r *Row) error { // requests come first
		named := s.Name(*r)
		if named.Point == last {
			return nil
		}
		last = named.Point
		if why != nil {
			named.Why = s.text(&why[last])
		}
		return do(&named)
	})
}

// choice is which points of the design are played by requests, so far.
type choice struct {
	points map[int]bool
	judged int // of them: those that rates could play
}

// screened is what is known of a point.
type screened struct {
	point      int
	err        string
	meets      bool
	first      float64 // less is better
	aims       [2]stat.Estimate
	thresholds float64 // how far it is off of the nearest
	nearest    int     // of the thresholds, -1: none
	beyond     float64 // how far it is off of that of which it is beyond by most
	breached   int     // that, -1: none
}

// choose adds the points of the design that are to be played by requests next, and returns them. It depends on
// the choice and on what the journal has of rates and of what was chosen: the same however often the sweep was killed.
func (s *Screen) choose(j *Journal, rule *Rule, c *choice) ([]int, error) {
	all, err := s.known(j, rule, c)
	if err != nil {
		return nil, err
	}
	return s.pick(all, c).next, nil
}

// picked is what a choice came to.
type picked struct {
	next []int      // points that are to be played by requests
	cut  []int      // those that would be, were there room
	off  []distance // how far each is off of what is known
}

// pick adds to the choice what follows from what is known of the points.
func (s *Screen) pick(all []screened, c *choice) picked {
	type candidate struct {
		point int
		off   float64
	}
	found := picked{off: s.off(all)}
	most := 1.0
	if len(c.points) > 0 {
		most = 0
	}
	var near []candidate
	for i := range all {
		switch p, off := all[i].point, found.off[i].off(); {
		case c.points[p]:
		case all[i].err != "":
			found.next = append(found.next, p)
		case off <= most:
			near = append(near, candidate{p, off})
		}
	}
	slices.SortStableFunc(near, func(a, b candidate) int { return cmp.Compare(a.off, b.off) })
	room := min(len(near), s.Most-c.judged)
	c.judged += room
	for i, n := range near {
		if i < room {
			found.next = append(found.next, n.point)
		} else {
			found.cut = append(found.cut, n.point)
		}
	}
	for _, p := range found.next {
		c.points[p] = true
	}
	return found
}

// known reads what the points showed: by requests if they were chosen, else by rates.
func (s *Screen) known(j *Journal, rule *Rule, c *choice) ([]screened, error) {
	var all []screened
	err := j.Each(2*s.Points, rule, func(r *Row) error {
		if of, played := s.Of(r.Point); c.points[of] == (played == Requests) {
			all = append(all, s.see(of, r))
		}
		return nil
	})
	return all, err
}

// see is what the choice needs of a row.
func (s *Screen) see(of int, r *Row) screened {
	p := screened{point: of, err: r.Err, first: math.Inf(1), thresholds: math.Inf(1), nearest: -1, breached: -1}
	if p.err != "" {
		return p
	}
	if e, ok := r.Estimate(s.First); ok {
		p.first = s.Better(s.First, e.Value)
	}
	for k, key := range s.Aims {
		e, ok := r.Estimate(key)
		if !ok {
			e.Value = math.NaN()
		}
		e.Value = s.Better(key, e.Value)
		p.aims[k] = e
	}
	for i := range s.Thresholds {
		p.compare(i, &s.Thresholds[i], r)
	}
	p.meets = r.Ruled == "" && p.breached < 0
	return p
}

// compare takes note of how far a point is off of a threshold.
func (p *screened) compare(i int, t *model.Threshold, r *Row) {
	off := math.Inf(1) // nobody observed it
	e, ok := r.Estimate(t.Key)
	if ok {
		off = max(0, math.Abs(e.Value-t.Limit)-width(e)) / (astray * wide(t.Limit))
	}
	if ok && off < p.thresholds {
		p.thresholds, p.nearest = off, i
	}
	if holds := ok && t.Holds(e.Value); !holds && (p.breached < 0 || off > p.beyond) {
		p.beyond, p.breached = off, i
	}
}

// wide is the scale of a threshold: 99.8 % is twice as far from perfection as 99.9 %.
func wide(limit float64) float64 {
	if limit > 0.5 && limit < 1 {
		return 1 - limit
	}
	return max(math.Abs(limit), 1e-300)
}

// width is the half-width of what is known; of one replication it is none.
func width(e stat.Estimate) float64 {
	if math.IsNaN(e.HalfWidth) || math.IsInf(e.HalfWidth, 0) {
		return 0
	}
	return e.HalfWidth
}

// distance is how far a point is off.
type distance struct {
	best       bool
	worse      float64 // than the point of the front that beats it by most; of one on the front 0, and infinite of one that is none to compare
	by, aim    int     // that point, and in which aim; -1: it is on the front
	thresholds float64 // from the nearest
}

// off is the less of what it is worse than the front and of how far it is off of a threshold.
func (d *distance) off() float64 {
	if d.best {
		return 0
	}
	return min(d.worse, d.thresholds)
}

// off is how far each point is off.
func (s *Screen) off(all []screened) []distance {
	coordinates := make([][2]float64, len(all))
	best := -1
	for i := range all {
		p := &all[i]
		coordinates[i] = [2]float64{math.NaN(), math.NaN()}
		if !p.meets {
			continue
		}
		coordinates[i] = [2]float64{p.aims[0].Value, p.aims[1].Value}
		if !math.IsInf(p.first, 1) && (best < 0 || p.first < all[best].first) {
			best = i
		}
	}
	front := Pareto(coordinates)
	off := make([]distance, len(all))
	for i := range all {
		p := &all[i]
		off[i] = distance{best: i == best, worse: math.Inf(1), by: -1, thresholds: p.thresholds}
		if p.meets && !math.IsNaN(coordinates[i][0]+coordinates[i][1]) {
			off[i].beaten(p, all, front)
		}
	}
	return off
}

// beaten finds by how much a point is worse than those of the front that beat it in both aims.
func (d *distance) beaten(p *screened, all []screened, front []int) {
	d.worse = 0
	for _, i := range front {
		f := &all[i]
		if f.aims[0].Value > p.aims[0].Value || f.aims[1].Value > p.aims[1].Value {
			continue
		}
		for k := range p.aims {
			worse := p.aims[k].Value - f.aims[k].Value
			if worse <= 0 {
				continue
			}
			if worse /= width(p.aims[k]) + width(f.aims[k]) + astray*math.Abs(f.aims[k].Value); worse > d.worse {
				d.worse, d.by, d.aim = worse, f.point, k
			}
		}
	}
}
