package jetstream

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// reader reads the answers of a job in their order on the stream, from the first,
// through whatever happens to connection and server.
type reader struct {
	c        *Cluster
	stream   jetstream.Stream
	id       string
	answers  chan arrival
	caughtUp chan struct{} // closed once there was nothing to read
	once     sync.Once
	leave    context.CancelFunc
	ended    sync.WaitGroup
}

// arrival is an answer on its way to the coordinator.
type arrival struct {
	sealed   []byte // what somebody says of the task with that sum
	sequence uint64
	sum      string
	err      error // it cannot be put together
}

// readAhead is how many answers may wait for the coordinator.
const readAhead = 64

// read begins to read a stream of answers.
func (c *Cluster) read(s jetstream.Stream, id string) *reader {
	ctx, leave := context.WithCancel(context.Background())
	r := &reader{c: c, stream: s, id: id, answers: make(chan arrival, readAhead), caughtUp: make(chan struct{}), leave: leave}
	r.ended.Go(func() {
		next := uint64(1)
		for ctx.Err() == nil {
			next = r.from(ctx, next)
			sleep(ctx, 250*time.Millisecond)
		}
	})
	return r
}

// stop ends the reading.
func (r *reader) stop() {
	r.leave()
	r.ended.Wait()
}

// from reads from a sequence number until something goes wrong, and returns the
// next number.
func (r *reader) from(ctx context.Context, next uint64) uint64 {
	consumer, err := r.stream.OrderedConsumer(ctx, jetstream.OrderedConsumerConfig{
		FilterSubjects: []string{answerSubject(r.id, "*") + ".0"}, DeliverPolicy: jetstream.DeliverByStartSequencePolicy, OptStartSeq: next,
		InactiveThreshold: time.Minute,
	})
	if err != nil {
		return next
	}
	if info, err := consumer.Info(ctx); err == nil && info.NumPending == 0 {
		r.once.Do(func() { close(r.caughtUp) })
	}
	messages, err := consumer.Messages(jetstream.PullMaxMessages(readAhead))
	if err != nil {
		return next
	}
	stop := context.AfterFunc(ctx, messages.Stop)
	defer stop()
	defer messages.Stop()
	for {
		m, err := messages.Next()
		if err != nil {
			return next
		}
		meta, err := m.Metadata()
		if err != nil {
			return next
		}
		a, err := r.arrival(ctx, m)
		if err != nil {
			return next // the other parts cannot be read now
		}
		a.sequence = meta.Sequence.Stream
		next = a.sequence + 1
		select {
		case r.answers <- a:
		case <-ctx.Done():
			return next
		}
		if meta.NumPending == 0 {
			r.once.Do(func() { close(r.caughtUp) })
		}
	}
}

// arrival makes an answer of a message and the parts that belong to it. Its own
// error says that there is none: a server may have forgotten a part.
func (r *reader) arrival(ctx context.Context, m jetstream.Msg) (arrival, error) {
	subject := strings.TrimSuffix(m.Subject(), ".0")
	b, err := getBlob(ctx, r.stream, subject, m.Headers(), m.Data())
	if err != nil && !errors.Is(err, jetstream.ErrMsgNotFound) && !errors.Is(err, errParts) {
		return arrival{}, err
	}
	return arrival{sealed: b, sum: subject[strings.LastIndexByte(subject, '.')+1:], err: err}, nil
}
