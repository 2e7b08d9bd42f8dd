package fluid

import (
	"math"

	"headroom/sim/fluid"
)

// Beside is the threads of a host that targets share with each other, where these may ask for more than there are: how
// many there are for requests, which share of them is busy on average, and which share of that is of other targets.
type Beside struct{ Threads, Load, Others float64 }

// shared is the law of a cohort beside others.
type shared struct {
	alone, pool, law *fluid.Law // in the target itself, in the pool of threads, and in both
	by               float64    // one of them over what is asked for
}

// share has the requests of a step take as long as at targets whose host has too few threads at times: of a target of its
// own and of the pool of all threads the one that is the more crowded says how the stays vary, and by how much they are
// longer than what is asked for; so does the other, as far as it is crowded at other times.
func (c *Cohort) share(laws *Laws, f *flow, b Beside) {
	if c.Law != c.beside.law {
		c.beside.alone = c.Law
	}
	if c.crowded = 0; b.Load <= 0 || c.Law == nil || c.Line > 0 {
		c.Law = c.beside.alone
		return
	}
	station := c.Station
	station.Servers, station.Places, station.Backlog = int(math.Max(1, math.Round(b.Threads))), 0, NoLimit
	of := laws.of(&Cohort{Shape: Shape{Station: station, Split: fluid.Split{Nodes: 1}}})
	pool, asked := of.Law(b.Load, 1), c.Demand.Mean()/c.speed()
	alone := c.beside.alone
	by := pool.Mean() / asked
	if by-1 < uncrowded {
		c.Law = alone
		return
	}
	longest := alone
	if pool.Mean() > alone.Mean() {
		longest, by = pool, alone.Mean()/asked
	}
	by = math.Pow(by, b.Others)
	c.Content *= by * longest.Mean() / alone.Mean()
	if s := &c.beside; s.pool != pool || s.alone != alone || math.Abs(by/s.by-1) > exactly {
		s.pool, s.by, s.law = pool, by, longest.Stretched(by)
	}
	c.Law = c.beside.law
	c.crowded = c.Law.Mean()/alone.Mean() - 1
	c.keepLaw(f)
}

// Crowded is the share by which stays are longer for want of threads of the host.
func (c *Cohort) Crowded() float64 { return c.crowded }

// uncrowded is the share by which stays may be longer that nobody sees.
const uncrowded = 1e-3
