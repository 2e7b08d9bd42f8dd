package jetstream

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Subjects on which coordinators and workers listen.
const rollSubject = "headroom.roll"

func cancelSubject(id string) string { return "headroom.cancel." + id }
func asideSubject(id string) string  { return "headroom.aside." + id }

// rollTime is how long answers to a roll call may take.
const rollTime = time.Second

// Roster is what is going on.
type Roster struct {
	Jobs    []JobStatus    // the oldest first
	Workers []WorkerStatus // by host and process
	Ignored int            // answers to the roll call that were none, came twice, or were too many
}

// JobStatus is where a job stands.
type JobStatus struct {
	Job
	Coordinated         bool // its coordinator answers; without, the progress is not known
	Done, Failed, Total int
	Waiting             int // tasks that nobody has taken
	Taken               int // tasks that somebody has, or has handed back
	Answers             int // on the server
}

// WorkerStatus is what a worker says of itself.
type WorkerStatus struct {
	Host    string    `json:"host"`
	Process int       `json:"process"`
	Program string    `json:"program"`
	Slots   int       `json:"slots"`
	Busy    int       `json:"busy"`
	Tasks   int       `json:"tasks"` // done
	Began   time.Time `json:"began"`
}

// call is an answer to a roll call.
type call struct {
	Job    *calledJob    `json:"job,omitempty"`
	Worker *WorkerStatus `json:"worker,omitempty"`
}

type calledJob struct {
	ID    string `json:"id"`
	Done  int    `json:"done"`
	Fails int    `json:"failed"`
	Total int    `json:"total"`
}

// reply makes sure that a process answers roll calls until the function that it
// returns is called.
func (c *Cluster) reply(answer func() call) (func(), error) {
	var second time.Time // of which calls are counted
	calls := 0
	s, err := c.conn.Subscribe(rollSubject, func(m *nats.Msg) {
		if now := time.Now(); now.Sub(second) > time.Second {
			second, calls = now, 0
		}
		if calls++; calls > callsPerSecond {
			return // somebody means no good, or asks again
		}
		if b, err := json.Marshal(answer()); err == nil {
			_ = m.Respond(b) // who does not hear it asks again
		}
	})
	if err != nil {
		return nil, err
	}
	return func() { _ = s.Unsubscribe() }, s.SetPendingLimits(1000, 1<<20)
}

// callsPerSecond is how many roll calls a process answers.
const callsPerSecond = 50

// listen answers for a worker, and hears that it is set aside.
func (w *worker) listen() (func(), error) {
	deaf, err := w.c.reply(func() call {
		w.mu.Lock()
		defer w.mu.Unlock()
		return call{Worker: &WorkerStatus{
			Host: host(), Process: os.Getpid(), Program: w.o.Program, Slots: w.o.Slots, Busy: w.busy, Tasks: w.done, Began: w.began,
		}}
	})
	if err != nil {
		return nil, err
	}
	s, err := w.c.conn.Subscribe(asideSubject("*"), func(m *nats.Msg) {
		w.aside(m.Subject[strings.LastIndexByte(m.Subject, '.')+1:], m.Data)
	})
	if err != nil {
		deaf()
		return nil, err
	}
	return func() { deaf(); _ = s.Unsubscribe() }, s.SetPendingLimits(1000, 1<<20)
}

// listen answers for a coordinator, and hears of its cancellation.
func (d *coordinator) listen() (func(), error) {
	deaf, err := d.c.reply(func() call {
		done, failed, total := d.source.Progress()
		return call{Job: &calledJob{d.job.ID, done, failed, total}}
	})
	if err != nil {
		return nil, err
	}
	s, err := d.c.conn.Subscribe(cancelSubject(d.job.ID), func(m *nats.Msg) {
		select {
		case d.cancelled <- struct{}{}:
		default:
		}
		_ = m.Respond(nil)
	})
	if err != nil {
		deaf()
		return nil, err
	}
	return func() { deaf(); _ = s.Unsubscribe() }, nil
}

// Roster asks around. It takes a second.
func (c *Cluster) Roster(ctx context.Context) (*Roster, error) {
	calls, ignored, err := c.callRoll(ctx)
	if err != nil {
		return nil, c.scrubber.error(err)
	}
	ids, err := c.offered(ctx)
	if err != nil {
		return nil, c.scrubber.error(err)
	}
	r := &Roster{Ignored: ignored + max(0, len(ids)-mostJobs)}
	for _, id := range ids[:min(len(ids), mostJobs)] {
		job, err := c.record(ctx, id)
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			continue
		}
		if errors.Is(err, errRecord) {
			job = Job{ID: id, Title: "of another program"}
		} else if err != nil {
			return nil, c.scrubber.error(err)
		}
		s := JobStatus{Job: job}
		c.inspectJob(ctx, &s)
		for _, a := range calls {
			if a.Job != nil && a.Job.ID == id && !s.Coordinated { // the first is as good as any
				s.Coordinated, s.Done, s.Failed, s.Total = true, a.Job.Done, a.Job.Fails, a.Job.Total
			}
		}
		r.Jobs = append(r.Jobs, s)
	}
	slices.SortStableFunc(r.Jobs, func(a, b JobStatus) int { return a.Begun.Compare(b.Begun) })
	for _, a := range calls {
		if a.Worker != nil {
			r.Workers = append(r.Workers, *a.Worker)
		}
	}
	slices.SortFunc(r.Workers, func(a, b WorkerStatus) int {
		return cmp.Or(strings.Compare(a.Host, b.Host), cmp.Compare(a.Process, b.Process), a.Began.Compare(b.Began))
	})
	return r, nil
}

