package jetstream

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// mostBad is after how many bad answers a worker is set aside.
const mostBad = 3

// mostNamed is how many workers with bad answers are remembered.
const mostNamed = 1000

// take gives an answer to the source if it is one to a task that was asked.
func (d *coordinator) take(ctx context.Context, a arrival) error {
	f, reason := d.judge(a)
	if reason != "" {
		d.reject(ctx, a, f.worker, reason)
		return nil
	}
	if d.out[a.sum] == nil && d.offered {
		return nil // late, or never asked: nothing waits for it
	}
	accepted, err := d.source.Done(f.task, f.answer, f.took, f.lost)
	if err == nil && !accepted {
		d.reject(ctx, a, f.worker, "it is none of this program to its task")
		return nil
	}
	delete(d.out, a.sum)
	d.full = time.Time{}
	d.kept = append(d.kept, keptAnswer{a.sequence, f.task, time.Now()})
	if f.lost {
		d.c.logf("a task was lost: no worker survived it")
	}
	return err
}

// judge reads an answer, and returns why it is none. The frame has the worker if it
// is known who gave it: what is not signed with the key of the job may name anybody.
func (d *coordinator) judge(a arrival) (f frame, reason string) {
	if a.err != nil {
		return frame{}, a.err.Error()
	}
	text, ok := d.job.unseal(forAnswer+a.sum, a.sealed)
	if !ok {
		return frame{}, "it is not signed by a worker of this job for its task"
	}
	f, err := decodeFrame(text)
	switch {
	case err != nil:
		return frame{}, err.Error()
	case sum(f.task) != a.sum:
		return f, "it is one to another task"
	case d.bad[f.worker] >= mostBad:
		return f, "its worker was set aside"
	}
	return f, ""
}

// reject takes a bad answer off the server and asks for another one.
func (d *coordinator) reject(ctx context.Context, a arrival, worker, reason string) {
	p := d.out[a.sum]
	if p != nil {
		p.at, p.bad = time.Time{}, true
	}
	err := d.erase(ctx, a.sum)
	if p != nil && err == nil {
		p.bad = false
	}
	if worker == "" {
		d.c.seldom("an answer is damaged, and is asked for again: " + reason)
		return
	}
	if len(d.bad) >= mostNamed && d.bad[worker] == 0 {
		d.bad = map[string]int{} // so many are nobody's true names
	}
	d.bad[worker]++
	switch n := d.bad[worker]; {
	case n < mostBad:
		d.c.seldom(fmt.Sprintf("an answer of the worker %s is bad, and is asked for again: %s", worker, reason))
		return
	case n == mostBad:
		d.c.logf("the worker %s is set aside after %d bad answers, the last because %s", worker, n, reason)
	}
	_ = d.c.conn.Publish(asideSubject(d.job.ID), d.job.seal(forAside, []byte(worker))) // it is told again with its next answer
}

// erase removes an answer with all its parts: those of another must not meet them.
func (d *coordinator) erase(ctx context.Context, sum string) error {
	ctx, cancel := context.WithTimeout(ctx, max(d.job.Beat, time.Second))
	defer cancel()
	err := d.answers.Purge(ctx, jetstream.WithPurgeSubject(answerSubject(d.job.ID, sum)+".*"))
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return nil
	}
	return err
}

// aside hears that this worker is set aside by the coordinator of a job.
func (w *worker) aside(id string, sealed []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	e := w.jobs[id]
	if e == nil || e.refused != "" {
		return
	}
	if name, ok := e.unseal(forAside, sealed); ok && string(name) == w.name {
		e.refused = "its coordinator has set this worker aside: its answers were wrong"
		e.end()
		w.arrange()
	}
}
