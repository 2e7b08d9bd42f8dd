package fluid

import (
	"math"

	"headroom/sim/fluid"
)

// In a lasting overload of places that take requests in order, who comes waits for about as long as its client does: less the time z
// that it then has there, of which λ E min(X, z) is the number of places. Where all ask for about the same, chance alone decides who
// is answered: those of X ≤ z. Who comes as many after a request as there are places has its place when that is free again: it has as much more of z as they
// came apart, less what the first had not used,
//
//	z' = G + (z − X)⁺,
//
// with G the time in which as many come (a gamma law): Lindley's recursion ("The theory of queues with a single server", 1952), of
// what waits where G is served every X. Where all ask for the same that is exact, as all places are served in turn (Franx 2001,
// "A simple solution for the M/D/c waiting time distribution", whose clients wait for ever). Where they do not, X of a place is the mean of
// as many as there are places, which free each other's.
//
// Places that share servers are each as fast as the others, as long as all of them are taken.

// waitWalk is what clients have left when their turn comes, and the law of the stays.
type waitWalk struct {
	each, able, patience, speed float64 // that it is for
	places                      float64
	has                         []float64 // z
	shares                      []float64
	middle, least               float64 // z where chance does nothing, and the wait below which it only grows
	law                         *fluid.Law
}

// The walk is over so many points of z, of which groups make the law, until the share of who is served moves by no more than still in a step.
const (
	walkPoints = 128
	walkGroups = 16
	walkSteps  = 400
	walkStill  = 1e-4
	walkWide   = 5.0 // deviations to both sides
)

// walkedWaits returns the law of the stays where waits are those of such a walk; nil: they are not.
func (c *Cohort) walkedWaits(f *flow) *fluid.Law {
	if f.patience <= 0 || f.each <= f.able {
		return nil
	}
	h := &c.walk
	at := waitWalk{each: f.each, able: f.able, patience: f.patience, speed: c.speed()}
	if at.places = f.able * c.Demand.Mean() / at.speed; c.Sharing {
		if c.waiting(c.Number) <= 0 {
			return nil
		}
		at.speed *= at.places / float64(c.Places)
		at.places = float64(c.Places)
	}
	if h.each == 0 || !h.alike(&at) {
		*h = at
		h.begin(f)
	}
	if h.middle >= h.patience || c.queue < h.least {
		return nil
	}
	if h.law == nil {
		h.settle(f)
		laws := make([]*fluid.Law, len(h.has))
		for i, has := range h.has {
			laws[i] = f.laws.Taking(func(demand float64) float64 { return h.patience - has + demand/h.speed })
		}
		h.law = fluid.Mix(laws, h.shares)
	}
	return h.law
}

// alike reports whether waits are as good as those of another step.
func (h *waitWalk) alike(o *waitWalk) bool {
	near := func(a, b float64) bool { return math.Abs(a-b) <= 0.01*b }
	return near(h.each, o.each) && near(h.able, o.able) && h.patience == o.patience && h.speed == o.speed
}

// begin finds z where chance does nothing.
func (h *waitWalk) begin(f *flow) {
	mean := f.worth.sum / h.speed
	low, high := 0.0, h.patience
	for range attempts {
		z := (low + high) / 2
		if part, _ := f.worth.upto(z * h.speed); h.each*part*mean > h.places {
			high = z
		} else {
			low = z
		}
	}
	h.middle = high
	h.least = h.patience - high - 4*h.deviation(f)
}

// deviation is about that of z.
func (h *waitWalk) deviation(f *flow) float64 {
	_, longer := f.worth.upto(h.middle * h.speed)
	return math.Sqrt(h.chance(h.unused(f, h.middle)) / max(1-(1-longer)*(1-longer), 1e-3))
}

// chance is the variance that a turn of all places adds.
func (h *waitWalk) chance(u unused) float64 { return h.places/h.each/h.each + u.variance/h.places }

