package sweep

import (
	"errors"
	"time"
)

// Dispatch is a sweep whose replications are computed elsewhere, by [Plan.Answer]
// of an equal plan. It decides what [Run] decides, in the same way: the rows of
// the journal are the same, whatever the tasks look like, whoever answers them,
// and in whichever order. Its methods are for one goroutine at a time.
type Dispatch struct {
	scheduler *scheduler
	out       map[string]bool    // tasks that wait for their answer
	again     [][]byte           // of tasks that were lost
	layouts   map[string]*Layout // by their text, of answers that were taken
	genuine   map[uint64]bool    // those of layouts
	pace      pace
	told      time.Time // when the last answer came

	inherited inheritance
}

// NewDispatch begins to hand out what the journal does not know of a plan.
// It builds an experiment for every new set of metrics, to know it for what it is.
func NewDispatch(p *Plan, j *Journal, o Options) *Dispatch {
	return &Dispatch{scheduler: newScheduler(p, j, o), out: map[string]bool{}, layouts: map[string]*Layout{}, genuine: map[uint64]bool{}, inherited: newInheritance()}
}

// errLost is the error of a replication that took every worker down that tried.
var errLost = errors.New("lost: no worker survived it")

// errSkipped stands for replications after one that failed.
var errSkipped = errors.New("not computed")

// Next returns another task, false if there is none until more answers have
// arrived, or at all. No two are equal.
func (d *Dispatch) Next() ([]byte, bool) {
	if d.scheduler.failure() != nil {
		return nil, false
	}
	if n := len(d.again); n > 0 {
		task := d.again[n-1]
		d.again = d.again[:n-1]
		d.out[string(task)] = true
		return task, true
	}
	if len(d.out) >= d.pace.window() {
		return nil, false
	}
	if d.told.IsZero() {
		d.told = time.Now()
	}
	stretches := d.fill(d.pace.size(d.scheduler.remaining()))
	if len(stretches) == 0 {
		return nil, false
	}
	task := encodeTask(stretches)
	d.out[string(task)] = true
	return task, true
}

// fill takes so many replications, or as many as there are.
func (d *Dispatch) fill(size int) []stretch {
	var stretches []stretch
	for size > 0 {
		if j, first, count := d.scheduler.take(size); j != nil {
			rest := d.withhold(stretch{j.point, first, count, j.attempt})
			stretches = append(stretches, rest...)
			size -= replications(rest)
			continue
		}
		j, more := d.scheduler.open()
		if !more {
			break
		}
		if j != nil {
			d.scheduler.admit(j)
		}
	}
	return stretches
}

// Done takes the answer to a task that Next returned, in any order; took is what
// computing it took. A task that is lost has no answer: no worker survived it. If
// it holds several replications, they are handed out again one by one; of one,
// it is the error of the point. An answer that comes twice changes nothing. One that
// is none to its task is not accepted and changes nothing either: the task still
// waits for its answer. The answer to a task of an earlier Dispatch of the plan is
// taken as well, and spares what it says. The error is one of the journal: the sweep
// cannot go on.
func (d *Dispatch) Done(task, answer []byte, took time.Duration, lost bool) (accepted bool, err error) {
	if !d.out[string(task)] {
		return d.adopt(task, answer, lost)
	}
	stretches, err := decodeTask(task)
	if err != nil {
		panic("sweep: handed out what is no task")
	}
	if lost {
		delete(d.out, string(task))
		d.lost(stretches)
		return true, d.scheduler.failure()
	}
	findings, ok := d.read(stretches, answer)
	if !ok {
		return false, d.scheduler.failure()
	}
	now := time.Now()
	d.pace.answered(lesson{replications(stretches), len(answer), took, now.Sub(d.told), len(d.out)})
	d.told = now
	delete(d.out, string(task))
	for i, s := range stretches {
		d.record(s, &findings[i])
	}
	return true, d.scheduler.failure()
}

// read returns the findings of an answer, false if it is none to its task.
func (d *Dispatch) read(stretches []stretch, answer []byte) ([]finding, bool) {
	findings, err := decodeAnswer(answer, stretches, d.layouts)
	if err != nil {
		return nil, false
	}
	for i, s := range stretches {
		if !d.fits(s, &findings[i]) {
			return nil, false
		}
	}
	for i := range findings {
		if l := findings[i].layout; l != nil && !d.genuine[l.id] {
			d.genuine[l.id] = true
			d.layouts[string(l.encode())] = l
		}
	}
	return findings, true
}

// fits reports whether a finding measures what its point does. A layout that no
// answer had before is compared with that of the point's experiment, so that the
// first answer is believed no more than others.
func (d *Dispatch) fits(s stretch, f *finding) bool {
	if f.layout == nil {
		return true
	}
	if j := d.scheduler.active[s.point]; j != nil && j.layout != nil {
		return j.layout.id == f.layout.id
	}
	if d.genuine[f.layout.id] || d.scheduler.plan.Build == nil || s.point >= d.scheduler.plan.Points {
		return true
	}
	is := d.scheduler.plan.setup(s.point)
	return is.err == nil && is.layout.id == f.layout.id
}

func replications(stretches []stretch) int {
	n := 0
	for _, s := range stretches {
		n += s.count
	}
	return n
}

// record keeps what became of a stretch, unless its point has ended meanwhile.
func (d *Dispatch) record(s stretch, f *finding) {
	c := d.scheduler
	j := c.active[s.point]
	if j == nil {
		return
	}
	defer func() {
		if c.active[s.point] == nil {
			d.inherited.forget(s.point)
		}
	}()
	switch {
	case f.lost:
		c.record(j, s.first, nil, errLost)
		return
	case f.layout == nil:
		c.end(j, j.kept, errors.New(f.err))
		return
	case !c.meet(j, f.layout):
		return
	}
	for i := range s.count {
		switch {
		case i < len(f.values):
			c.record(j, s.first+i, f.values[i], nil)
		case i == len(f.values):
			c.record(j, s.first+i, nil, errors.New(f.err))
		default:
			c.record(j, s.first+i, nil, errSkipped)
		}
	}
}

// lost hands out a task again in pieces, or gives its point up.
func (d *Dispatch) lost(stretches []stretch) {
	if only := stretches[0]; replications(stretches) == 1 {
		d.record(only, &finding{lost: true})
		return
	}
	for _, s := range stretches {
		if d.scheduler.active[s.point] == nil {
			continue
		}
		for i := range s.count {
			d.again = append(d.again, encodeTask([]stretch{{s.point, s.first + i, 1, s.attempt}}))
		}
	}
}

// Progress returns how many points are done, how many of them failed, and how
// many there are.
func (d *Dispatch) Progress() (done, failed, total int) {
	c := d.scheduler
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.finished, c.failed, c.passes.len()
}

// End keeps the replications of points that are not done. It returns nil if all
// are, and else an error of the journal, or one that wraps the cause and says how
// many points are done.
func (d *Dispatch) End(cause error) error { return d.scheduler.conclude(cause) }
