package jetstream

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// keptAnswer is one that a coordinator which starts anew would find.
type keptAnswer struct {
	sequence uint64
	task     []byte
	at       time.Time // it came
}

// keepBeats is for how long answers stay at least: what has a smaller sequence
// number, and is removed with them, may be the part of an answer whose beginning
// has not come yet.
const keepBeats = 30

// forget removes the first answers from the server as far as they are settled.
func (d *coordinator) forget(ctx context.Context) error {
	n := 0
	for n < len(d.kept) && time.Since(d.kept[n].at) > keepBeats*d.job.Beat && d.source.Settled(d.kept[n].task) {
		n++
	}
	if n == 0 {
		return nil
	}
	if err := d.answers.Purge(ctx, jetstream.WithPurgeSequence(d.kept[n-1].sequence+1)); err != nil {
		return err
	}
	d.kept = slices.Clone(d.kept[n:])
	return nil
}

// tend makes sure that the server has what it should have, publishes again what
// has waited for so long, and notices when the job was cancelled.
func (d *coordinator) tend(ctx context.Context, age time.Duration) error {
	if !d.c.conn.IsConnected() {
		d.full = time.Time{} // a server that is away refuses nothing
		return nil
	}
	short, cancel := context.WithTimeout(ctx, 5*d.job.Beat)
	defer cancel()
	err := d.restore(short)
	if err == nil {
		err = d.forget(short)
	}
	if err == nil || stuck(err) {
		d.refused(err)
		err = d.ask(short)
	}
	if err != nil {
		if errors.Is(err, ErrCancelled) || errors.Is(err, errFull) {
			return err
		}
		if ctx.Err() == nil {
			d.c.waitFor("looking after the job", err)
		}
		return nil
	}
	waiting := false
	for _, name := range sortedKeys(d.out) {
		p := d.out[name]
		if !waiting && (p.at.IsZero() || time.Since(p.at) >= age) && (p.bad || !d.c.answered(short, d.job.ID, name)) {
			waiting = !d.publish(short, p)
		}
		waiting = waiting || p.at.IsZero()
	}
	if !waiting && d.probe.stored {
		d.full = time.Time{}
	}
	return nil
}

// restore makes what the server may have lost. A job whose offer alone is gone was
// cancelled.
func (d *coordinator) restore(ctx context.Context) error {
	_, err := d.c.js.Stream(ctx, boardStream)
	emptied := errors.Is(err, jetstream.ErrStreamNotFound)
	if err != nil && !emptied {
		return err
	}
	if !emptied {
		_, err := d.c.record(ctx, d.job.ID)
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			return ErrCancelled
		}
		if err != nil {
			return err
		}
	}
	_, answers, err := d.streams(ctx)
	if err != nil {
		return err
	}
	if !answers.CachedInfo().Created.Equal(d.answers.CachedInfo().Created) {
		d.reader.stop()
		d.answers, d.reader, d.kept = answers, d.c.read(answers, d.job.ID), nil
	}
	if emptied {
		d.c.logf("the server had forgotten the job: it is offered again")
		return d.c.post(ctx, &d.job)
	}
	return nil
}

// A job is given up after so many beats without room, and room is asked for that
// often: answers are stored by workers, and what the server says to them does not
// come to their coordinator.
const (
	fullBeats  = 30
	probeBeats = 5
)

// probe is when a server was asked for room last, and whether it had some.
type probe struct {
	at     time.Time
	stored bool
}

// stuck tells whether a server stores nothing though it is there.
func stuck(err error) bool {
	return noRoom(err) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, nats.ErrTimeout)
}

// refused keeps since when the server has had no room.
func (d *coordinator) refused(err error) {
	if stuck(err) && d.full.IsZero() {
		d.full = time.Now()
	}
}

// ask offers the job again, to see whether the server has room. The error says
// that it had none for too long.
func (d *coordinator) ask(ctx context.Context) error {
	if time.Since(d.probe.at) < probeBeats*d.job.Beat {
		return nil
	}
	record, err := d.job.encode()
	if err != nil {
		return err
	}
	err = d.c.publish(ctx, &nats.Msg{Subject: recordSubject(d.job.ID), Data: record})
	d.probe = probe{time.Now(), err == nil}
	d.refused(err)
	if !d.full.IsZero() && time.Since(d.full) > fullBeats*d.job.Beat {
		return fmt.Errorf("%s stores no tasks and answers, its disk may be full: %w", d.c.where(), errFull)
	}
	return nil
}
