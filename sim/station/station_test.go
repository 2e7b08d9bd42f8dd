package station_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"headroom/sim"
	"headroom/sim/analytic"
	"headroom/sim/rng"
	"headroom/sim/stat"
	. "headroom/sim/station"
)

// path is what comes to a station: when, and with what demand.
type path struct{ arrivals, demands []sim.Time }

// poisson draws n jobs that arrive at a rate per second with demands of a law in
// seconds.
func poisson(replication, n int, rate float64, law rng.Distribution) path {
	gaps := rng.New(1, replication, "arrivals")
	demands := rng.New(1, replication, "demands")
	p := path{make([]sim.Time, n), make([]sim.Time, n)}
	now := 0.0
	for i := range n {
		now += gaps.Exponential() / rate
		p.arrivals[i], p.demands[i] = sim.Seconds(now), sim.Seconds(demands.Draw(law))
	}
	return p
}

// change is an instant from which on a station has a speed.
type change struct {
	at    sim.Time
	speed Speed
}

// stay is what became of a job.
type stay struct {
	refused                 bool
	demand                  sim.Time
	arrives, starts, leaves sim.Time
}

func (s stay) wait() float64     { return (s.starts - s.arrives).Seconds() }
func (s stay) response() float64 { return (s.leaves - s.arrives).Seconds() }

// serve brings a path to a station, which changes its speed as told, and returns
// what became of each job.
func serve(s *Station, p path, changes []change) []stay {
	stays := make([]stay, len(p.arrivals))
	settle := func(until sim.Time) {
		for turn, ok := s.Settle(until); ok; turn, ok = s.Settle(until) {
			switch turn.Kind {
			case Started:
				stays[turn.Job].starts = turn.At
			case Departed:
				stays[turn.Job].leaves = turn.At
			}
		}
	}
	turnTo := func(until sim.Time) {
		for len(changes) > 0 && changes[0].at <= until {
			settle(changes[0].at)
			s.SetSpeed(changes[0].at, changes[0].speed)
			changes = changes[1:]
		}
		settle(until)
	}
	for i, at := range p.arrivals {
		turnTo(at)
		stays[i] = stay{demand: p.demands[i], arrives: at, starts: at}
		verdict, _ := s.Offer(at, uint32(i), p.demands[i])
		stays[i].refused = verdict == Refused
	}
	turnTo(sim.Horizon)
	return stays
}

// experiment is one queue whose means are known.
type experiment struct {
	name    string
	spec    Spec
	rate    float64 // of arrivals, per second
	law     rng.Distribution
	changes func(replication int) []change
	measure func(stays []stay) float64
	theory  float64
}

const (
	replications = 30
	jobs         = 40_000
	warmUp       = 4_000 // of them, in the transient
)

// run fails the test unless theory lies in the band in which the mean of
// independent replications lies with probability 1 − 10⁻⁴, by Student's law.
func (e experiment) run(t *testing.T) {
	t.Helper()
	t.Run(e.name, func(t *testing.T) {
		var values []float64
		for replication := range replications {
			s := New(e.spec)
			var changes []change
			if e.changes != nil {
				changes = e.changes(replication)
			}
			stays := serve(&s, poisson(replication, jobs, e.rate, e.law), changes)
			values = append(values, e.measure(stays[warmUp:]))
		}
		got := stat.Interval(values, 1-1e-4)
		if !(math.Abs(got.Value-e.theory) <= got.HalfWidth) {
			t.Errorf("seed 1: %.5f ± %.5f (1 − 10⁻⁴, %d replications of %d jobs), theory says %.5f",
				got.Value, got.HalfWidth, replications, jobs-warmUp, e.theory)
		}
		if got.HalfWidth > 0.1*math.Abs(e.theory) {
			t.Errorf("the band ± %.5f around %.5f is too wide to prove anything", got.HalfWidth, got.Value)
		}
	})
}

