package station

import (
	"math/big"
	"slices"
	"testing"

	"headroom/sim"
)

// FuzzStationAgreesWithTwin reads a script of three bytes a step, plays it to a
// station and to twins, and compares everything that can be seen after each step:
// with a twin that rounds like the clock, to the last bit; with the judge, who
// does not round, within what the station promises; and with the exact twin, to
// the nanosecond, as long as each job has a server of its own at full speed.
func FuzzStationAgreesWithTwin(f *testing.F) {
	f.Add([]byte("first come, first served, or a share for everybody at once"))
	f.Add([]byte{0, 0, 255, 1, 9, 3, 1, 9, 3, 0, 200, 9, 6, 3, 0, 0, 200, 9, 4, 1, 0, 0, 255, 20})
	for seed := range uint64(48) {
		script := make([]byte, 600)
		state := seed*0x9e3779b97f4a7c15 + 1
		for i := range script {
			state = state*6364136223846793005 + 1442695040888963407
			script[i] = byte(state >> 56)
		}
		f.Add(script)
	}
	f.Fuzz(func(t *testing.T, script []byte) {
		if len(script) >= 3 {
			newTrial(t, script[0], script[1], script[2]).play(script[3:min(len(script), 900)])
		}
	})
}

// speeds that a script chooses from: in millionths.
var speeds = []Speed{0, 1, 7, 333_333, 500_000, 999_999, FullSpeed, FullSpeed, 1_000_001, 2_500_000, 4_294_967_295}

// ceilings that a script chooses from: in millionths.
var ceilings = []Speed{NoCeiling, 0, 1, 100_000, 400_000, 900_000, FullSpeed, 1_360_000, 3_200_000, NoCeiling}

// trial is a station beside its twins.
type trial struct {
	t       *testing.T
	s       Station
	rounded *twin
	judge   *judge
	exact   *twin // nil where sharing or another speed rounds
	now     sim.Time
	demands map[uint32]sim.Time // of each job
	tickets map[uint32]uint32
}

func newTrial(t *testing.T, servers, limit, backlog byte) *trial {
	spec := Spec{Servers: int64(servers%8) + 1, Limit: int32(limit%16) + 1, Backlog: int32(backlog % 8)}
	switch limit % 4 {
	case 0:
		spec.Limit = NoLimit
	case 1:
		spec.Limit = int32(spec.Servers)
	}
	if backlog%4 == 3 {
		spec.Backlog = NoLimit
	}
	r := &trial{t: t, s: New(spec), rounded: newTwin(spec, true), judge: newJudge(spec), tickets: map[uint32]uint32{}, demands: map[uint32]sim.Time{}}
	if int64(spec.Limit) <= spec.Servers {
		r.exact = newTwin(spec, false)
	}
	return r
}

func (r *trial) play(script []byte) {
	for ; len(script) >= 3 && r.now < sim.Horizon/2; script = script[3:] {
		a, b := script[1], script[2]
		switch script[0] % 16 {
		case 0, 1, 2, 3:
			r.settle(r.now + sim.Time(a)<<(b%22))
		case 4: // for long
			r.settle(r.now + sim.Time(a)<<(b%48))
		case 5, 6: // at a departure, or just before
			if due := r.s.Next(); due < sim.Horizon/2 {
				r.settle(max(r.now, due-sim.Time(a%2)))
			}
		case 7, 8, 9, 10, 11:
			r.offer(sim.Time(a) << (b % 24))
		case 12:
			r.abandon(int(a))
		case 13:
			r.leaveLine(int(a))
		case 14:
			if b%2 == 0 {
				r.setSpeed(speeds[int(a)%len(speeds)])
			} else {
				r.setCeiling(ceilings[int(a)%len(ceilings)])
			}
		default:
			switch {
			case a < 32:
				r.evict()
			case a < 64:
				r.reload()
			case a >= 128:
				r.replace(r.now+sim.Time(a)<<(b%24), sim.Time(a)<<(b%23))
			}
		}
		r.compare()
	}
	r.setSpeed(FullSpeed)
	r.setCeiling(NoCeiling)
	r.settle(r.now + sim.Horizon/4)
	r.compare()
	if r.s.InService()+r.s.Waiting() > 0 {
		r.t.Fatalf("%d in service and %d waiting at the end", r.s.InService(), r.s.Waiting())
	}
}

func (r *trial) settle(until sim.Time) {
	var turns []Turn
	for turn, ok := r.s.Settle(until); ok; turn, ok = r.s.Settle(until) {
		turns = append(turns, turn)
		switch turn.Kind {
		case Departed:
			if err := r.judge.depart(turn.At, turn.Job); err != nil {
				r.t.Fatal(err)
			}
		case Started:
			delete(r.tickets, turn.Job)
			r.judge.start(turn.At, turn.Job, r.demands[turn.Job])
		}
	}
	if want := r.rounded.settle(until); !slices.Equal(turns, want) {
		r.t.Fatalf("settled until %d: %v, the twin says %v", until, turns, want)
	}
	if r.exact != nil {
		if want := r.exact.settle(until); !slices.Equal(turns, want) {
			r.t.Fatalf("settled until %d: %v, exactly %v", until, turns, want)
		}
	}
	r.now = until
}

