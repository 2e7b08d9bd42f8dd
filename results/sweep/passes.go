package sweep

import "slices"

// passes are which points of a plan are computed, one after the other. With a screen these are all points
// by rates, and then, whenever all before are done, those by requests that what they showed asks for.
type passes struct {
	screen *Screen // nil: all points
	all    int     // points of the first pass
	later  []int   // those by requests
	places map[int]int
	chosen choice
	ended  bool // none follows
}

func newPasses(plan *Plan) passes {
	if plan.Screen == nil {
		return passes{all: plan.Points, ended: true}
	}
	return passes{screen: plan.Screen, all: plan.Screen.Points, places: map[int]int{}, chosen: choice{points: map[int]bool{}}}
}

// len is how many points are in the passes so far.
func (p *passes) len() int { return p.all + len(p.later) }

// point is the k-th of them.
func (p *passes) point(k int) int {
	switch {
	case p.screen == nil:
		return k
	case k < p.all:
		return p.screen.Rates(k)
	default:
		return p.later[k-p.all]
	}
}

// place is the inverse of point, -1 if a point is not in the passes.
func (p *passes) place(point int) int {
	if p.screen == nil {
		return point
	}
	of, fidelity := p.screen.Of(point)
	if fidelity == Rates {
		return of
	}
	if k, ok := p.places[point]; ok {
		return k
	}
	return -1
}

// extend adds the points by requests that follow from what is done: all that are in the passes.
func (p *passes) extend(j *Journal, rule *Rule) error {
	next, err := p.screen.choose(j, rule, &p.chosen)
	if err != nil {
		return err
	}
	p.ended = len(next) == 0
	slices.Sort(next)
	for _, of := range next {
		point := p.screen.Requests(of)
		p.places[point] = p.len()
		p.later = append(p.later, point)
	}
	return nil
}