// meanOf returns a measure: the mean of a number over the jobs accepted that are
// chosen.
func meanOf(number func(stay) float64) func([]stay) float64 {
	return func(stays []stay) float64 {
		sum, n := 0.0, 0
		for _, s := range stays {
			if !s.refused {
				sum += number(s)
				n++
			}
		}
		return sum / float64(n)
	}
}

func refusedShare(stays []stay) float64 {
	n := 0
	for _, s := range stays {
		if s.refused {
			n++
		}
	}
	return float64(n) / float64(len(stays))
}

func waitedShare(stays []stay) float64 {
	return meanOf(func(s stay) float64 {
		if s.starts > s.arrives {
			return 1
		}
		return 0
	})(stays)
}

// must unwraps constructors whose parameters are right.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func fcfs(servers, backlog int32) Spec {
	return Spec{Servers: int64(servers), Limit: servers, Backlog: backlog}
}

func sharing(servers int64) Spec { return Spec{Servers: servers, Limit: NoLimit} }

func TestMMcWaitsByErlangC(t *testing.T) {
	exponential := must(rng.Exponential(1))
	for _, c := range []struct {
		servers int32
		load    float64
	}{{1, 0.6}, {3, 0.7}, {20, 0.85}} {
		rate := c.load * float64(c.servers)
		theory := must(analytic.NewMMc(rate, 1, int(c.servers)))
		name := fmt.Sprintf("c=%d ", c.servers)
		e := experiment{spec: fcfs(c.servers, NoLimit), rate: rate, law: exponential}
		e.name, e.measure, e.theory = name+"mean wait", meanOf(stay.wait), theory.MeanWait()
		e.run(t)
		e.name, e.measure, e.theory = name+"who waits", waitedShare, theory.WaitProbability()
		e.run(t)
		e.name, e.theory = name+"responses above the p90", 0.1
		p90 := theory.ResponseQuantile(0.9)
		e.measure = meanOf(func(s stay) float64 {
			if s.response() > p90 {
				return 1
			}
			return 0
		})
		e.run(t)
	}
}

// With exponential demands the number present is that of M/M/c/K whether the
// servers are shared or not.
func TestMMcKRefusesTheErlangShare(t *testing.T) {
	exponential := must(rng.Exponential(1))
	theory := must(analytic.NewMMcK(3.6, 1, 4, 10))
	e := experiment{spec: fcfs(4, 6), rate: 3.6, law: exponential}
	e.name, e.measure, e.theory = "refused", refusedShare, theory.Blocking()
	e.run(t)
	e.name, e.measure, e.theory = "mean wait", meanOf(stay.wait), theory.MeanWait()
	e.run(t)
	e.spec = Spec{Servers: 4, Limit: 10}
	e.name, e.measure, e.theory = "refused by sharing", refusedShare, theory.Blocking()
	e.run(t)
	e.spec = Spec{Servers: 4, Limit: 7, Backlog: 3}
	e.name, e.measure, e.theory = "response where some share and some wait", meanOf(stay.response), theory.MeanResponse()
	e.run(t)
}

func TestErlangBIsInsensitive(t *testing.T) {
	theory := must(analytic.ErlangB(10, 8))
	for name, law := range map[string]rng.Distribution{
		"constant": must(rng.Fixed(1)), "lognormal": must(rng.Lognormal(1, 2)),
	} {
		experiment{name: name, spec: fcfs(10, 0), rate: 8, law: law, measure: refusedShare, theory: theory}.run(t)
	}
}

func TestProcessorSharingIsInsensitive(t *testing.T) {
	for name, law := range map[string]rng.Distribution{
		"constant":         must(rng.Fixed(1)),
		"exponential":      must(rng.Exponential(1)),
		"lognormal":        must(rng.Lognormal(1, 1.5)),
		"hyperexponential": must(rng.HyperexponentialBalanced(1, 2)),
	} {
		theory := must(analytic.NewMG1(0.7, 1, 0))
		experiment{name: name, spec: sharing(1), rate: 0.7, law: law,
			measure: meanOf(stay.response), theory: theory.MeanResponsePS()}.run(t)
	}
}

