package fluid

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// delay is how much longer a request stays than its demand, in mean services.
type delay interface {
	// given says so for requests of one demand.
	given(demand float64) longer
}

// longer is the law of a delay: none at all, or else one within d with the
// probability within(d).
type longer struct {
	none   float64
	mean   float64 // those without included
	within func(d float64) float64
}

// wait is the delay first come, first served: it has nothing to do with the demand.
type wait struct{ longer }

func (w wait) given(float64) longer { return w.longer }

// newWait returns the wait at the station of a chain: who sees i ≥ c there waits for
// i−c+1 departures, each exponential with c servers.
func newWait(c *chain) wait {
	waits := c.waits()
	if waits <= 0 {
		return wait{longer{none: 1, within: func(float64) float64 { return 1 }}}
	}
	ahead := c.seen[c.servers:]
	below := make([]float64, len(ahead)+1) // share of those who wait, for at most so many departures
	for i, share := range ahead {
		below[i+1] = below[i] + share/waits
	}
	servers := float64(c.servers)
	mean := c.delay()
	t := tabulate(mean/waits, func(d float64) float64 { return mixed(below, servers*d) })
	return wait{longer{none: 1 - waits, mean: mean, within: t.at}}
}

// newResidualWait returns the wait of services that are not exponential where each goes
// to the target with the fewest: for what is left of a service, and for others after it, in all calmer times
// as long as at exponential ones but for what is left.
func newResidualWait(c *chain, d *demand, stretch float64) wait {
	w := newWait(c)
	if w.none == 1 {
		return w
	}
	third := 0.0
	for _, p := range d.parts {
		third += p.share * p.demand * p.demand * p.demand
	}
	left := (1 + d.scv) / 2
	leftSCV := lessVaried(third/3/(left*left) - 1)
	between := lessVaried(d.scv)
	w.mean *= stretch
	shares := c.seen[c.servers:]
	shapes := make([]float64, len(shares))
	for k := range shares { // k others after what is left
		mean := float64(k + 1)
		shapes[k] = mean * mean / (leftSCV + float64(k)*between)
	}
	w.within = tabulate(w.mean/(1-w.none), func(d float64) float64 {
		sum := 0.0
		for k, share := range shares {
			sum += share * mathext.GammaIncReg(shapes[k], shapes[k]*d*float64(c.servers)/(float64(k+1)*stretch))
		}
		return sum / (1 - w.none)
	}).at
	return w
}

// lessVaried is what is left of a variation where the fewest is chosen: who waits for a long service
// has more who wait with him, and is met less.
func lessVaried(scv float64) float64 {
	if scv > 1 {
		return math.Sqrt(min(scv, 100))
	}
	return max(scv, 0.01)
}

// mixed is the mean of below[k] over a Poisson law of k, beyond the last its last.
func mixed(below []float64, mean float64) float64 {
	if mean <= 0 {
		return below[0]
	}
	reach := 9*math.Sqrt(mean) + 12
	from := int(max(0, mean-reach))
	logGamma, _ := math.Lgamma(float64(from + 1))
	term := math.Exp(float64(from)*math.Log(mean) - mean - logGamma)
	sum, total := 0.0, 0.0
	for k := from; float64(k) <= mean+reach; k++ {
		sum += term * below[min(k, len(below)-1)]
		total += term
		term *= mean / float64(k+1)
	}
	return sum / total
}

// table is a distribution function by logarithmic steps of its argument.
type table struct {
	from   float64
	values []float64
}

// Steps of a table, and how far it goes about a typical argument.
const (
	tableSteps  = 24 // an octave
	tableBelow  = 12 // octaves
	tableBeyond = 6
)

func tabulate(typical float64, of func(float64) float64) *table {
	t := &table{from: typical / (1 << tableBelow), values: make([]float64, (tableBelow+tableBeyond)*tableSteps)}
	for i := range t.values {
		t.values[i] = of(t.from * math.Exp2(float64(i)/tableSteps))
	}
	return t
}

// mix is a table between two that begin alike.
func (t *table) mix(o *table, w float64) *table {
	m := &table{from: t.from, values: make([]float64, len(t.values))}
	for i, v := range t.values {
		m.values[i] = v + w*(o.values[i]-v)
	}
	return m
}

// moved is a distribution that has changed by a part of what lies between two others.
func (t *table) moved(from, to *table, part float64) *table {
	m, last := &table{from: t.from, values: make([]float64, len(t.values))}, 0.0
	for i, v := range t.values {
		last = min(1, max(last, v+part*(to.values[i]-from.values[i])))
		m.values[i] = last
	}
	return m
}

// second is the second moment over the square of the mean, of a distribution.
func (t *table) second() float64 {
	mean, second := 0.0, 0.0
	for i, v := range t.values[1:] {
		from, to := t.from*math.Exp2(float64(i)/tableSteps), t.from*math.Exp2(float64(i+1)/tableSteps)
		share := v - t.values[i]
		mean += share * (from + to) / 2
		second += share * (from*from + from*to + to*to) / 3
	}
	return second / (mean * mean)
}

// at returns the value, between the steps by a straight line.
func (t *table) at(x float64) float64 {
	i, part, inside := t.place(x)
	if !inside {
		return part
	}
	return t.values[i] + part*(t.values[i+1]-t.values[i])
}

// place finds an argument between steps; outside of them it returns the value.
func (t *table) place(x float64) (i int, part float64, inside bool) {
	if x <= t.from {
		return 0, t.values[0] * max(x, 0) / t.from, false
	}
	place := math.Log2(x/t.from) * tableSteps
	if !(place < float64(len(t.values)-1)) {
		return len(t.values) - 1, 1, false
	}
	i = int(place)
	return i, place - float64(i), true
}