// settle finds what is had in the long run.
func (h *waitWalk) settle(f *flow) {
	together := h.places / h.each // in which as many come as there are places
	wide, asked := walkWide*h.deviation(f), f.worth.sum/h.speed
	low := max(0, h.middle-wide)
	high := max(h.middle, asked) + wide + walkWide*h.chance(h.unused(f, h.middle))/max(asked-together, 1e-9)
	width := (min(h.patience, high) - low) / walkPoints
	points := make([]walkPoint, walkPoints)
	for i := range points {
		p := &points[i]
		p.has = low + (float64(i)+0.5)*width
		u := h.unused(f, p.has)
		p.served, p.left, p.shape = u.share, u.mean, together*together/h.chance(u)
		p.share = boolean(math.Abs(p.has-h.middle) <= width/2)
	}
	h.walk(points, low, width, together)
	h.group(points)
}

// walkPoint is a z: who has it.
type walkPoint struct {
	has, share  float64
	served      float64 // share of these who are served in it
	left, shape float64 // of it, on average, and how little what is added to that varies
	first       int     // point that comes next, and which share of these each has from that on
	moves       []float64
}

// walk has the shares of points become those of the long run.
func (h *waitWalk) walk(points []walkPoint, low, width, together float64) {
	for i := range points {
		p, before := &points[i], 0.0
		for j := 0; j < len(points) && before < 1-rare; j++ {
			below := 1.0
			if j+1 < len(points) {
				below = gammaBelow(p.shape, (low+float64(j+1)*width-p.left)/together)
			}
			if below <= rare {
				p.first = j + 1
				continue
			}
			p.moves, before = append(p.moves, below-before), below
		}
	}
	next, last := make([]float64, len(points)), -1.0
	for range walkSteps {
		clear(next)
		for i := range points {
			p := &points[i]
			for j, part := range p.moves {
				next[p.first+j] += p.share * part
			}
		}
		served := 0.0
		for i := range points {
			points[i].share = next[i]
			served += next[i] * points[i].served
		}
		if math.Abs(served-last) <= walkStill*served {
			return
		}
		last = served
	}
}

// gammaBelow is the share of a gamma law of mean 1 below a value (Wilson and Hilferty 1931: its cube root is about normal).
func gammaBelow(shape, x float64) float64 {
	if x <= 0 {
		return 0
	}
	return math.Erfc(-(math.Cbrt(x)-1+1/(9*shape))*math.Sqrt(9*shape)/math.Sqrt2) / 2
}

// unused is what is left of z by those who ask for less.
type unused struct{ share, mean, variance float64 }

func (h *waitWalk) unused(f *flow, z float64) (u unused) {
	squares := 0.0
	for i, v := range f.worth.values {
		over := z - v/h.speed
		if over < 0 {
			break
		}
		next := 1.0
		if i+1 < len(f.worth.below) {
			next = f.worth.below[i+1]
		}
		part := next - f.worth.below[i]
		u.share, u.mean, squares = u.share+part, u.mean+part*over, squares+part*over*over
	}
	u.variance = max(0, squares-u.mean*u.mean)
	return u
}

// group has few z stand for all: as many of who is served as of who comes.
func (h *waitWalk) group(points []walkPoint) {
	served := 0.0
	for i := range points {
		served += points[i].share * points[i].served
	}
	weight, share, has := 0.0, 0.0, 0.0
	for i := range points {
		p := &points[i]
		w := p.share
		if served > rare {
			w = (p.share + p.share*p.served/served) / 2
		}
		weight, share, has = weight+w, share+p.share, has+p.share*p.has
		jumps := i+1 < len(points) && points[i+1].served > p.served+1.0/walkGroups
		if share > 0 && (weight >= 1.0/walkGroups || jumps || i+1 == len(points)) {
			h.has, h.shares = append(h.has, has/share), append(h.shares, share)
			weight, share, has = 0, 0, 0
		}
	}
}
