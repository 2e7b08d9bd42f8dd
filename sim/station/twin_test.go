package station

import (
	"fmt"
	"math/big"
	"slices"

	"headroom/sim"
)

// twin is a station as one would write it first: plain slices, and fractions for
// the service that each job has attained, brought up to date at every change.
// A grain rounds them down to the readings of the station's clock; without one
// everything is exact.
type twin struct {
	spec    Spec
	speed   Speed
	ceiling Speed
	now     sim.Time // of the last change
	grain   bool
	serving []*twinJob
	line    []*twinJob
	busy    *big.Rat
}

type twinJob struct {
	job    uint32
	demand sim.Time
	got    *big.Rat // service attained, in nanoseconds
}

func newTwin(spec Spec, grain bool) *twin {
	return &twin{spec: spec, speed: FullSpeed, ceiling: NoCeiling, grain: grain, busy: new(big.Rat)}
}

// rate is the service that each job in service attains in a nanosecond.
func (w *twin) rate() *big.Rat {
	n := int64(len(w.serving))
	if n == 0 {
		return new(big.Rat)
	}
	return shares(n, w.spec.Servers, w.speed, w.ceiling)
}

// shares is what each of n jobs attains in a nanosecond.
func shares(n, servers int64, speed, ceiling Speed) *big.Rat {
	all := min(n, servers) * int64(speed)
	if ceiling != NoCeiling {
		all = min(all, int64(ceiling))
	}
	return big.NewRat(all, n*int64(FullSpeed))
}

func times(r *big.Rat, n sim.Time) *big.Rat {
	return new(big.Rat).Mul(r, new(big.Rat).SetInt64(int64(n)))
}

// floor is the largest integer that is not above r, which is not negative.
func floor(r *big.Rat) *big.Int { return new(big.Int).Div(r.Num(), r.Denom()) }

// ceiling is the smallest integer that is not below r.
func ceiling(r *big.Rat) *big.Int {
	return new(big.Int).Neg(new(big.Int).Div(new(big.Int).Neg(r.Num()), r.Denom()))
}

// advance gives every job the service of the time since the last change.
func (w *twin) advance(at sim.Time) {
	service := times(w.rate(), at-w.now)
	work := times(service, sim.Time(len(w.serving)))
	if w.grain {
		grains := floor(new(big.Rat).Mul(service, big.NewRat(256, 1)))
		service = new(big.Rat).SetFrac(grains, big.NewInt(256))
		work.SetInt(floor(work))
	}
	for _, j := range w.serving {
		j.got.Add(j.got, service)
	}
	w.busy.Add(w.busy, work)
	w.now = at
}

// busyAt is the work done up to an instant without changes since the last.
func (w *twin) busyAt(at sim.Time) *big.Rat {
	work := times(times(w.rate(), at-w.now), sim.Time(len(w.serving)))
	if w.grain {
		work.SetInt(floor(work))
	}
	return work.Add(work, w.busy)
}

func (j *twinJob) left() *big.Rat {
	return new(big.Rat).Sub(new(big.Rat).SetInt64(int64(j.demand)), j.got)
}

// first returns who departs next and when, the first of those who began of several, or nil.
func (w *twin) first() (*twinJob, sim.Time) {
	var first *twinJob
	for _, j := range w.serving {
		if first == nil {
			first = j
			continue
		}
		if j.left().Cmp(first.left()) < 0 {
			first = j
		}
	}
	if first == nil {
		return nil, sim.Never
	}
	left, rate := first.left(), w.rate()
	if left.Sign() <= 0 {
		return first, w.now
	}
	if rate.Sign() == 0 {
		return first, sim.Never
	}
	wait := ceiling(new(big.Rat).Quo(left, rate))
	if !wait.IsInt64() || wait.Int64() > int64(sim.Horizon-w.now) {
		return first, sim.Never
	}
	return first, w.now + sim.Time(wait.Int64())
}

func (w *twin) settle(until sim.Time) (turns []Turn) {
	for {
		first, due := w.first()
		switch {
		case len(w.line) > 0 && len(w.serving) < int(w.spec.Limit) && due != w.now:
			turns = append(turns, Turn{w.now, w.line[0].job, Started})
			w.serving = append(w.serving, w.line[0])
			w.line = w.line[1:]
		case due <= until:
			w.advance(due)
			w.serving = slices.DeleteFunc(w.serving, func(j *twinJob) bool { return j == first })
			turns = append(turns, Turn{due, first.job, Departed})
		default:
			return turns
		}
	}
}

func (w *twin) offer(at sim.Time, job uint32, demand sim.Time) Verdict {
	j := &twinJob{job, demand, new(big.Rat)}
	switch {
	case len(w.serving) < int(w.spec.Limit):
		w.advance(at)
		w.serving = append(w.serving, j)
		return Starts
	case len(w.line) < int(w.spec.Backlog):
		w.line = append(w.line, j)
		return Waits
	}
	return Refused
}

func (w *twin) abandon(at sim.Time, job uint32) {
	w.advance(at)
	w.serving = slices.DeleteFunc(w.serving, func(j *twinJob) bool { return j.job == job })
}

