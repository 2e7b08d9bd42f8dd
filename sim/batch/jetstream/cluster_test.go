package jetstream

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// sockets counts those that this process has open; -1 if that cannot be told.
func sockets() int {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return -1
	}
	n := 0
	for _, e := range entries {
		if to, err := os.Readlink("/proc/self/fd/" + e.Name()); err == nil && strings.HasPrefix(to, "socket:") {
			n++
		}
	}
	return n
}

func TestJobIsDoneInProcessWithoutASocket(t *testing.T) {
	before := sockets()
	c := open(t, Options{})
	if c.Address() != "" || sockets() > before {
		t.Errorf("listens at %q, %d sockets instead of %d", c.Address(), sockets(), before)
	}
	s := newNumbers(200)
	var n atomic.Int64
	o := works(time.Millisecond, &n)
	o.Job = "a"
	ended := background(t, c, o)
	if err := c.Do(t.Context(), job("a"), s); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
	s.check(t)
	if n.Load() != 200 || s.twice > 0 {
		t.Errorf("%d tasks were computed, %d answers came twice", n.Load(), s.twice)
	}
	gone(t, c)
}

// Workers whose connection is cut in the middle of a task lose nothing: others
// get it.
func TestTasksOfDeadWorkersAreComputedByOthers(t *testing.T) {
	t.Parallel()
	c := open(t, Options{Listen: "127.0.0.1:0"})
	s := newNumbers(60)
	var n atomic.Int64
	for range 3 {
		mortal := join(t, c)
		o := works(5*time.Millisecond, &n)
		open := o.Open
		tasks := 0
		o.Slots = 1
		o.Open = func(ctx context.Context, j *Job) (Answerer, error) {
			answer, err := open(ctx, j)
			return func(ctx context.Context, task []byte) ([]byte, error) {
				if tasks++; tasks == 3 {
					mortal.conn.Close() // as kill -9 does
				}
				return answer(ctx, task)
			}, err
		}
		background(t, mortal, o)
	}
	background(t, join(t, c), works(5*time.Millisecond, &n))
	if err := c.Do(t.Context(), job("a"), s); err != nil {
		t.Fatal(err)
	}
	s.check(t)
	gone(t, c)
}

// A task that takes down every worker is lost, and nothing else.
func TestDeadlyTaskIsLostAlone(t *testing.T) {
	t.Parallel()
	c := open(t, Options{Listen: "127.0.0.1:0"})
	s := newNumbers(30)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var deaths, n atomic.Int64
	var live func()
	live = func() {
		mortal := join(t, c)
		o := works(time.Millisecond, &n)
		open := o.Open
		o.Slots = 1
		o.Open = func(ctx context.Context, j *Job) (Answerer, error) {
			answer, err := open(ctx, j)
			return func(ctx context.Context, task []byte) ([]byte, error) {
				if number(task) == 13 {
					deaths.Add(1)
					mortal.conn.Close()
				}
				return answer(ctx, task)
			}, err
		}
		go func() {
			if err := mortal.Work(ctx, o); err != nil && ctx.Err() == nil {
				live() // as systemd does
			}
		}()
	}
	live()
	if err := c.Do(ctx, job("a"), s); err != nil {
		t.Fatal(err)
	}
	if !s.lost[13] || len(s.lost) != 1 || deaths.Load() > mostDeliveries || deaths.Load() < 3 {
		t.Errorf("lost %v after %d deaths", s.lost, deaths.Load())
	}
	s.check(t)
}

// A worker that leaves hands back what it has: nobody waits for its silence.
func TestLeavingWorkerHandsItsTasksBack(t *testing.T) {
	t.Parallel()
	c := open(t, Options{Listen: "127.0.0.1:0", beat: time.Hour})
	s := newNumbers(4)
	var n atomic.Int64
	leaver := join(t, c)
	ctx, leave := context.WithCancelCause(t.Context())
	took := make(chan struct{}, 9)
	o := works(time.Hour, &n)
	open := o.Open
	o.Open = func(ctx context.Context, j *Job) (Answerer, error) {
		answer, err := open(ctx, j)
		return func(ctx context.Context, task []byte) ([]byte, error) {
			took <- struct{}{}
			return answer(ctx, task)
		}, err
	}
	left := make(chan error, 1)
	go func() { left <- leaver.Work(ctx, o) }()
	done := make(chan error, 1)
	go func() { done <- c.Do(t.Context(), job("a"), s) }()
	<-took
	<-took
	why := errors.New("going home")
	leave(why)
	if err := <-left; !errors.Is(err, why) {
		t.Errorf("left with %v", err)
	}
	background(t, join(t, c), works(0, &n))
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	s.check(t)
}