// A job of demand x stays for x/(1−ρ) on average, whatever the others ask for.
func TestProcessorSharingIsFairToEverySize(t *testing.T) {
	const small, large = 0.25, 4
	law := must(rng.Empirical([]float64{small, large}, []float64{0.8, 0.2})) // mean 1
	theory := must(analytic.NewMG1(0.6, law.Mean(), law.Variance()))
	for _, size := range []float64{small, large} {
		experiment{
			name: fmt.Sprintf("demand %v", size), spec: sharing(1), rate: 0.6, law: law,
			measure: func(stays []stay) float64 {
				sum, n := 0.0, 0
				for _, s := range stays {
					if s.demand == sim.Seconds(size) {
						sum += s.response()
						n++
					}
				}
				return sum / float64(n)
			},
			theory: theory.ResponsePS(size),
		}.run(t)
	}
}

// M/M/c under sharing has the mean response of M/M/c first come, first served.
func TestSharedServersRespondLikeMMc(t *testing.T) {
	theory := must(analytic.NewMMc(3.2, 1, 4))
	experiment{name: "c=4", spec: sharing(4), rate: 3.2, law: must(rng.Exponential(1)),
		measure: meanOf(stay.response), theory: theory.MeanResponse()}.run(t)
}

func TestMD1WaitsByPollaczekAndFranx(t *testing.T) {
	theory := must(analytic.NewMD1(0.7, 1))
	e := experiment{spec: fcfs(1, NoLimit), rate: 0.7, law: must(rng.Fixed(1))}
	e.name, e.measure, e.theory = "mean wait", meanOf(stay.wait), theory.MeanWait()
	e.run(t)
	for _, at := range []float64{0.5, 2, 4.25} {
		e.name, e.theory = fmt.Sprintf("wait above %v", at), theory.WaitTail(at)
		e.measure = meanOf(func(s stay) float64 {
			if s.wait() > at {
				return 1
			}
			return 0
		})
		e.run(t)
	}
}

func TestEveryWaitIsThatOfKieferAndWolfowitz(t *testing.T) {
	law := must(rng.Lognormal(1, 1.5))
	for _, servers := range []int{1, 2, 7, 64} {
		p := poisson(0, 100_000, 0.95*float64(servers), law)
		want := must(analytic.KieferWolfowitz(p.arrivals, p.demands, servers))
		s := New(fcfs(int32(servers), NoLimit))
		for i, got := range serve(&s, p, nil) {
			if got.starts-got.arrives != want[i] || got.leaves-got.starts != p.demands[i] {
				t.Fatalf("c = %d, seed 1: job %d of demand %d waits %d and is served for %d, by the recursion it waits %d",
					servers, i, p.demands[i], got.starts-got.arrives, got.leaves-got.starts, want[i])
			}
		}
	}
}

// At half the speed every job is as long as twice its demand, at double speed
// half as long: to the nanosecond, and the work done is the sum of demands.
func TestConstantSpeedScalesDemands(t *testing.T) {
	p := poisson(0, 50_000, 1.7, must(rng.Exponential(1)))
	for i := range p.demands {
		p.demands[i] &^= 1
	}
	for _, c := range []struct {
		speed    Speed
		num, den sim.Time
	}{{500_000, 2, 1}, {2_000_000, 1, 2}} {
		scaled := slices.Clone(p.demands)
		for i := range scaled {
			scaled[i] = scaled[i] * c.num / c.den
		}
		want := must(analytic.KieferWolfowitz(p.arrivals, scaled, 2))
		s := New(fcfs(2, NoLimit))
		work, end := uint64(0), sim.Time(0)
		for i, got := range serve(&s, p, []change{{0, c.speed}}) {
			if got.starts-got.arrives != want[i] || got.leaves-got.starts != scaled[i] {
				t.Fatalf("speed %d, seed 1: job %d waits %d and is served for %d, want %d and %d",
					c.speed, i, got.starts-got.arrives, got.leaves-got.starts, want[i], scaled[i])
			}
			work += uint64(p.demands[i])
			end = max(end, got.leaves)
		}
		// Two changes a job, each of which may lose one server-nanosecond.
		if lost := work - s.Busy(end); lost > 2*uint64(len(p.demands)) {
			t.Errorf("speed %d: work done %d, demands %d", c.speed, s.Busy(end), work)
		}
	}
}

