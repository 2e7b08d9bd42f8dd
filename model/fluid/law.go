package fluid

import (
	"math"

	"headroom/sim"
	"headroom/sim/analytic"
	"headroom/sim/stat"
)

// Demand is how much requests ask for.
type Demand struct {
	Mean float64 // seconds of a server
	SCV  float64 // squared coefficient of variation
}

// Law is how long requests are at a target.
type Law struct {
	Mean    float64 // ns
	Blocked float64 // share that finds no place
	upTo    []float64
	At      []int64 // ns: the middles of the bins
}

// Laws keeps the laws that cohorts of a run have had.
type Laws struct{ known map[lawKey]*Law }

// NewLaws returns none.
func NewLaws() *Laws { return &Laws{known: map[lawKey]*Law{}} }

func (s *Laws) of(c *Cohort, load float64) *Law {
	key := lawKey{servers: c.Servers, demand: c.Demand, speed: c.Speed, bin: math.Round(load * 1000)}
	if l := s.known[key]; l != nil {
		return l
	}
	l := newLaw(key)
	s.known[key] = l
	return l
}

type lawKey struct {
	servers int
	demand  Demand
	speed   float64
	bin     float64
}

func newLaw(k lawKey) *Law {
	mu := k.speed / k.demand.Mean
	a := k.bin / 1000 * float64(k.servers)
	waits := 0.0
	if a > 0 {
		waits, _ = analytic.ErlangC(k.servers, a)
	}
	gap := float64(k.servers) - 1 - a
	tail := func(t float64) float64 {
		if math.Abs(gap) < 1e-9 {
			return math.Exp(-mu*t) * (1 + waits*mu*t)
		}
		return math.Exp(-mu*t) * (1 + waits*(1-math.Exp(-mu*t*gap))/gap)
	}
	l := &Law{Mean: (1/mu + waits/(float64(k.servers)*mu*(1-a/float64(k.servers)))) * 1e9}
	for i := 0; ; i++ {
		from, width := stat.Bin(i)
		p := 1 - tail(float64(from+width)/1e9)
		l.upTo, l.At = append(l.upTo, p), append(l.At, from+width/2)
		if 1-p < 1e-10 {
			l.upTo[i] = 1
			return l
		}
	}
}

// Tail returns the probability that a request takes longer than a time.
func (l *Law) Tail(t sim.Time) float64 {
	if t < 0 {
		return 1
	}
	i := stat.BinOf(int64(t))
	if i >= len(l.upTo) {
		return 0
	}
	return 1 - l.upTo[i]
}

// Record adds so many requests to a histogram, each longer by a time, as the law divides them:
// what is left of one is decided by a number from 0 to 1.
func (l *Law) Record(h *stat.Histogram, n int64, longer sim.Time, u float64) {
	done := 0.0
	before := int64(math.Floor(u))
	for i, p := range l.upTo {
		upTo := float64(n)*p + u
		if upTo-done < 1e-300 {
			continue
		}
		done = upTo
		whole := int64(math.Floor(upTo))
		h.RecordMany(l.At[i]+int64(longer), whole-before)
		before = whole
	}
}