// A coordinator that is killed finds the answers to what it had handed out.
func TestKilledCoordinatorIsContinued(t *testing.T) {
	t.Parallel()
	c := open(t, Options{Listen: "127.0.0.1:0"})
	var n atomic.Int64
	background(t, join(t, c), works(4*time.Millisecond, &n))
	first := join(t, c)
	ended := make(chan error, 1)
	s := newNumbers(120)
	go func() { ended <- first.Do(t.Context(), job("a"), s) }()
	for n.Load() < 30 {
		time.Sleep(time.Millisecond)
	}
	first.conn.Close()
	if err := <-ended; err == nil || !strings.Contains(err.Error(), "has ended") {
		t.Errorf("killed: %v", err)
	}
	again := newNumbers(120)
	if err := c.Do(t.Context(), job("a"), again); err != nil {
		t.Fatal(err)
	}
	again.check(t)
	if n.Load() != 120 {
		t.Errorf("%d tasks were computed, 120 are enough", n.Load())
	}
	gone(t, c)
}

func TestCancelEndsAJobWithAndWithoutItsCoordinator(t *testing.T) {
	t.Parallel()
	c := open(t, Options{Listen: "127.0.0.1:0"})
	var n atomic.Int64
	background(t, join(t, c), works(20*time.Millisecond, &n))
	for _, dead := range []bool{false, true} {
		coordinator := join(t, c)
		ended := make(chan error, 1)
		s := newNumbers(100_000)
		go func() { ended <- coordinator.Do(t.Context(), job("a"), s) }()
		for done := 0; done < 3; done, _, _ = s.Progress() {
			time.Sleep(time.Millisecond)
		}
		if dead {
			coordinator.conn.Close()
			<-ended
		}
		r, err := c.Roster(t.Context())
		if err != nil || len(r.Jobs) != 1 || r.Jobs[0].ID != "a" || r.Jobs[0].Coordinated == dead || len(r.Workers) != 1 {
			t.Fatalf("%+v, %v", r, err)
		}
		if j := r.Jobs[0]; !dead && j.Waiting == 0 || !dead && (j.Total != 100_000 || j.Done == 0) || dead && j.Answers == 0 {
			t.Errorf("%+v", j)
		}
		if err := c.Cancel(t.Context(), "a"); err != nil {
			t.Fatal(err)
		}
		if !dead {
			if err := <-ended; !errors.Is(err, ErrCancelled) {
				t.Errorf("ended with %v", err)
			}
		}
		gone(t, c)
		if err := c.Cancel(t.Context(), "a"); err == nil || err.Error() != "no job a: there is none" {
			t.Errorf("cancelled what is not there: %v", err)
		}
	}
}

func TestWorkerOfAnotherProgramIsRefused(t *testing.T) {
	t.Parallel()
	c := open(t, Options{Listen: "127.0.0.1:0"})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- c.Do(ctx, job("a"), newNumbers(9)) }()
	var n atomic.Int64
	o := works(0, &n)
	o.Program = "p2"
	err := join(t, c).Work(t.Context(), o)
	refused := (*Refusal)(nil)
	if !errors.As(err, &refused) || !strings.Contains(err.Error(), "it is of p1, this worker is p2") || n.Load() > 0 {
		t.Errorf("got %v", err)
	}
	o.Program = "p1"
	o.Open = func(context.Context, *Job) (Answerer, error) { return nil, errors.New("makes no sense") }
	if err := join(t, c).Work(t.Context(), o); err == nil || err.Error() != "the job a is refused: makes no sense" {
		t.Errorf("got %v", err)
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	gone(t, c) // a coordinator that leaves in peace leaves nothing
}