// inspectJob counts what is on the server of a job. What it does not tell is zero.
func (c *Cluster) inspectJob(ctx context.Context, s *JobStatus) {
	if consumer, err := c.js.Consumer(ctx, taskStream(s.ID), consumerName); err == nil {
		info := consumer.CachedInfo()
		s.Waiting, s.Taken = int(info.NumPending), info.NumAckPending
	}
	stream, err := c.js.Stream(ctx, answerStream(s.ID))
	if err != nil {
		return
	}
	if info, err := stream.Info(ctx, jetstream.WithSubjectFilter(answerSubject(s.ID, "*")+".0")); err == nil {
		s.Answers = len(info.State.Subjects)
	}
}

// callRoll collects what coordinators and workers say, as far as it may be true, and
// counts the rest.
func (c *Cluster) callRoll(ctx context.Context) (calls []call, ignored int, err error) {
	inbox := c.conn.NewInbox()
	s, err := c.conn.SubscribeSync(inbox)
	if err != nil {
		return nil, 0, err
	}
	defer func() { _ = s.Unsubscribe() }()
	if err := s.SetPendingLimits(mostCalls, mostCalls*longestCall/4); err != nil {
		return nil, 0, err
	}
	if err := c.conn.PublishRequest(rollSubject, inbox, nil); err != nil {
		return nil, 0, err
	}
	ctx, cancel := context.WithTimeout(ctx, rollTime)
	defer cancel()
	known := map[WorkerStatus]bool{}
	for {
		m, err := s.NextMsgWithContext(ctx)
		if errors.Is(err, nats.ErrSlowConsumer) {
			continue // some were dropped
		}
		if err != nil {
			dropped, _ := s.Dropped()
			return calls, ignored + dropped, nil
		}
		ignored++
		if len(calls) == mostCalls {
			continue
		}
		if a, ok := readCall(m.Data, known); ok {
			calls = append(calls, a)
			ignored--
		}
	}
}

// readCall reads an answer to a roll call. It is false of one that cannot be true, or
// that says what is known.
func readCall(b []byte, known map[WorkerStatus]bool) (a call, ok bool) {
	if len(b) > longestCall || json.Unmarshal(b, &a) != nil || a.Job == nil && a.Worker == nil {
		return call{}, false
	}
	if a.Job != nil && !a.Job.sound() {
		return call{}, false
	}
	if a.Worker != nil {
		if !a.Worker.tame() {
			return call{}, false
		}
		one := WorkerStatus{Host: a.Worker.Host, Process: a.Worker.Process, Began: a.Worker.Began.UTC()}
		if known[one] {
			return call{}, false
		}
		known[one] = true
	}
	return a, true
}

// Cancel ends a job: its coordinator with [ErrCancelled], or without one by taking
// the job off the server. Workers stop within a beat. A job that is not there is
// an error that names those that are.
func (c *Cluster) Cancel(ctx context.Context, id string) error {
	ids, err := c.offered(ctx)
	if err != nil {
		return c.scrubber.error(err)
	}
	if !slices.Contains(ids, id) {
		if len(ids) == 0 {
			return &Unknown{id, "there is none"}
		}
		return &Unknown{id, "there is " + strings.Join(ids, ", ")}
	}
	short, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	_, err = c.conn.RequestWithContext(short, cancelSubject(id), nil)
	if err != nil { // nobody coordinates it
		return c.scrubber.error(c.remove(ctx, id))
	}
	for { // it takes the job off itself
		ids, err := c.offered(ctx)
		if err == nil && !slices.Contains(ids, id) {
			return nil
		}
		if !sleep(ctx, 50*time.Millisecond) {
			return context.Cause(ctx)
		}
	}
}

// Unknown is the error of a job that is not there.
type Unknown struct{ ID, Known string }

// Error says which jobs are there.
func (u *Unknown) Error() string { return fmt.Sprintf("no job %s: %s", u.ID, u.Known) }

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// sortByAge puts the oldest job first.
func sortByAge(jobs []*engagement) {
	slices.SortStableFunc(jobs, func(a, b *engagement) int { return a.Begun.Compare(b.Begun) })
}

func isClosed(c chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}