func (r *trial) demand(job uint32) sim.Time { return r.demands[job] }

func (r *trial) newJob(demand sim.Time) (job uint32) {
	job = uint32(len(r.demands)) * scramble
	r.demands[job] = demand
	return job
}

func (r *trial) offer(demand sim.Time) {
	job := r.newJob(demand)
	verdict, ticket := r.s.Offer(r.now, job, demand)
	if want := r.rounded.offer(r.now, job, demand); verdict != want {
		r.t.Fatalf("job %d at %d: verdict %v, the twin's %v", job, r.now, verdict, want)
	}
	if r.exact != nil {
		r.exact.offer(r.now, job, demand)
	}
	switch verdict {
	case Starts:
		r.judge.start(r.now, job, demand)
	case Waits:
		r.tickets[job] = ticket
	}
	r.settle(r.now) // a demand of nothing departs at once
}

func (r *trial) abandon(choice int) {
	if n := len(r.rounded.serving); n > 0 {
		job := r.rounded.serving[choice%n].job
		r.s.Abandon(r.now, job)
		r.rounded.abandon(r.now, job)
		r.judge.leave(r.now, job)
		if r.exact != nil {
			r.exact.abandon(r.now, job)
		}
		r.settle(r.now)
	}
}

func (r *trial) leaveLine(choice int) {
	if n := len(r.rounded.line); n > 0 {
		job := r.rounded.line[choice%n].job
		r.s.LeaveLine(r.tickets[job])
		delete(r.tickets, job)
		r.rounded.leaveLine(job)
		if r.exact != nil {
			r.exact.leaveLine(job)
		}
	}
}

func (r *trial) setSpeed(speed Speed) {
	if speed != FullSpeed {
		r.exact = nil
	}
	r.s.SetSpeed(r.now, speed)
	r.rounded.setSpeed(r.now, speed)
	r.judge.advance(r.now)
	r.judge.speed = speed
	if got := r.s.Speed(); got != speed {
		r.t.Fatalf("speed %d after it was set to %d", got, speed)
	}
}

func (r *trial) setCeiling(most Speed) {
	if most != NoCeiling {
		r.exact = nil
	}
	r.s.SetCeiling(r.now, most)
	r.rounded.setCeiling(r.now, most)
	r.judge.advance(r.now)
	r.judge.ceiling = most
	if got := r.s.Ceiling(); got != most {
		r.t.Fatalf("ceiling %d after it was set to %d", got, most)
	}
}

func (r *trial) evict() {
	jobs := r.s.Evict(r.now, nil)
	if want := r.rounded.evict(r.now); !slices.Equal(jobs, want) {
		r.t.Fatalf("evicted %v, the twin %v", jobs, want)
	}
	if r.exact != nil {
		r.exact.evict(r.now)
	}
	r.judge.advance(r.now)
	clear(r.judge.serving)
	clear(r.tickets)
}

func (r *trial) compare() {
	t, s, w := r.t, &r.s, r.rounded
	if s.InService() != len(w.serving) || s.Waiting() != len(w.line) {
		t.Fatalf("%d in service and %d waiting at %d, the twin has %d and %d",
			s.InService(), s.Waiting(), r.now, len(w.serving), len(w.line))
	}
	if full := len(w.serving) >= int(w.spec.Limit); s.Full() != full {
		t.Fatalf("full %v at %d; the twin %v", s.Full(), r.now, full)
	}
	if _, due := w.first(); s.Next() != due {
		t.Fatalf("next departure at %d, the twin's at %d", s.Next(), due)
	}
	if got, want := new(big.Int).SetUint64(s.Busy(r.now)), w.busyAt(r.now); new(big.Rat).SetInt(got).Cmp(want) != 0 {
		t.Fatalf("work done until %d is %v, by the twin %v", r.now, got, want)
	}
	rate := new(big.Rat).Mul(w.rate(), big.NewRat(int64(len(w.serving))*int64(FullSpeed), 1))
	if got := new(big.Rat).SetInt(new(big.Int).SetUint64(s.Rate())); got.Cmp(rate) != 0 || s.Changed() > r.now {
		t.Fatalf("does %v at %d, since %d; the twin %v", got, r.now, s.Changed(), rate)
	}
	var jobs []uint32
	backed := sim.Time(0)
	for _, j := range w.serving {
		jobs = append(jobs, j.job)
	}
	slices.Sort(jobs)
	for _, j := range w.line {
		jobs = append(jobs, j.job)
		backed += j.demand
	}
	got := s.Jobs(nil)
	slices.Sort(got[:s.InService()])
	if !slices.Equal(got, jobs) || s.waiting.Demand() != backed {
		t.Fatalf("jobs %v with %v backed at %d, the twin has %v with %v", got, s.waiting.Demand(), r.now, jobs, backed)
	}
	if err := s.Verify(r.demand); err != nil {
		t.Fatal(err)
	}
	if err := r.judge.look(r.now, s.Busy(r.now)); err != nil {
		t.Fatal(err)
	}
}