// What others put on the subjects is shown as what it is, and harms nobody.
func TestForeignOffersAreTolerated(t *testing.T) {
	t.Parallel()
	c := open(t, Options{})
	if _, err := c.board(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := c.conn.Publish(recordSubject("x"), []byte("garbage")); err != nil {
		t.Fatal(err)
	}
	var n atomic.Int64
	background(t, c, works(0, &n))
	s := newNumbers(20)
	if err := c.Do(t.Context(), job("a"), s); err != nil {
		t.Fatal(err)
	}
	s.check(t)
	r, err := c.Roster(t.Context())
	if err != nil || len(r.Jobs) != 1 || r.Jobs[0].ID != "x" || !r.Jobs[0].Begun.IsZero() {
		t.Errorf("%+v, %v", r, err)
	}
	if err := c.Cancel(t.Context(), "x"); err != nil {
		t.Error(err)
	}
	gone(t, c)
}

func TestWorkersLeaveWhenThereIsNothingToDo(t *testing.T) {
	t.Parallel()
	c := open(t, Options{Listen: "127.0.0.1:0"})
	var n atomic.Int64
	o := works(0, &n)
	o.Idle = 300 * time.Millisecond
	begin := time.Now()
	if err := join(t, c).Work(t.Context(), o); err != nil || time.Since(begin) < o.Idle {
		t.Errorf("%v after %v", err, time.Since(begin))
	}
}

// Two jobs at a time get the same worker's attention by turns.
func TestJobsShareTheirWorkers(t *testing.T) {
	t.Parallel()
	c := open(t, Options{})
	var n atomic.Int64
	a, b := newNumbers(80), newNumbers(80)
	ended := make(chan string, 2)
	for id, s := range map[string]*numbers{"a": a, "b": b} {
		go func() {
			if err := c.Do(t.Context(), job(id), s); err != nil {
				t.Error(err)
			}
			ended <- id
		}()
	}
	for {
		if ids, _ := c.offered(t.Context()); len(ids) == 2 {
			break
		}
	}
	background(t, c, works(5*time.Millisecond, &n))
	first := <-ended
	other := map[string]*numbers{"a": b, "b": a}[first]
	if done, _, _ := other.Progress(); done < 20 {
		t.Errorf("when %s had ended, the other had %d of 80 answers", first, done)
	}
	<-ended
	a.check(t)
	b.check(t)
}

// The first answer to a task stays, whatever comes later.
func TestFirstWriteWins(t *testing.T) {
	t.Parallel()
	c := open(t, Options{})
	d := &coordinator{c: c, job: Job{ID: "a", Beat: time.Second}}
	_, answers, err := d.streams(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		err := c.putBlob(t.Context(), answerSubject("a", "x"), []byte(fmt.Sprint("answer ", i)))
		if i == 0 && err != nil || i > 0 && !errors.Is(err, errExists) {
			t.Errorf("write %d: %v", i, err)
		}
	}
	m, err := answers.GetLastMsgForSubject(t.Context(), answerSubject("a", "x")+".0")
	if err != nil || string(m.Data) != "answer 0" {
		t.Errorf("%v %v", m, err)
	}
	for i := range 2 {
		d.publish(t.Context(), &posted{task: task(1)})
		if left, err := d.leftOver(t.Context(), must(c.js.Stream(t.Context(), taskStream("a")))); err != nil || len(left) != 1 {
			t.Errorf("publication %d: %d tasks, %v", i, len(left), err)
		}
	}
}

// Of an answer in parts one may be lost: it is asked for again.
func TestDamagedAnswersAreAskedForAgain(t *testing.T) {
	t.Parallel()
	var log logged
	c := open(t, Options{Log: log.add})
	d := &coordinator{c: c, job: job("a")}
	d.job.Beat = time.Second
	if _, _, err := d.streams(t.Context()); err != nil {
		t.Fatal(err)
	}
	for i, b := range [][]byte{[]byte("nonsense"), d.job.sealAnswer(sum(task(1)), &frame{task: task(1), answer: square(task(7))})} {
		if err := c.putBlob(t.Context(), answerSubject("a", sum(task(i))), b); err != nil {
			t.Fatal(err)
		}
	}
	answers := must(c.js.Stream(t.Context(), answerStream("a")))
	part := must(answers.GetLastMsgForSubject(t.Context(), answerSubject("a", sum(task(1)))+".1"))
	if err := answers.DeleteMsg(t.Context(), part.Sequence); err != nil {
		t.Fatal(err)
	}
	var n atomic.Int64
	background(t, c, works(0, &n))
	s := newNumbers(20)
	if err := c.Do(t.Context(), job("a"), s); err != nil {
		t.Fatal(err)
	}
	s.check(t)
	if text := log.text(); strings.Count(text, "an answer is damaged, and is asked for again") != 2 {
		t.Errorf("the log says\n%s", text)
	}
}

// What is settled does not stay on the server, and what follows is not lost with it.
func TestSettledAnswersAreForgotten(t *testing.T) {
	t.Parallel()
	c := open(t, Options{beat: 20 * time.Millisecond})
	var n atomic.Int64
	background(t, c, works(5*time.Millisecond, &n))
	s := newNumbers(600)
	ended := make(chan error, 1)
	go func() { ended <- c.Do(t.Context(), job("a"), s) }()
	first := uint64(0)
	for {
		if answers, err := c.js.Stream(t.Context(), answerStream("a")); err == nil {
			first = max(first, answers.CachedInfo().State.FirstSeq)
		}
		select {
		case err := <-ended:
			if err != nil {
				t.Fatal(err)
			}
			s.check(t)
			if first < 100 {
				t.Errorf("the first answer on the server was number %d at last", first)
			}
			return
		case <-time.After(10 * time.Millisecond):
		}
	}
}

func TestIdentitiesAreTokens(t *testing.T) {
	t.Parallel()
	c := open(t, Options{})
	for _, id := range []string{"", "a.b", "a b", "*", "ä"} {
		if err := c.Do(t.Context(), Job{ID: id}, newNumbers(0)); err == nil {
			t.Errorf("a job may be called %q", id)
		}
	}
}

// gone makes sure that a job leaves nothing on the server.
func gone(t *testing.T, c *Cluster) {
	t.Helper()
	var left []string
	for name := range c.js.StreamNames(t.Context()).Name() {
		if name != boardStream {
			left = append(left, name)
		}
	}
	ids, err := c.offered(t.Context())
	if left = slices.Concat(left, ids); err != nil || len(left) > 0 {
		t.Errorf("left on the server: %v, %v", left, err)
	}
}
