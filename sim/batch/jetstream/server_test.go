package jetstream

import (
	"context"
	"errors"
	"net"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// ground is a server that can be stopped and started again at the same place.
type ground struct {
	server *server.Server
	dir    string
	port   int
	room   int64 // of its store; 0: as much as there is
}

func (g *ground) start(t *testing.T) {
	t.Helper()
	s, err := server.NewServer(&server.Options{
		Host: "127.0.0.1", Port: g.port, JetStream: true, StoreDir: g.dir, NoSigs: true, NoLog: true, JetStreamMaxStore: g.room,
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	if !s.ReadyForConnections(10 * time.Second) {
		t.Fatal("the server does not start")
	}
	g.server, g.port = s, s.Addr().(*net.TCPAddr).Port
}

func (g *ground) stop() {
	g.server.Shutdown()
	g.server.WaitForShutdown()
}

// A server that starts anew, and even one that has lost everything, costs time and
// no answer.
func TestJobSurvivesItsServer(t *testing.T) {
	t.Parallel()
	for _, forgets := range []bool{false, true} {
		g := &ground{dir: t.TempDir(), port: server.RANDOM_PORT}
		g.start(t)
		var log logged
		o := Options{URL: g.server.ClientURL(), Log: log.add}
		c, other := open(t, o), open(t, o)
		var n atomic.Int64
		background(t, other, works(4*time.Millisecond, &n))
		s := newNumbers(300)
		ended := make(chan error, 1)
		go func() { ended <- c.Do(t.Context(), job("a"), s) }()
		for _, after := range []int64{20, 90} {
			for n.Load() < after {
				time.Sleep(time.Millisecond)
			}
			g.stop()
			if forgets {
				if err := os.RemoveAll(g.dir); err != nil {
					t.Fatal(err)
				}
			}
			time.Sleep(50 * time.Millisecond)
			g.start(t)
		}
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
		s.check(t)
		if text := log.text(); !strings.Contains(text, "lost the connection") || !strings.Contains(text, "connected again") {
			t.Errorf("the log does not tell:\n%s", text)
		}
		if forgets != strings.Contains(log.text(), "had forgotten the job") {
			t.Errorf("forgets: %v, but the log says\n%s", forgets, log.text())
		}
		if !forgets && n.Load() > 300+8 {
			t.Errorf("%d tasks were computed", n.Load())
		}
		c.Close()
		other.Close()
		g.stop()
	}
}

// A server may have run for one job only: who waits for work leaves though it is gone.
func TestIdleWorkerLeavesAServerThatIsGone(t *testing.T) {
	t.Parallel()
	g := &ground{dir: t.TempDir(), port: server.RANDOM_PORT}
	g.start(t)
	c := open(t, Options{URL: g.server.ClientURL()})
	var n atomic.Int64
	o := works(time.Millisecond, &n)
	o.Idle = 2 * time.Second
	ended := make(chan error, 1)
	go func() { ended <- c.Work(t.Context(), o) }()
	g.stop()
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(30 * time.Second):
		t.Error("it does not leave")
	}
}

// A server whose store is full ends the job and says why.
func TestFullServerEndsTheJob(t *testing.T) {
	t.Parallel()
	g := &ground{dir: t.TempDir(), port: server.RANDOM_PORT, room: 6 << 20}
	g.start(t)
	defer g.stop()
	var log logged
	c := open(t, Options{URL: g.server.ClientURL(), Log: log.add, beat: 30 * time.Millisecond})
	var n atomic.Int64
	background(t, c, works(0, &n))
	err := c.Do(t.Context(), job("a"), newNumbers(5000))
	if !errors.Is(err, errFull) || !strings.Contains(err.Error(), "its disk may be full") {
		t.Errorf("got %v", err)
	}
	if !strings.Contains(log.text(), "insufficient resources") {
		t.Errorf("the log does not tell:\n%s", log.text())
	}
	gone(t, c)
	c.Close()
}

// What a server refused before it went away is not held against it.
func TestServerThatIsAwayIsNotFull(t *testing.T) {
	t.Parallel()
	g := &ground{dir: t.TempDir(), port: server.RANDOM_PORT}
	g.start(t)
	c := open(t, Options{URL: g.server.ClientURL()})
	g.stop()
	for c.conn.IsConnected() {
		time.Sleep(time.Millisecond)
	}
	d := &coordinator{c: c, job: Job{ID: "a", Beat: time.Millisecond}, full: time.Now().Add(-time.Hour)}
	if err := d.tend(t.Context(), 0); err != nil || !d.full.IsZero() {
		t.Errorf("full since %v, %v", d.full, err)
	}
}

func TestServerWithoutJetStreamIsRefused(t *testing.T) {
	t.Parallel()
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: server.RANDOM_PORT, NoSigs: true, NoLog: true})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	defer s.Shutdown()
	if !s.ReadyForConnections(10 * time.Second) {
		t.Fatal("the server does not start")
	}
	_, err = Open(context.Background(), Options{URL: s.ClientURL()})
	if err == nil || !strings.Contains(err.Error(), "runs without JetStream (start nats-server with --jetstream)") {
		t.Errorf("got %v", err)
	}
}

func TestOldServersAreKnown(t *testing.T) {
	t.Parallel()
	for version, old := range map[string]bool{"2.8.4": true, "1.99.0": true, "2.9.0": false, "2.15.2": false, "3.0": false, "dev": false} {
		if older(version, 2, 9) != old {
			t.Errorf("%s", version)
		}
	}
}

func FuzzFrame(f *testing.F) {
	f.Add((&frame{worker: "w", task: []byte("task"), answer: []byte("answer"), took: time.Second}).encode())
	f.Add((&frame{task: []byte("task"), lost: true}).encode())
	f.Add([]byte{frameAnswer, 1, 9, 0})
	for _, worker := range []string{strings.Repeat("\xff", 55), strings.Repeat("w", 97) + "\x1b[2J", strings.Repeat("é", 101)} {
		f.Add((&frame{worker: worker, task: []byte("task")}).encode())
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		a, err := decodeFrame(b)
		if err != nil {
			return
		}
		again, err := decodeFrame(a.encode())
		if err != nil || again.worker != a.worker || string(again.task) != string(a.task) || string(again.answer) != string(a.answer) || again.took != a.took || again.lost != a.lost {
			t.Errorf("%+v became %+v, %v", a, again, err)
		}
	})
}
