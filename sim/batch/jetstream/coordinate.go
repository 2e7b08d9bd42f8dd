package jetstream

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Source is where the tasks of a job come from and their answers go. Progress may
// be called at any time, the others are called one after the other.
type Source interface {
	// Next returns another task, false if there is none until more answers have
	// come, or at all. No two are equal.
	Next() (task []byte, ok bool)
	// Expect says that a task of an earlier coordinator of the job will have an
	// answer without being asked for, and returns whether that is of use. It is not
	// called any more once Next was.
	Expect(task []byte) bool
	// Done takes the answer to a task of Next or of an earlier coordinator, in any
	// order, and maybe again; took is what computing it took. A task that is lost
	// has none. What is no answer to the task is not accepted, and changes nothing:
	// another one is asked for. The error ends the job.
	Done(task, answer []byte, took time.Duration, lost bool) (accepted bool, err error)
	// Settled tells whether the answer to a task is of no more use, even to a source
	// that begins anew.
	Settled(task []byte) bool
	// Progress tells how much is done, how much of it failed, and how much there is.
	Progress() (done, failed, total int)
}

// ErrCancelled is the error of a job that [Cluster.Cancel] ended.
var ErrCancelled = errors.New("cancelled")

// patienceBeats is after how many beats a task without an answer is published
// again, in case that the server has lost it. One that it has is refused.
const patienceBeats = 15

// Do offers a job and returns when its source has nothing left. The job is taken
// off the server then, and also if ctx is done first, whose cause is the error; if
// Cancel ended it, the error is [ErrCancelled]. A server that fails before the job
// is offered is an error; from then on Do goes on through lost connections and
// servers that start anew, with the log told, and returns an error only for what
// waiting cannot mend. An earlier Do of the same identity that was killed is
// continued; there must not be two at a time.
func (c *Cluster) Do(ctx context.Context, job Job, source Source) error {
	if err := CheckID(job.ID); err != nil {
		return err
	}
	job.Host, _ = os.Hostname()
	job.Process, job.Begun, job.Beat = os.Getpid(), time.Now().UTC(), c.options.beat
	d := &coordinator{
		c: c, job: job, source: source, out: map[string]*posted{}, bad: map[string]int{}, cancelled: make(chan struct{}, 1),
	}
	err := d.run(ctx)
	if d.offered && !isClosed(c.closed) {
		d.withdraw()
	}
	return c.scrubber.error(err)
}

// coordinator is the state of a job that is offered.
type coordinator struct {
	c         *Cluster
	job       Job
	source    Source
	out       map[string]*posted // tasks without an answer, by sum
	bad       map[string]int     // bad answers, by worker
	reader    *reader
	answers   jetstream.Stream
	kept      []keptAnswer // that the server has, in their order
	offered   bool
	full      time.Time // since when the server has had no room; zero: it has
	probe     probe
	cancelled chan struct{}
}

// posted is a task that waits for its answer.
type posted struct {
	task []byte
	at   time.Time // of the last publication; zero: it failed
	bad  bool      // the server has an answer that is none
}

