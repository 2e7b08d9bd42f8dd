package jetstream

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// numbers is a source of the tasks 0 to n-1.
type numbers struct {
	mu       sync.Mutex
	n, next  int
	answers  map[int][]byte
	lost     map[int]bool
	expected map[int]bool
	twice    int // answers that came again
	wrong    int // answers that were none
	window   int
}

func newNumbers(n int) *numbers {
	return &numbers{n: n, window: 32, answers: map[int][]byte{}, lost: map[int]bool{}, expected: map[int]bool{}}
}

func task(i int) []byte             { return binary.BigEndian.AppendUint32(nil, uint32(i)) }
func number(task []byte) int        { return int(binary.BigEndian.Uint32(task)) }
func (s *numbers) known(i int) bool { return s.answers[i] != nil || s.lost[i] || s.expected[i] }

func (s *numbers) Next() ([]byte, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.next < s.n && s.known(s.next) {
		s.next++
	}
	if s.next == s.n || s.next-len(s.answers)-len(s.lost) >= s.window {
		return nil, false
	}
	s.next++
	return task(s.next - 1), true
}

func (s *numbers) Expect(task []byte) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expected[number(task)] = true
	return true
}

func (s *numbers) Done(task, answer []byte, _ time.Duration, lost bool) (accepted bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := number(task)
	if !lost && !bytes.Equal(answer, square(task)) {
		s.wrong++
		return false, nil
	}
	if s.answers[i] != nil {
		s.twice++
	}
	if lost {
		s.lost[i] = true
		return true, nil
	}
	s.answers[i] = bytes.Clone(answer)
	return true, nil
}

func (s *numbers) Settled(task []byte) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.answers[number(task)] != nil
}

func (s *numbers) Progress() (done, failed, total int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.answers), len(s.lost), s.n
}

// square is the answer to a task: large for every seventh.
func square(task []byte) []byte {
	b := sha256.Sum256(task)
	if number(task)%7 == 0 {
		return bytes.Repeat(b[:], 40_000)
	}
	return b[:]
}

func (s *numbers) check(t *testing.T) {
	t.Helper()
	for i := range s.n {
		if !s.lost[i] && !bytes.Equal(s.answers[i], square(task(i))) {
			t.Fatalf("answer %d is %d bytes, want %d", i, len(s.answers[i]), len(square(task(i))))
		}
	}
}

// works answers tasks after some time each, and counts them.
func works(each time.Duration, n *atomic.Int64) WorkOptions {
	return WorkOptions{Program: "p1", Slots: 2, Open: func(_ context.Context, job *Job) (Answerer, error) {
		if len(job.Payload) != 3*partSize+17 {
			return nil, fmt.Errorf("payload of %d bytes", len(job.Payload))
		}
		return func(ctx context.Context, task []byte) ([]byte, error) {
			if !sleep(ctx, each) {
				return nil, context.Cause(ctx)
			}
			n.Add(1)
			return square(task), nil
		}, nil
	}}
}

func job(id string) Job {
	return Job{ID: id, Title: "numbers", Program: "p1", Payload: make([]byte, 3*partSize+17), Key: []byte("key of " + id)}
}

// logged collects what a cluster logs.
type logged struct {
	mu    sync.Mutex
	lines []string
}

func (l *logged) add(text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, text)
}

func (l *logged) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(l.lines, "\n")
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// open opens a cluster whose signs of life are frequent.
func open(t *testing.T, o Options) *Cluster {
	t.Helper()
	if o.beat == 0 {
		o.beat = 100 * time.Millisecond
	}
	if o.Listen != "" && o.Token == "" {
		o.Token = NewToken()
	}
	c, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

// join connects another client with the server of a cluster.
func join(t *testing.T, c *Cluster) *Cluster {
	t.Helper()
	return open(t, Options{URL: c.Address(), Token: c.options.Token, CA: c.options.CA, beat: c.options.beat})
}

// background works until the test ends.
func background(t *testing.T, c *Cluster, o WorkOptions) chan error {
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	stopped := make(chan struct{})
	go func() {
		ended <- c.Work(ctx, o)
		close(stopped)
	}()
	t.Cleanup(func() {
		cancel()
		<-stopped
	})
	return ended
}