// A lone job is done when the integral of the speed is its demand.
func TestAlternatingSpeedIntegrates(t *testing.T) {
	const fast, slow = 3 * sim.Second, 2 * sim.Second // at full speed, then at a quarter
	const cycle, work = fast + slow, fast + slow/4
	var changes []change
	for at := sim.Time(0); at < 1000*cycle; at += cycle {
		changes = append(changes, change{at, FullSpeed}, change{at + fast, FullSpeed / 4})
	}
	for _, demand := range []sim.Time{0, 1, fast, fast + 1, work, 10*work + fast - 1, 10*work + fast + 7, 777*work + 4} {
		want, rest := demand/work*cycle, demand%work
		switch {
		case rest == 0 && demand > 0:
		case rest <= fast:
			want += rest
		default:
			want += fast + 4*(rest-fast)
		}
		for _, servers := range []int64{1, 8} {
			s := New(sharing(servers))
			stays := serve(&s, path{[]sim.Time{0}, []sim.Time{demand}}, slices.Clone(changes))
			if got := stays[0].leaves; got != want {
				t.Errorf("demand %d on %d servers is done at %d, want %d", demand, servers, got, want)
			}
		}
	}
}

// A server that breaks down at rate f and is repaired at rate r, whatever it does,
// has a mean number in system of
//
//	(λ(1 + f/r) + fλ²/r²) / (μ − λ(1 + f/r)) + fλ / (r(r + f))
//
// for Poisson arrivals and exponential demands, from the two generating functions
// of up and down (White and Christie, "Queuing with Preemptive Priorities or with
// Breakdown", Operations Research 6, 1958); by Little's law λ times the mean
// response. A job in service goes on where it stopped.
func TestBreakdownsDelayByWhiteAndChristie(t *testing.T) {
	const rate, fails, repairs = 0.5, 0.2, 0.8
	const load = rate * (1 + fails/repairs)
	number := (load+fails*rate*rate/(repairs*repairs))/(1-load) + fails*rate/(repairs*(repairs+fails))
	breakdowns := func(replication int) (changes []change) {
		lives := rng.New(1, replication, "breakdowns")
		for now := 0.0; now < 2*jobs/rate; {
			now += lives.Exponential() / fails
			changes = append(changes, change{sim.Seconds(now), 0})
			now += lives.Exponential() / repairs
			changes = append(changes, change{sim.Seconds(now), FullSpeed})
		}
		return changes
	}
	for name, spec := range map[string]Spec{"first come, first served": fcfs(1, NoLimit), "shared": sharing(1)} {
		experiment{name: name, spec: spec, rate: rate, law: must(rng.Exponential(1)), changes: breakdowns,
			measure: meanOf(stay.response), theory: number / rate}.run(t)
	}
}

// Jobs that are given other numbers leave when they would have, under those.
func TestRenamedJobsLeaveAsTheyWouldHave(t *testing.T) {
	a, b := New(Spec{Servers: 3, Limit: NoLimit}), New(Spec{Servers: 3, Limit: NoLimit})
	for job := range uint32(50) {
		demand := sim.Time(1000 + job*7919%613)
		a.Offer(0, job, demand)
		b.Offer(0, job, demand)
	}
	name := func(job uint32) uint32 { return (job * 37) % 50 }
	if !a.Rename(name) {
		t.Fatal("somebody waits, where all are in service")
	}
	for range 50 {
		x, ok := a.Settle(sim.Horizon)
		y, _ := b.Settle(sim.Horizon)
		if !ok || x.At != y.At {
			t.Fatalf("job %d leaves at %v, want %v", x.Job, x.At, y.At)
		}
		if x.Job != name(y.Job) {
			t.Fatalf("job %d leaves, want %d", x.Job, name(y.Job))
		}
	}
}