func (w *twin) leaveLine(job uint32) {
	w.line = slices.DeleteFunc(w.line, func(j *twinJob) bool { return j.job == job })
}

func (w *twin) setSpeed(at sim.Time, speed Speed) {
	w.advance(at)
	w.speed = speed
}

func (w *twin) setCeiling(at sim.Time, most Speed) {
	w.advance(at)
	w.ceiling = most
}

func (w *twin) evict(at sim.Time) (jobs []uint32) {
	w.advance(at)
	for len(w.serving) > 0 {
		first, _ := w.first()
		jobs = append(jobs, first.job)
		w.serving = slices.DeleteFunc(w.serving, func(j *twinJob) bool { return j == first })
	}
	for _, j := range w.line {
		jobs = append(jobs, j.job)
	}
	w.line = nil
	return jobs
}

// judge follows a station's turns and says whether they may be, by the exact
// service that each job attained under them. It knows nothing of the station's
// clock but what it promises: at each change it loses less than 2⁻⁸ ns.
type judge struct {
	speed   Speed
	ceiling Speed
	servers int64
	now     sim.Time
	serving map[uint32]*judged
	busy    *big.Rat
	changes int64 // at which Busy may lose
}

type judged struct {
	demand       sim.Time
	got, before  *big.Rat // attained now, and a nanosecond before the instant of now
	lost, missed int64    // changes lived through until now, and until the time before
}

func newJudge(spec Spec) *judge {
	return &judge{speed: FullSpeed, ceiling: NoCeiling, servers: spec.Servers, serving: map[uint32]*judged{}, busy: new(big.Rat)}
}

func (g *judge) rate() *big.Rat {
	n := int64(len(g.serving))
	if n == 0 {
		return new(big.Rat)
	}
	return shares(n, g.servers, g.speed, g.ceiling)
}

func (g *judge) unhindered() bool { return g.speed == FullSpeed && g.ceiling == NoCeiling }

func (g *judge) advance(at sim.Time) {
	if at == g.now {
		return
	}
	rate := g.rate()
	exact := rate.Cmp(big.NewRat(1, 1)) == 0 && g.unhindered()
	for _, j := range g.serving {
		j.before = new(big.Rat).Add(j.got, times(rate, at-g.now-1))
		j.got.Add(j.got, times(rate, at-g.now))
		j.missed = j.lost
		if !exact {
			j.lost++
		}
	}
	g.busy.Add(g.busy, times(times(rate, at-g.now), sim.Time(len(g.serving))))
	if !g.unhindered() && len(g.serving) > 0 {
		g.changes++
	}
	g.now = at
}

func (g *judge) start(at sim.Time, job uint32, demand sim.Time) {
	g.advance(at)
	g.serving[job] = &judged{demand: demand, got: new(big.Rat)}
}

func (g *judge) leave(at sim.Time, job uint32) {
	g.advance(at)
	delete(g.serving, job)
}

// late reports whether a service is what the demand and the losses allow a job to
// have attained without departing.
func (j *judged) late(got *big.Rat, losses int64) bool {
	most := new(big.Rat).SetInt64(int64(j.demand))
	most.Add(most, big.NewRat(losses, 256))
	return got.Cmp(most) >= 0
}

// depart takes out a job that departs, if it may.
func (g *judge) depart(at sim.Time, job uint32) error {
	g.advance(at)
	j := g.serving[job]
	if j == nil {
		return fmt.Errorf("job %d departs at %d but is not in service", job, at)
	}
	delete(g.serving, job)
	if j.left().Sign() > 0 {
		return fmt.Errorf("job %d departs at %d with %v ns left", job, at, j.left().FloatString(4))
	}
	if j.before != nil && j.late(j.before, j.missed) {
		return fmt.Errorf("job %d departs at %d, after %v of %d ns and %d changes it was done a nanosecond before",
			job, at, j.before.FloatString(4), j.demand, j.missed)
	}
	return nil
}

func (j *judged) left() *big.Rat {
	return new(big.Rat).Sub(new(big.Rat).SetInt64(int64(j.demand)), j.got)
}

// look says whether all in service at an instant may still be there, and whether
// the work done is what a station says.
func (g *judge) look(at sim.Time, busy uint64) error {
	service := times(g.rate(), at-g.now)
	for job, j := range g.serving {
		if got := new(big.Rat).Add(j.got, service); j.late(got, j.lost) {
			return fmt.Errorf("job %d is in service at %d with %v of %d ns after %d changes",
				job, at, got.FloatString(4), j.demand, j.lost)
		}
	}
	work := times(service, sim.Time(len(g.serving)))
	lost := work.Add(work, g.busy).Sub(work, new(big.Rat).SetInt(new(big.Int).SetUint64(busy)))
	looks := int64(0)
	if !g.unhindered() {
		looks = 1
	}
	if lost.Sign() < 0 || lost.Cmp(big.NewRat(g.changes+looks, 1)) > 0 {
		return fmt.Errorf("at %d the work done is %d, which is %v less than it was", at, busy, lost.FloatString(4))
	}
	return nil
}
