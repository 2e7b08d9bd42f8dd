package fluid

import "math"

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

func tabulate(typical float64, of func(float64) float64) table {
	t := table{from: typical / (1 << tableBelow), values: make([]float64, (tableBelow+tableBeyond)*tableSteps)}
	for i := range t.values {
		t.values[i] = of(t.from * math.Exp2(float64(i)/tableSteps))
	}
	return t
}

// at returns the value, between the steps by a straight line.
func (t table) at(x float64) float64 {
	if x <= t.from {
		return t.values[0] * max(x, 0) / t.from
	}
	place := math.Log2(x/t.from) * tableSteps
	i := int(place)
	if i >= len(t.values)-1 {
		return 1
	}
	return t.values[i] + (place-float64(i))*(t.values[i+1]-t.values[i])
}
