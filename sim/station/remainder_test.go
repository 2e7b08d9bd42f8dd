package station

import (
	"cmp"
	"slices"
	"testing"

	"headroom/sim"
)

// foresee lets a foreseen station do what a station would until an instant, if nobody shares a
// server there, and gives the station what is left of each job then.
func (r *trial) foresee(until sim.Time) {
	s := &r.s
	if s.Waiting() > 0 || int64(s.InService()) > s.Servers() || s.Speed() != FullSpeed || s.Ceiling() != NoCeiling {
		return
	}
	f, longer := Foreseen{}, map[uint32]uint64{}
	list := s.Unload(r.now, nil)
	for _, left := range list {
		_, longer[left.Job] = left.Rounded()
	}
	f.Reset(Spec{Servers: s.Servers()}, 0)
	f.Load(r.now, s.Busy(r.now), list)
	var turns []Turn
	for d, ok := f.Leave(until); ok; d, ok = f.Leave(until) {
		turns = append(turns, Turn{d.At, d.Job, Departed})
		if err := r.judge.depart(d.At, d.Job); err != nil {
			r.t.Fatal(err)
		}
	}
	byInstant := func(a, b Turn) int { return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Job, b.Job)) }
	want := r.rounded.settle(until)
	slices.SortFunc(turns, byInstant)
	slices.SortFunc(want, byInstant)
	if !slices.Equal(turns, want) {
		r.t.Fatalf("foreseen until %d: %v, the twin says %v", until, turns, want)
	}
	if r.exact != nil {
		r.exact.settle(until)
	}
	busy := f.Busy(until)
	list = f.Unload(until, nil)
	for i := range list {
		list[i].Left -= longer[list[i].Job]
	}
	s.Load(until, busy, list)
	r.now = until
	f.Load(until, busy, list) // it is as good as new
	if again := f.Unload(until, nil); len(again) != len(list) || f.Verify(until) != nil {
		r.t.Fatalf("%d jobs unloaded, of %d: %v", len(again), len(list), f.Verify(until))
	}
}

// What is left of a job is kept to the last part of a nanosecond: a station whose jobs are
// foreseen while nobody shares a server tells the same as one that is left alone.
func TestWhatIsForeseenForAWhileIsAsItWasLeft(t *testing.T) {
	state := uint64(11)
	below := func(n int) sim.Time {
		state = state*6364136223846793005 + 1442695040888963407
		return sim.Time(int(state>>33) % n)
	}
	s, left := New(Spec{Servers: 2, Limit: NoLimit}), New(Spec{Servers: 2, Limit: NoLimit})
	f := Foreseen{}
	f.Reset(Spec{Servers: 2}, 0)
	now, parts := sim.Time(0), 0
	for job := range uint32(20_000) {
		now += below(40)
		for turn, ok := s.Settle(now); ok; turn, ok = s.Settle(now) {
			if want, _ := left.Settle(now); turn != want {
				t.Fatalf("%+v, want %+v", turn, want)
			}
		}
		if s.InService() <= 2 {
			list := s.Unload(now, nil)
			longer := map[uint32]uint64{}
			for _, r := range list {
				if _, longer[r.Job] = r.Rounded(); longer[r.Job] > 0 {
					parts++
				}
			}
			f.Load(now, s.Busy(now), list)
			busy := f.Busy(now)
			list = f.Unload(now, nil)
			for i := range list {
				list[i].Left -= longer[list[i].Job]
			}
			s.Load(now, busy, list)
		}
		demand := below(60)
		s.Offer(now, job, demand)
		left.Offer(now, job, demand)
		if s.Next() != left.Next() || s.Busy(now) != left.Busy(now) {
			t.Fatalf("job %d at %v: next at %v after %d, want %v after %d", job, now, s.Next(), s.Busy(now), left.Next(), left.Busy(now))
		}
	}
	if parts < 100 {
		t.Errorf("a part of a nanosecond was left only %d times", parts)
	}
}
