package workload

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"headroom/sim"
)

// Rate is an arrival rate as a piecewise-linear function of virtual time.
type Rate struct {
	pieces []piece
	loop   int      // first of the pieces that repeat for ever; len(pieces) if none does
	period sim.Time // length of the pieces that repeat
	lap    float64  // arrivals expected in one period
}

// piece is a stretch of time over which the rate is linear.
type piece struct {
	start  sim.Time
	length float64 // s
	from   float64 // per second, at its start
	slope  float64 // per second per second
	area   float64 // arrivals expected in it
	before float64 // arrivals expected before it
}

// Knot is the rate at an instant.
type Knot struct {
	At        sim.Time
	PerSecond float64
}

// Tail is what a rate does after its knots. The zero value holds the last rate
// for ever.
type Tail struct {
	Stop   bool     // the rate is 0 from the last knot on
	Period sim.Time // if not 0, all repeats with this period; the last rate holds until its end
}

// holdPeriod is the length of the pieces by which the last rate is held. Being
// finite, they lose no digits in a long run.
const holdPeriod = sim.Hour

// Constant returns a rate that does not change.
func Constant(perSecond float64) (*Rate, error) {
	return Steps([]Knot{{0, perSecond}}, Tail{})
}

// Ramp returns a rate that moves linearly, in the time over, and stays there.
func Ramp(from, to float64, over sim.Time) (*Rate, error) {
	if over <= 0 {
		return nil, fmt.Errorf("over: must be positive, got %v", over)
	}
	return Linear([]Knot{{0, from}, {over, to}}, Tail{})
}

// Steps returns a rate that jumps at each knot. The first knot is at 0.
func Steps(knots []Knot, tail Tail) (*Rate, error) {
	return build(knots, tail, false)
}

// Linear returns a rate that is linear between knots. The first knot is at 0.
func Linear(knots []Knot, tail Tail) (*Rate, error) {
	return build(knots, tail, true)
}

// build validates and makes a rate of either kind.
func build(knots []Knot, tail Tail, linear bool) (*Rate, error) {
	if err := checkKnots(knots, tail); err != nil {
		return nil, err
	}
	r := &Rate{}
	last := knots[len(knots)-1]
	for i, k := range knots[:len(knots)-1] {
		next := knots[i+1]
		to := k.PerSecond
		if linear {
			to = next.PerSecond
		}
		r.add(k, Knot{next.At, to})
	}
	r.loop = len(r.pieces)
	switch {
	case tail.Period > 0:
		if tail.Period > last.At {
			r.add(last, Knot{tail.Period, last.PerSecond})
		}
		r.loop, r.period = 0, tail.Period
	case !tail.Stop && last.PerSecond > 0:
		r.add(last, Knot{last.At + holdPeriod, last.PerSecond})
		r.period = holdPeriod
	}
	for _, p := range r.pieces[r.loop:] {
		r.lap += p.area
	}
	if r.Max() == 0 {
		return nil, errors.New("rate: must not be 0 everywhere")
	}
	return r, nil
}

// checkKnots returns an error unless knots and tail make a rate.
func checkKnots(knots []Knot, tail Tail) error {
	if len(knots) == 0 {
		return errors.New("rate: must have at least one knot")
	}
	if knots[0].At != 0 {
		return fmt.Errorf("rate: the first knot must be at 0, got %v", knots[0].At)
	}
	for i, k := range knots {
		if err := checkRate(fmt.Sprintf("rate at %v", k.At), k.PerSecond); err != nil {
			return err
		}
		if i > 0 && k.At <= knots[i-1].At {
			return fmt.Errorf("rate: knots must ascend in time, got %v after %v", k.At, knots[i-1].At)
		}
	}
	last := knots[len(knots)-1].At
	switch {
	case last > sim.Horizon/2:
		return fmt.Errorf("rate: the last knot must be before %v, got %v", sim.Horizon/2, last)
	case tail.Stop && tail.Period != 0:
		return errors.New("rate: must not both stop and repeat")
	case tail.Period != 0 && (tail.Period < last || tail.Period > sim.Horizon/2):
		return fmt.Errorf("period: must be between the last knot (%v) and %v, got %v", last, sim.Horizon/2, tail.Period)
	}
	return nil
}

// add appends the piece between two knots.
func (r *Rate) add(from, to Knot) {
	length := (to.At - from.At).Seconds()
	p := piece{
		start: from.At, length: length,
		from: from.PerSecond, slope: (to.PerSecond - from.PerSecond) / length,
		area: (from.PerSecond + to.PerSecond) / 2 * length,
	}
	if n := len(r.pieces); n > 0 {
		p.before = r.pieces[n-1].before + r.pieces[n-1].area
	}
	r.pieces = append(r.pieces, p)
}

// constant returns the rate, if it never changes.
func (r *Rate) constant() (perSecond float64, ok bool) {
	first := r.pieces[0]
	return first.from, len(r.pieces) == 1 && r.repeats() && first.slope == 0
}

// repeats reports whether r goes on for ever.
func (r *Rate) repeats() bool { return r.loop < len(r.pieces) }

// Max returns the largest rate, per second.
func (r *Rate) Max() float64 {
	most := 0.0
	for _, p := range r.pieces {
		most = max(most, p.from, p.from+p.slope*p.length)
	}
	return most
}

// Mean returns the expected arrivals per second until the horizon.
func (r *Rate) Mean(horizon sim.Time) float64 {
	if horizon <= 0 {
		return 0
	}
	return r.Cumulative(horizon) / horizon.Seconds()
}

// Cumulative returns the expected arrivals until t, in logarithmic time.
func (r *Rate) Cumulative(t sim.Time) float64 {
	if t <= 0 {
		return 0
	}
	area := 0.0
	if r.repeats() {
		if start := r.pieces[r.loop].start; t > start {
			laps := (t - start) / r.period
			area = float64(laps) * r.lap
			t -= laps * r.period
		}
	}
	i, _ := slices.BinarySearchFunc(r.pieces, t, func(p piece, t sim.Time) int {
		if p.start <= t {
			return -1
		}
		return 1
	})
	p := &r.pieces[i-1]
	s := min((t - p.start).Seconds(), p.length)
	return area + p.before + s*(p.from+p.slope*s/2)
}

// solve returns the seconds since the start of p at which area more arrivals
// are expected than at s, held to its length. It is the root of
// r·d + slope·d²/2 = area, written so that it loses no digits.
func (p *piece) solve(s, area float64) float64 {
	if p.slope == 0 {
		return min(s+area/p.from, p.length)
	}
	rate := p.from + p.slope*s
	root := math.Sqrt(max(0, rate*rate+2*p.slope*area))
	if rate+root <= 0 {
		return p.length
	}
	return min(s+2*area/(rate+root), p.length)
}
