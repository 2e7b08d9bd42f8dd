package station

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"unsafe"

	"headroom/sim"
)

// foreseenTwin plays a Foreseen beside the station that it stands for.
type foreseenTwin struct {
	t      *testing.T
	f      Foreseen
	s      Station
	demand []sim.Time // by job
	theirs []string   // what the station says
	ours   []string
}

func (w *foreseenTwin) note(p Passage) {
	w.ours = append(w.ours, fmt.Sprintf("%d %d leaves", p.At, p.Leaves))
	if p.Enters != NoJob {
		w.ours = append(w.ours, fmt.Sprintf("%d %d enters", p.At, p.Enters))
	}
}

// settle settles both and compares what each has said.
func (w *foreseenTwin) settle(at sim.Time) {
	w.settleStation(at)
	for p, ok := w.f.Pass(at); ok; p, ok = w.f.Pass(at) {
		w.note(p)
	}
	if len(w.demand)%2 == 0 {
		w.f.Sweep(at, func(at sim.Time, job uint32) { w.note(Passage{At: at, Leaves: job, Enters: NoJob}) })
	}
	before := sim.Time(0)
	for d, ok := w.f.Leave(at); ok; d, ok = w.f.Leave(at) {
		if w.note(Passage{At: d.At, Leaves: d.Job, Enters: NoJob}); d.At < before {
			w.t.Fatalf("job %d leaves at %v, told after one that left at %v", d.Job, d.At, before)
		}
		if next := w.f.Next(); d.Next != next {
			w.t.Fatalf("job %d leaves at %v, the next at %v, told %v", d.Job, d.At, next, d.Next)
		}
		before = d.At
	}
	if got, want := w.f.Next(), w.s.Next(); got != want {
		w.t.Fatalf("at %v the next departure is at %v, want %v", at, got, want)
	}
	slices.Sort(w.ours)
	slices.Sort(w.theirs)
	if !slices.Equal(w.ours, w.theirs) {
		w.t.Fatalf("at %v:\nforeseen %v\nstation  %v", at, w.ours, w.theirs)
	}
	if a, b := w.f.Busy(at), w.s.Busy(at); a != b {
		w.t.Fatalf("at %v busy %d, want %d", at, a, b)
	}
	if a, b := w.f.InService(at), w.s.InService(); a != b || w.f.Waiting() != w.s.Waiting() {
		w.t.Fatalf("at %v %d in service and %d in line, want %d and %d", at, a, w.f.Waiting(), b, w.s.Waiting())
	}
	if err := w.f.Verify(at); err != nil {
		w.t.Fatal(err)
	}
}

func (w *foreseenTwin) settleStation(at sim.Time) {
	for turn, ok := w.s.Settle(at); ok; turn, ok = w.s.Settle(at) {
		w.theirs = append(w.theirs, fmt.Sprintf("%d %d %s", turn.At, turn.Job, map[Kind]string{Departed: "leaves", Started: "enters"}[turn.Kind]))
	}
}

// offer brings a job to both and compares the verdicts.
func (w *foreseenTwin) offer(at, demand sim.Time) {
	w.settleStation(at)
	job := uint32(len(w.demand))
	w.demand = append(w.demand, demand)
	verdict, _ := w.s.Offer(at, job, demand)
	for p, ok := w.f.Pass(at); ok; p, ok = w.f.Pass(at) {
		w.note(p)
	}
	start, ok := w.f.Foresee(at)
	if ok != (verdict != Refused) || ok && (start > at) != (verdict == Waits) {
		w.t.Fatalf("job %d at %v: starts %v %v, the station says %v", job, at, start, ok, verdict)
	}
	if !ok {
		return
	}
	if left, leaves := w.f.Offer(job, at, start, start+demand); left != NoJob {
		w.note(Passage{At: leaves, Leaves: left, Enters: NoJob})
	}
}

// unfold compares what becomes of both when all is seen in full.
func (w *foreseenTwin) unfold(at sim.Time) {
	jobs := w.f.Jobs(at, nil)
	unfolded := w.f.Unfold(at, func(job uint32) uint32 { return job }, func(job, _ uint32) sim.Time { return w.demand[job] })
	want := w.s.Jobs(nil)
	slices.Sort(jobs)
	slices.Sort(want)
	if !slices.Equal(jobs, want) {
		w.t.Fatalf("jobs %v, want %v", jobs, want)
	}
	for {
		a, more := unfolded.Settle(sim.Horizon)
		b, other := w.s.Settle(sim.Horizon)
		if a != b || more != other {
			w.t.Fatalf("unfolded at %v: %v %v, want %v %v", at, a, more, b, other)
		}
		if !more {
			break
		}
	}
	if a, b := unfolded.Busy(sim.Horizon), w.s.Busy(sim.Horizon); a != b {
		w.t.Fatalf("busy %d, want %d", a, b)
	}
}

func playForeseen(t *testing.T, seed uint64) {
	draws := rand.New(rand.NewPCG(seed, 1))
	spec := Spec{Servers: 1 + draws.Int64N(9), Backlog: NoLimit}
	if draws.IntN(2) == 0 {
		spec.Backlog = draws.Int32N(5)
	}
	spec.Limit = int32(spec.Servers)
	w := &foreseenTwin{t: t, s: New(spec)}
	w.f.Reset(spec, 0)
	at := sim.Time(0)
	for range 300 {
		at += sim.Time(draws.Int64N(20))
		w.offer(at, sim.Time(draws.Int64N(20*spec.Servers)))
		if draws.IntN(8) == 0 {
			at += sim.Time(draws.Int64N(60))
			w.settle(at)
		}
	}
	w.settle(at)
	w.unfold(at)
}

func TestWhatIsForeseenIsWhatTheStationDoes(t *testing.T) {
	for seed := range uint64(500) {
		playForeseen(t, seed)
	}
}

// TestTwoServersAndTheirLineLieTogether: of a station of one or two, what is asked of every job
// is 24 bytes, and what else it touches follows in a cache line.
func TestTwoServersAndTheirLineLieTogether(t *testing.T) {
	var f Foreseen
	if at := unsafe.Offsetof(f.pair); at != 24 {
		t.Errorf("the servers begin at byte %d, want 24", at)
	}
	if at := unsafe.Offsetof(f.tree); at != 24+64 {
		t.Errorf("the servers of larger stations begin at byte %d, want %d", at, 24+64)
	}
}

func FuzzForeseen(f *testing.F) {
	f.Add(uint64(1))
	f.Fuzz(playForeseen)
}
