package station

import (
	"cmp"
	"slices"

	"headroom/sim"
)

// replace lets who leaves first be replaced: where jobs share, when that one leaves, else at an instant when
// others may have left as well, who are told of afterwards.
func (r *trial) replace(at, demand sim.Time) {
	s := &r.s
	if s.Waiting() > 0 || s.Next() >= sim.Horizon/2 {
		return
	}
	if s.Shares() {
		r.settle(max(r.now, s.Next()-1))
		at = s.Next()
	}
	if s.Next() > at {
		return
	}
	job, due, first := r.newJob(demand), s.Next(), s.First()
	if left := s.Replace(at, job, demand); left != first {
		r.t.Fatalf("job %d left, %d was the first", left, first)
	}
	turns := []Turn{{due, first, Departed}}
	for s.Next() <= at && s.First() != job {
		turns = append(turns, Turn{s.Next(), s.Leave(), Departed})
	}
	want := r.rounded.settle(at)
	if r.exact != nil {
		r.exact.settle(at)
	}
	byInstant := func(a, b Turn) int { return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Job, b.Job)) }
	slices.SortFunc(turns, byInstant)
	slices.SortFunc(want, byInstant)
	if !slices.Equal(turns, want) {
		r.t.Fatalf("replaced at %d: %v, the twin says %v", at, turns, want)
	}
	for _, turn := range turns {
		if err := r.judge.depart(turn.At, turn.Job); err != nil {
			r.t.Fatal(err)
		}
	}
	r.now = at
	if verdict := r.rounded.offer(at, job, demand); verdict != Starts {
		r.t.Fatalf("job %d, which has taken the place of another, the twin: %v", job, verdict)
	}
	if r.exact != nil {
		r.exact.offer(at, job, demand)
	}
	r.judge.start(at, job, demand)
	r.settle(at) // a demand of nothing departs at once
}

// reload takes all jobs out and puts them back, which changes nothing.
func (r *trial) reload() {
	if s := &r.s; s.Waiting() == 0 && !s.Shares() { // else the clock loses a part of a nanosecond
		list := s.Unload(r.now, nil)
		s.Load(r.now, s.Busy(r.now), list)
	}
}
