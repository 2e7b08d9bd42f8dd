package jetstream

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// Answerer computes the answer to a task: a pure function of both. Its error is
// that of ctx, or says that the bytes are no task of the job.
type Answerer func(ctx context.Context, task []byte) ([]byte, error)

// WorkOptions say what a worker does.
type WorkOptions struct {
	Program string        // jobs of others are refused
	Slots   int           // tasks under way at a time, at least 1
	Job     string        // the only job to work for; empty: any
	Idle    time.Duration // after so long without a task the worker leaves; zero: never
	// Open makes a function of a job and its payload. It is called once for each job.
	Open func(ctx context.Context, job *Job) (Answerer, error)
}

// Refusal is the error of a worker that may not do what there is to do.
type Refusal struct{ Job, Reason string }

// Error returns the job and the reason.
func (r *Refusal) Error() string { return "the job " + r.Job + " is refused: " + r.Reason }

// mostDeliveries is after how many tries a task is lost.
const mostDeliveries = 5

// lookIdle is between two looks for a job while there is none.
const lookIdle = 500 * time.Millisecond

// Work computes tasks of the jobs that are offered, from the oldest on by turns,
// until ctx is done, whose cause it returns; what is under way is handed back then.
// It returns nil once it has been idle for long enough, or once the only job that
// it is for has ended, and a [*Refusal] if all there is to do is refused.
func (c *Cluster) Work(ctx context.Context, o WorkOptions) error {
	w := &worker{c: c, o: o, name: workerName(), began: time.Now(), busyAt: time.Now(), jobs: map[string]*engagement{}}
	if o.Job != "" {
		if err := CheckID(o.Job); err != nil {
			return err
		}
	}
	deaf, err := w.listen()
	if err != nil {
		return c.scrubber.error(err)
	}
	defer deaf()
	working, leave := context.WithCancel(ctx)
	var slots sync.WaitGroup
	for slot := range max(1, o.Slots) {
		slots.Go(func() { w.slot(working, slot) })
	}
	err = w.watch(ctx)
	leave()
	slots.Wait()
	if !isClosed(c.closed) {
		_ = c.conn.FlushTimeout(2 * time.Second) // of what was handed back
	}
	return c.scrubber.error(err)
}

// worker is the state of Work.
type worker struct {
	c     *Cluster
	o     WorkOptions
	name  string // that no other worker has
	began time.Time

	mu      sync.Mutex
	jobs    map[string]*engagement // that are offered, by identity
	order   []*engagement          // of them those that are not refused, the oldest first
	fresh   pulse                  // after each change of order
	seen    bool                   // o.Job was
	waiting bool                   // for o.Job, and has said so
	busy    int                    // tasks under way
	busyAt  time.Time              // when the last ended
	done    int                    // tasks
}

// engagement is a job as a worker has it.
type engagement struct {
	Job
	ctx     context.Context // done once the job has ended
	end     context.CancelFunc
	refused string // why; empty: it is not
	told    bool   // that it is

	opening  sync.Mutex
	answer   Answerer
	consumer jetstream.Consumer
}

// watch looks what there is to do until there is a reason to leave.
func (w *worker) watch(ctx context.Context) error {
	defer func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		for _, id := range sortedKeys(w.jobs) {
			w.jobs[id].end()
		}
	}()
	for {
		wait := lookIdle
		if err := w.look(ctx); err == nil {
			leave, err := w.reason()
			if leave {
				return err
			}
			w.tell()
		} else if w.idle() { // the server may be gone for good, as one is that ran for a job only
			return nil
		}
		if len(w.jobs) > 0 {
			wait = w.c.options.beat
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return context.Cause(ctx)
		case <-w.c.closed:
			timer.Stop()
			return w.c.hangUp()
		}
	}
}

// look updates the jobs. An error says that the server does not tell now.
func (w *worker) look(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	ids, err := w.c.offered(ctx)
	if err != nil {
		return err
	}
	offered := map[string]bool{}
	for _, id := range ids {
		if w.o.Job != "" && id != w.o.Job {
			continue
		}
		offered[id] = true
		if w.jobs[id] != nil {
			continue
		}
		if len(w.jobs) >= mostJobs {
			w.c.seldom(fmt.Sprintf("there are more than %d jobs: others are not looked at", mostJobs))
			continue
		}
		job, err := w.c.record(ctx, id)
		if err != nil {
			continue // just gone, or the next look finds it
		}
		w.engage(job)
	}
	w.settle(offered)
	return nil
}

// engage takes a job on, or refuses it.
func (w *worker) engage(job Job) {
	e := &engagement{Job: job}
	e.ctx, e.end = context.WithCancel(context.Background())
	w.mu.Lock()
	defer w.mu.Unlock()
	w.jobs[job.ID], w.seen = e, true
	if job.Program != w.o.Program {
		e.refused = fmt.Sprintf("it is of %s, this worker is %s: results would not be those of one program", job.Program, w.o.Program)
	}
}

// sayWaiting is after how long a worker says that it waits for its only job.
const sayWaiting = 5 * time.Second

// tell logs what keeps a worker from working and is no reason to leave.
func (w *worker) tell() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.o.Job != "" && !w.seen && !w.waiting && time.Since(w.began) > sayWaiting {
		w.waiting = true
		w.c.logf("nobody offers the job %s: waiting for it", w.o.Job)
	}
	for _, id := range sortedKeys(w.jobs) {
		if e := w.jobs[id]; e.refused != "" && !e.told {
			e.told = true
			w.c.logf("%v", &Refusal{id, e.refused})
		}
	}
}

// settle ends the jobs that are not offered any more, and puts the others in order.
func (w *worker) settle(offered map[string]bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, id := range sortedKeys(w.jobs) {
		if !offered[id] {
			w.jobs[id].end()
			delete(w.jobs, id)
		}
	}
	w.arrange()
}

// arrange lists what there is to do. The caller holds the lock.
func (w *worker) arrange() {
	before := w.order
	w.order = nil
	for _, id := range sortedKeys(w.jobs) {
		if e := w.jobs[id]; e.refused == "" {
			w.order = append(w.order, e)
		}
	}
	sortByAge(w.order)
	if !slices.Equal(w.order, before) {
		w.fresh.send()
	}
}

// reason tells whether there is one to leave, and with which error.
func (w *worker) reason() (leave bool, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.busy > 0:
		return false, nil
	case len(w.jobs) > 0 && len(w.order) == 0:
		for _, id := range sortedKeys(w.jobs) {
			return true, &Refusal{id, w.jobs[id].refused}
		}
	case w.o.Job != "" && w.seen && len(w.jobs) == 0:
		return true, nil
	}
	return w.idleNow(), nil
}

// idle reports whether there was no work for as long as a worker stays.
func (w *worker) idle() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.idleNow()
}

func (w *worker) idleNow() bool {
	return w.busy == 0 && w.o.Idle > 0 && time.Since(w.busyAt) >= w.o.Idle
}

// workerName names a worker.
func workerName() string {
	return tame(host()) + "/" + strconv.Itoa(os.Getpid()) + "/" + strings.ToLower(rand.Text()[:6])
}

// host names this machine.
func host() string {
	name, err := os.Hostname()
	if err != nil {
		return "unknown"
	}
	return name
}
