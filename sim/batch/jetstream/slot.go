package jetstream

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// slot computes one task after the other.
func (w *worker) slot(ctx context.Context, turn int) {
	for ; ctx.Err() == nil; turn++ {
		fresh := w.fresh.wait()
		e, m := w.fetch(ctx, turn)
		if m != nil {
			w.serve(ctx, e, m)
			continue
		}
		if e != nil {
			continue // it has waited for a task long enough
		}
		select {
		case <-fresh:
		case <-ctx.Done():
		case <-time.After(lookIdle):
		}
	}
}

// fetch returns a task: of the first job, by turns, that has one, or of the job
// for which it has waited; none if there was none in time. Without a job there is
// nothing to wait for.
func (w *worker) fetch(ctx context.Context, turn int) (*engagement, jetstream.Msg) {
	w.mu.Lock()
	order := w.order
	w.mu.Unlock()
	if len(order) == 0 {
		return nil, nil
	}
	for i := range order {
		e := order[(turn+i)%len(order)]
		if m, _ := w.next(ctx, e, 0); m != nil {
			return e, m
		}
	}
	e := order[turn%len(order)]
	m, ok := w.next(ctx, e, w.c.options.beat)
	if !ok {
		return nil, nil
	}
	return e, m
}

// next asks a job for a task, and waits for one so long. It is not ok if it could
// not be asked.
func (w *worker) next(ctx context.Context, e *engagement, wait time.Duration) (m jetstream.Msg, ok bool) {
	consumer, err := w.prepared(ctx, e)
	if err != nil {
		return nil, false
	}
	var batch jetstream.MessageBatch
	if wait == 0 {
		batch, err = consumer.FetchNoWait(1)
	} else {
		short, cancel := context.WithTimeout(ctx, wait)
		defer cancel()
		batch, err = consumer.Fetch(1, jetstream.FetchContext(short))
	}
	if err != nil {
		return nil, false
	}
	for m := range batch.Messages() {
		return m, true
	}
	err = batch.Error()
	return nil, err == nil || errors.Is(err, context.DeadlineExceeded)
}

// prepared opens a job on first use.
func (w *worker) prepared(ctx context.Context, e *engagement) (jetstream.Consumer, error) {
	e.opening.Lock()
	defer e.opening.Unlock()
	if e.consumer != nil {
		return e.consumer, nil
	}
	consumer, err := w.c.js.Consumer(ctx, taskStream(e.ID), consumerName)
	if err != nil {
		return nil, err
	}
	if e.Payload, err = w.c.payload(ctx, e.ID); err != nil {
		return nil, err
	}
	if e.answer, err = w.o.Open(ctx, &e.Job); err != nil {
		w.mu.Lock()
		defer w.mu.Unlock()
		if ctx.Err() == nil {
			e.refused = err.Error()
			w.arrange()
		}
		return nil, err
	}
	e.Payload, e.consumer = nil, consumer
	return consumer, nil
}

// serve computes a task and has its answer stored, or hands the task back.
func (w *worker) serve(ctx context.Context, e *engagement, m jetstream.Msg) {
	done := 0
	w.count(1, 0)
	defer func() { w.count(-1, done) }()
	both, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(e.ctx, cancel)()
	alive := w.beat(both, e, m)
	defer alive()
	name := m.Subject()[strings.LastIndexByte(m.Subject(), '.')+1:]
	if sum(m.Data()) != name {
		_ = m.Term() // nobody of ours has put it there; what belongs there is offered again
		return
	}
	f := frame{worker: w.name, task: m.Data()}
	tries := uint64(1)
	if meta, err := m.Metadata(); err == nil {
		tries = meta.NumDelivered
	}
	switch {
	case tries > 1 && w.c.answered(both, e.ID, name):
		_ = m.Ack() // what is not acknowledged comes again, here and below
		return
	case tries > mostDeliveries:
		f.lost = true
	default:
		begin := time.Now()
		var err error
		if f.answer, err = e.answer(both, m.Data()); err != nil {
			if both.Err() == nil {
				w.c.logf("a task of %s: %v", e.ID, err)
			}
			_ = m.Nak()
			return
		}
		f.took = time.Since(begin)
	}
	if !w.deliver(both, e, name, e.sealAnswer(name, &f)) {
		_ = m.Nak()
		return
	}
	done = 1
	_ = m.Ack()
}

// beat gives signs of life for a task until the function that it returns is
// called.
func (w *worker) beat(ctx context.Context, e *engagement, m jetstream.Msg) func() {
	ctx, cancel := context.WithCancel(ctx)
	var ended sync.WaitGroup
	ended.Go(func() {
		for sleep(ctx, e.Beat) {
			_ = m.InProgress() // without any, another worker gets the task, too
		}
	})
	return func() { cancel(); ended.Wait() }
}

// deliver has an answer stored, however long that takes. It is false if the job or
// the worker ends before.
func (w *worker) deliver(ctx context.Context, e *engagement, name string, answer []byte) bool {
	for {
		err := w.c.putBlob(ctx, answerSubject(e.ID, name), answer)
		if err == nil || errors.Is(err, errExists) {
			return true
		}
		if ctx.Err() == nil && w.c.conn.IsConnected() {
			w.c.waitFor("storing an answer", err)
		}
		if !sleep(ctx, lookIdle) {
			return false
		}
	}
}

// count keeps how many tasks are under way, and done.
func (w *worker) count(busy, done int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.busy += busy
	w.done += done
	w.busyAt = time.Now()
}
