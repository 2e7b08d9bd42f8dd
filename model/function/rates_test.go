package function

import (
	"container/heap"
	"math"
	"testing"

	"headroom/sim"
	"headroom/sim/rng"
)

const lawPoints = 1024

// holdingOf is calls that take an exponential time, after a cold start of a fixed one.
func holdingOf(mean, start float64) *Holding {
	points, sum := make([]float64, lawPoints), 0.0
	for k := range points {
		points[k] = -mean * math.Log1p(-(float64(k)+0.5)/lawPoints)
		sum += points[k]
	}
	for k := range points {
		points[k] = start + points[k]*mean*lawPoints/sum
	}
	return NewHolding(points)
}

// steadily plays a rate for so many seconds, in steps of one, after as many that do not count.
func steadily(r *Rates, rate, mean, start float64, seconds int) (all Counts, busy float64) {
	in := Calls{Rate: rate, Seconds: 1, Warm: holdingOf(mean, 0), Cold: holdingOf(mean, start)}
	for second := range 2 * seconds {
		if second == seconds {
			all = Counts{}
			r.Reset()
		}
		f := r.Advance(in)
		all.Throttled += f.Throttled
		all.TooFast += f.TooFast
		all.Cold += f.Cold
		all.Ready += f.Ready
		all.Taken += f.Taken
	}
	return all, r.Area / float64(seconds)
}

func about(t *testing.T, what string, got, want, within float64) {
	t.Helper()
	if !(math.Abs(got-want) <= within) {
		t.Errorf("%s %v, want %v", what, got, want)
	}
}

// What a reservation throttles is Erlang's loss formula, which the tables give for 8 Erlang and 10 lines as 12.17 %, for
// 90 and 100 as 2.70 %, and for 5 and 5 as 28.49 %.
func TestReservationLosesByErlang(t *testing.T) {
	for _, c := range []struct {
		offered  float64
		reserved int
		lost     float64
	}{{8, 10, 0.1217}, {90, 100, 0.0270}, {5, 5, 0.2849}} {
		r := NewRates(Terms{Reserved: c.reserved, Idle: 10 * sim.Minute}, nil)
		all, busy := steadily(r, c.offered*10, 0.1, 0, 300)
		about(t, "lost", all.Throttled/(all.Throttled+all.Taken), c.lost, 2e-4)
		about(t, "busy", busy, c.offered*(1-c.lost), 0.01*c.offered)
	}
}

// A call that comes after more than the time for which the only environment waits is a cold start: of calls at random that
// is exp(−rate × time).
func TestLoneCallsAreColdAfterTheWindow(t *testing.T) {
	for _, every := range []float64{300, 600, 1200} {
		r := NewRates(Terms{Reserved: None, Idle: 10 * sim.Minute}, nil)
		all, _ := steadily(r, 1/every, 0.01, 0, 6000)
		about(t, "cold", all.Cold/all.Taken, math.Exp(-600/every), 0.02*math.Exp(-600/every)+0.003)
	}
}

// Without idle environments every call is a cold start but those at environments that are provisioned.
func TestWithoutIdlenessAllAreCold(t *testing.T) {
	all, _ := steadily(NewRates(Terms{Reserved: None}, nil), 50, 0.1, 0.3, 60)
	about(t, "cold", all.Cold/all.Taken, 1, 1e-6)
}

// Environments are made as fast as may be: a step from nothing to 5,000 calls a second finds 1,000 of them at once.
func TestRatesHoldToTheScalingRate(t *testing.T) {
	r := NewRates(Terms{Reserved: None, Idle: 10 * sim.Minute, ScalingRate: 1000}, NewShares(100_000, nil))
	in := Calls{Rate: 5000, Seconds: 1, Warm: holdingOf(0.1, 0), Cold: holdingOf(0.1, 2)}
	all := r.Advance(in)
	about(t, "cold", all.Cold, 1100, 15)
	about(t, "too fast", all.TooFast, 3900, 15)
}

// played is a pool to which calls come at random, one by one.
type played struct {
	pool *Pool
	ends ends
	s    rng.Stream
	now  float64
}

type ending struct {
	at float64
	id uint32
}
type ends []ending

