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
// What rates cannot play is played by requests besides.
type Screen struct {
	Points     int       // of the design
	Aims       [2]string // metrics of the front
	First      string    // metric by which the best is
	Thresholds []model.Threshold
	Better     func(key string, value float64) float64 // makes less of a metric better
	Most       int                                     // points played by requests, at most
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
// where they were played, else with what rates did.
func (s *Screen) Each(j *Journal, rule *Rule, do func(*Row) error) error {
	last := -1
	return j.Each(2*s.Points, rule, func(r *Row) error { // requests come first
		named := s.Name(*r)
		if named.Point == last {
			return nil
		}
		last = named.Point
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
	failed     bool
	meets      bool
	first      float64 // less is better
	aims       [2]stat.Estimate
	thresholds float64 // how far it is off of the nearest
}

// choose adds the points of the design that are to be played by requests next, and returns them. It depends on
// the choice and on what the journal has of rates and of what was chosen: the same however often the sweep was killed.
func (s *Screen) choose(j *Journal, rule *Rule, c *choice) ([]int, error) {
	all, err := s.known(j, rule, c)
	if err != nil {
		return nil, err
	}
	type candidate struct {
		point int
		off   float64
	}
	most, off := 1.0, s.off(all)
	if len(c.points) > 0 {
		most = 0
	}
	var next []int
	var near []candidate
	for i := range all {
		switch p := all[i].point; {
		case c.points[p]:
		case all[i].failed:
			next = append(next, p)
		case off[i] <= most:
			near = append(near, candidate{p, off[i]})
		}
	}
	slices.SortStableFunc(near, func(a, b candidate) int { return cmp.Compare(a.off, b.off) })
	near = near[:min(len(near), s.Most-c.judged)]
	c.judged += len(near)
	for _, n := range near {
		next = append(next, n.point)
	}
	for _, p := range next {
		c.points[p] = true
	}
	return next, nil
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
	p := screened{point: of, failed: r.Err != "", first: math.Inf(1), thresholds: math.Inf(1)}
	if p.failed {
		return p
	}
	p.meets = r.Ruled == "" && len(r.Breach(s.Thresholds).Thresholds) == 0
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
		t := &s.Thresholds[i]
		if e, ok := r.Estimate(t.Key); ok {
			p.thresholds = min(p.thresholds, max(0, math.Abs(e.Value-t.Limit)-width(e))/(astray*wide(t.Limit)))
		}
	}
	return p
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

// off is how far each point is off.
func (s *Screen) off(all []screened) []float64 {
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
	off := make([]float64, len(all))
	for i := range all {
		p := &all[i]
		off[i] = p.thresholds
		if p.meets && !math.IsNaN(coordinates[i][0]+coordinates[i][1]) {
			off[i] = min(off[i], beaten(p, all, front))
		}
	}
	if best >= 0 {
		off[best] = 0
	}
	return off
}

// beaten is by how much a point is worse than those of the front that beat it in both aims.
func beaten(p *screened, all []screened, front []int) float64 {
	most := 0.0
	for _, i := range front {
		f := &all[i]
		if f.aims[0].Value > p.aims[0].Value || f.aims[1].Value > p.aims[1].Value {
			continue
		}
		for k := range p.aims {
			worse := p.aims[k].Value - f.aims[k].Value
			if worse > 0 {
				most = max(most, worse/(width(p.aims[k])+width(f.aims[k])+astray*math.Abs(f.aims[k].Value)))
			}
		}
	}
	return most
}
