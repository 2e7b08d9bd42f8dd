package sweep

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"
)

// Rounds are replications that are computed elsewhere, by [Plan.Answer] of an equal plan,
// for somebody who decides by what became of some which come next. It hands them out as a
// [Dispatch] does, but what follows a round is known only when all of it has come: until
// then, or until [Rounds.End], Next waits.
type Rounds struct {
	mu      sync.Mutex
	moved   *sync.Cond
	round   *round
	again   [][]byte // of tasks that were lost
	out     map[string][]stretch
	layouts map[string]*Layout // by their text, of answers that were taken
	pace    pace
	told    time.Time // when the last answer came
	done    int       // replications of all rounds
	ended   error     // why there is nothing more
}

// Asked is one replication of a round.
type Asked struct {
	Point, Replication int
	Layout             *Layout // that its values must have
}

// Found is what became of a replication of a round.
type Found struct {
	Of     int // its index in the round
	Values []float64
	Err    error
}

// round is what is under way.
type round struct {
	asked []Asked
	next  int            // the first that was not handed out
	index map[[2]int]int // of a point's replication
	came  []bool
	found []Found
	told  func(Found)
}

// errEnded is the end of rounds of which nobody wants more.
var errEnded = errors.New("sweep: no more rounds")

// NewRounds returns rounds of which none has begun.
func NewRounds() *Rounds {
	r := &Rounds{out: map[string][]stretch{}, layouts: map[string]*Layout{}}
	r.moved = sync.NewCond(&r.mu)
	return r
}

// Do has a round computed and returns what became of it, in the order in which it was
// asked. The error is the cause of ctx, or
// that of [Rounds.End]; then what had come is returned with it. Told, unless it is nil, is
// called for each as it comes, one after the other.
func (r *Rounds) Do(ctx context.Context, asked []Asked, told func(Found)) ([]Found, error) {
	stop := context.AfterFunc(ctx, func() { r.End(context.Cause(ctx)) })
	defer stop()
	r.mu.Lock()
	defer r.mu.Unlock()
	now := &round{asked: asked, index: map[[2]int]int{}, came: make([]bool, len(asked)), told: told}
	for i, a := range asked {
		now.index[[2]int{a.Point, a.Replication}] = i
	}
	r.round = now
	r.moved.Broadcast()
	for len(now.found) < len(asked) && r.ended == nil {
		r.moved.Wait()
	}
	r.round = nil
	r.done += len(now.found)
	slices.SortFunc(now.found, func(a, b Found) int { return a.Of - b.Of })
	return now.found, r.ended
}

// End says that nothing more is wanted, or why nothing more can come; nil is the former.
func (r *Rounds) End(cause error) {
	if cause == nil {
		cause = errEnded
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ended == nil {
		r.ended = cause
	}
	r.moved.Broadcast()
}

// Next returns another task, false if there is none before more answers have come, or at
// all. Where all of a round has come it waits for the next one.
func (r *Rounds) Next() ([]byte, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for r.ended == nil && len(r.out) == 0 && len(r.again) == 0 && (r.round == nil || r.round.next == len(r.round.asked)) {
		r.moved.Wait()
	}
	if n := len(r.again); n > 0 && r.ended == nil {
		task := r.again[n-1]
		r.again = r.again[:n-1]
		return r.handOut(task), true
	}
	if r.ended != nil || r.round == nil || r.round.next == len(r.round.asked) || len(r.out) >= r.pace.window() {
		return nil, false
	}
	if r.told.IsZero() {
		r.told = time.Now()
	}
	return r.handOut(encodeTask(r.round.take(r.pace.size(len(r.round.asked) - r.round.next)))), true
}

// handOut notes that a task waits for its answer.
func (r *Rounds) handOut(task []byte) []byte {
	stretches, err := decodeTask(task)
	if err != nil {
		panic("sweep: cut what is no task")
	}
	r.out[string(task)] = stretches
	return task
}

// take returns the next so many replications, or as many as there are.
func (d *round) take(size int) []stretch {
	var some []stretch
	for ; size > 0 && d.next < len(d.asked); size-- {
		a := d.asked[d.next]
		d.next++
		if last := len(some) - 1; last >= 0 && some[last].point == a.Point && some[last].first+some[last].count == a.Replication {
			some[last].count++
			continue
		}
		some = append(some, stretch{point: a.Point, first: a.Replication, count: 1})
	}
	return some
}

// Expect says that nothing of an earlier process is of use: rounds begin anew.
func (r *Rounds) Expect([]byte) bool { return false }

// Settled reports whether the answer to a task is of no more use.
func (r *Rounds) Settled(task []byte) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.out[string(task)] == nil
}

// Done takes the answer to a task as [Dispatch.Done] does.
func (r *Rounds) Done(task, answer []byte, took time.Duration, lost bool) (accepted bool, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	stretches := r.out[string(task)]
	if stretches == nil || r.round == nil {
		return true, nil
	}
	if lost {
		delete(r.out, string(task))
		r.lost(stretches)
		return true, nil
	}
	findings, err := decodeAnswer(answer, stretches, r.layouts)
	if err != nil || !r.fit(stretches, findings) {
		return false, nil
	}
	now := time.Now()
	r.pace.answered(lesson{replications(stretches), len(answer), took, now.Sub(r.told), len(r.out)})
	r.told = now
	delete(r.out, string(task))
	for i, s := range stretches {
		r.round.record(s, &findings[i])
	}
	r.moved.Broadcast()
	return true, nil
}

// fit reports whether the values of findings are those that were asked for.
func (r *Rounds) fit(stretches []stretch, findings []finding) bool {
	for i, s := range stretches {
		l := findings[i].layout
		if l == nil {
			continue
		}
		if r.round.asked[r.round.of(s.point, s.first)].Layout.id != l.id {
			return false
		}
		r.layouts[string(l.encode())] = l
	}
	return true
}

// lost hands out a task again in pieces, or gives its replication up.
func (r *Rounds) lost(stretches []stretch) {
	if only := stretches[0]; replications(stretches) == 1 {
		r.round.keep(r.round.of(only.point, only.first), nil, errLost)
		r.moved.Broadcast()
		return
	}
	for _, s := range stretches {
		for i := range s.count {
			r.again = append(r.again, encodeTask([]stretch{{point: s.point, first: s.first + i, count: 1}}))
		}
	}
}

// of returns the index of a replication in the round.
func (d *round) of(point, replication int) int { return d.index[[2]int{point, replication}] }

// record keeps what became of a stretch.
func (d *round) record(s stretch, f *finding) {
	for i := range s.count {
		at := d.of(s.point, s.first+i)
		switch {
		case i < len(f.values):
			d.keep(at, f.values[i], nil)
		case i == len(f.values):
			d.keep(at, nil, errors.New(f.err))
		default:
			d.keep(at, nil, errSkipped)
		}
	}
}

func (d *round) keep(at int, values []float64, err error) {
	if !d.came[at] {
		d.came[at] = true
		d.found = append(d.found, Found{at, values, err})
		if d.told != nil {
			d.told(d.found[len(d.found)-1])
		}
	}
}

// Progress returns how many replications are done and how many have been asked for; those
// that fail are not counted apart.
func (r *Rounds) Progress() (done, failed, total int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.round == nil {
		return r.done, 0, r.done
	}
	return r.done + len(r.round.found), 0, r.done + len(r.round.asked)
}