func (e ends) Len() int           { return len(e) }
func (e ends) Less(i, k int) bool { return e[i].at < e[k].at }
func (e ends) Swap(i, k int)      { e[i], e[k] = e[k], e[i] }
func (e *ends) Push(x any)        { *e = append(*e, x.(ending)) }
func (e *ends) Pop() any {
	old := *e
	x := old[len(old)-1]
	*e = old[:len(old)-1]
	return x
}

// play plays calls until an instant, and counts them from another on.
func (p *played) play(rate, mean, start, until, from float64) (all Counts) {
	for {
		next := p.now - math.Log(p.s.Uniform())/rate
		if next > until {
			p.now = until
			return all
		}
		for p.now = next; len(p.ends) > 0 && p.ends[0].at <= p.now; {
			e := heap.Pop(&p.ends).(ending)
			p.pool.Release(e.id, sim.Seconds(e.at), false)
		}
		id, answer := p.pool.Take(sim.Seconds(p.now))
		count := 1.0
		if p.now < from {
			count = 0
		}
		takes := -mean * math.Log(p.s.Uniform())
		switch answer {
		case Throttled:
			all.Throttled += count
			continue
		case TooFast:
			all.TooFast += count
			continue
		case Cold:
			all.Cold += count
			takes += start
			p.pool.Begin(id, sim.Seconds(p.now))
		}
		all.Taken += count
		heap.Push(&p.ends, ending{p.now + takes, id})
	}
}

// Rates have as many cold starts as a pool that is played, for good.
func TestColdStartsAreThoseOfAPool(t *testing.T) {
	for _, c := range []struct {
		rate, mean, start, idle float64
		provisioned             int
	}{
		{0.01, 1, 2, 60, 0}, {0.2, 1, 2, 60, 0}, {2, 1, 2, 60, 0}, {20, 0.5, 1, 60, 0}, {5, 0.5, 1, 5, 0}, {20, 0.5, 1, 60, 12},
		{5, 0.001, 0.4, 1, 0}, {2, 0.001, 0.4, 1, 0}, {1, 0.01, 0.4, 3, 0}, {0.2, 0.01, 30, 60, 0},
	} {
		terms := Terms{Reserved: None, Idle: sim.Seconds(c.idle), Timeout: sim.Minute, Provisioned: c.provisioned}
		p := &played{pool: NewPool(terms, nil), s: rng.New(1, 0, "pool")}
		const seconds = 10_000
		enough := seconds * max(1, 1/c.rate/4)
		is := p.play(c.rate, c.mean, c.start, 100+enough, 100)
		says, _ := steadily(NewRates(terms, nil), c.rate, c.mean, c.start, 2000)
		got, want := says.Cold/says.Taken, is.Cold/is.Taken
		// what a response takes longer for them is within 1 %
		if longer := math.Abs(got-want) * c.start; longer > 0.01*(c.mean+want*c.start)+3*math.Sqrt(want/is.Taken)*c.start {
			t.Errorf("%+v: %.5f are cold, of those played %.5f of %v", c, got, want, is.Taken)
		} else {
			t.Logf("%+v: %.5f are cold, of those played %.5f of %v", c, got, want, is.Taken)
		}
	}
}

// A burst finds no environments, and makes as many as a pool that is played does.
func TestBurstsAreThoseOfAPool(t *testing.T) {
	for _, reserved := range []int{None, 40} {
		terms := Terms{Reserved: reserved, Idle: 10 * sim.Minute, Timeout: sim.Minute}
		var is Counts
		const times = 60
		for k := range times {
			p := &played{pool: NewPool(terms, nil), s: rng.New(uint64(k), 0, "burst")}
			f := p.play(200, 0.1, 0.4, 30, 0)
			is.Cold += f.Cold / times
			is.Throttled += f.Throttled / times
		}
		r := NewRates(terms, nil)
		in := Calls{Rate: 200, Seconds: 1, Warm: holdingOf(0.1, 0), Cold: holdingOf(0.1, 0.4)}
		var says Counts
		for range 30 {
			f := r.Advance(in)
			says.Cold += f.Cold
			says.Throttled += f.Throttled
		}
		t.Logf("%d: cold %.1f played %.1f, throttled %.1f played %.1f, most %.1f", reserved, says.Cold, is.Cold, says.Throttled, is.Throttled, r.Most())
		about(t, "cold", says.Cold, is.Cold, 0.03*is.Cold)
		about(t, "throttled", says.Throttled, is.Throttled, 0.1*is.Throttled+0.5)
	}
}