func (d *coordinator) run(ctx context.Context) error {
	defer func() {
		if d.reader != nil {
			d.reader.stop()
		}
	}()
	if err := d.establish(ctx); err != nil {
		return err
	}
	deaf, err := d.listen()
	if err != nil {
		return err
	}
	defer deaf()
	tick := time.NewTicker(d.job.Beat)
	defer tick.Stop()
	for {
		again := d.c.again.wait()
		if err := d.handOut(ctx); err != nil {
			return err
		}
		if len(d.out) == 0 {
			return nil
		}
		select {
		case a := <-d.reader.answers:
			if err := d.take(ctx, a); err != nil {
				return err
			}
		case <-tick.C:
			if err := d.tend(ctx, patienceBeats*d.job.Beat); err != nil {
				return err
			}
		case <-again:
			d.full = time.Time{}
			if err := d.tend(ctx, 0); err != nil {
				return err
			}
		case <-d.cancelled:
			return ErrCancelled
		case <-d.c.closed:
			return d.c.hangUp()
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// establish makes the streams, reads what an earlier coordinator of the job left,
// and offers it.
func (d *coordinator) establish(ctx context.Context) error {
	tasks, answers, err := d.streams(ctx)
	if err != nil {
		return err
	}
	left, err := d.leftOver(ctx, tasks)
	if err != nil {
		return err
	}
	d.answers, d.reader = answers, d.c.read(answers, d.job.ID)
	if err := d.readOld(ctx, left); err != nil {
		return err
	}
	for _, name := range sortedKeys(left) {
		if task := left[name]; d.source.Expect(task) {
			d.out[name] = &posted{task: task, at: time.Now()}
		}
	}
	err = d.c.post(ctx, &d.job)
	d.offered = err == nil
	return err
}

// readOld gives the source what is on the stream of answers already, and takes the
// tasks off the list that they answer.
func (d *coordinator) readOld(ctx context.Context, left map[string][]byte) error {
	caughtUp := d.reader.caughtUp
	for caughtUp != nil || len(d.reader.answers) > 0 {
		select {
		case a := <-d.reader.answers:
			if _, reason := d.judge(a); reason == "" {
				delete(left, a.sum)
			}
			if err := d.take(ctx, a); err != nil {
				return err
			}
		case <-caughtUp:
			caughtUp = nil
		case <-d.c.closed:
			return d.c.hangUp()
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}

// streams makes the streams of the job and the consumer of its workers.
func (d *coordinator) streams(ctx context.Context) (tasks, answers jetstream.Stream, err error) {
	id := d.job.ID
	first := jetstream.StreamConfig{
		MaxMsgsPerSubject: 1, Discard: jetstream.DiscardNew, DiscardNewPerSubject: true, AllowDirect: true,
		Description: "of the headroom job " + d.job.Title,
	}
	first.Name, first.Subjects = answerStream(id), []string{answerSubject(id, ">")}
	if answers, err = d.c.stream(ctx, first); err != nil {
		return nil, nil, err
	}
	first.Name, first.Subjects, first.Retention = taskStream(id), []string{taskSubject(id, "*")}, jetstream.WorkQueuePolicy
	if tasks, err = d.c.stream(ctx, first); err != nil {
		return nil, nil, err
	}
	if _, err = tasks.CreateOrUpdateConsumer(ctx, jetstream.ConsumerConfig{
		Durable: consumerName, AckPolicy: jetstream.AckExplicitPolicy, AckWait: 3 * d.job.Beat, MaxDeliver: -1, MaxAckPending: 100_000,
	}); err != nil {
		return nil, nil, fmt.Errorf("making the consumer of the workers: %w", err)
	}
	return tasks, answers, nil
}

// leftOver returns the tasks that an earlier coordinator handed out and nobody
// has acknowledged, by sum.
func (d *coordinator) leftOver(ctx context.Context, tasks jetstream.Stream) (map[string][]byte, error) {
	left := map[string][]byte{}
	info, err := tasks.Info(ctx, jetstream.WithSubjectFilter(taskSubject(d.job.ID, "*")))
	if err != nil {
		return nil, err
	}
	for _, subject := range sortedKeys(info.State.Subjects) {
		m, err := tasks.GetLastMsgForSubject(ctx, subject)
		switch {
		case errors.Is(err, jetstream.ErrMsgNotFound): // acknowledged meanwhile
		case err != nil:
			return nil, err
		case taskSubject(d.job.ID, sum(m.Data)) == subject: // else nobody of ours has put it there
			left[sum(m.Data)] = m.Data
		}
	}
	return left, nil
}

// handOut publishes what the source has to give. Once the server refuses, the rest
// waits for the next beat.
func (d *coordinator) handOut(ctx context.Context) error {
	for accepted := true; ctx.Err() == nil; {
		task, ok := d.source.Next()
		if !ok {
			return nil
		}
		p := &posted{task: task}
		d.out[sum(task)] = p
		accepted = accepted && d.publish(ctx, p)
	}
	return nil
}

// publish puts a task on its stream, where it may be already. What fails is tried
// again at the next beat.
func (d *coordinator) publish(ctx context.Context, p *posted) bool {
	p.at = time.Time{}
	if !d.c.conn.IsConnected() {
		return false
	}
	short, cancel := context.WithTimeout(ctx, d.job.Beat)
	defer cancel()
	if p.bad {
		if d.erase(ctx, sum(p.task)) != nil {
			return false // a worker would take it for an answer
		}
		p.bad = false
	}
	err := d.c.publish(short, &nats.Msg{Subject: taskSubject(d.job.ID, sum(p.task)), Data: p.task})
	switch {
	case err == nil, errors.Is(err, errExists):
		p.at = time.Now()
	case ctx.Err() == nil && d.c.conn.IsConnected():
		d.refused(err)
		d.c.waitFor("handing out a task", err)
	}
	return !p.at.IsZero()
}

// withdraw takes the job off the server. Nobody else would.
func (d *coordinator) withdraw() {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	err := nats.ErrDisconnected
	if d.c.conn.IsConnected() {
		err = d.c.remove(ctx, d.job.ID)
	}
	if err != nil {
		d.c.logf("the job %s is still on the server, and may be cancelled there: %v", d.job.ID, err)
	}
}
