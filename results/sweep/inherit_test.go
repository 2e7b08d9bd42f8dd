package sweep

import (
	"bytes"
	"math/rand/v2"
	"testing"
	"time"
)

// message is a task on a server, with its answer if there is one.
type message struct {
	task, answer []byte
	lost         bool
}

// server keeps tasks and answers while coordinators are killed: the first answer
// to a task stays.
type server struct {
	plan     *Plan
	rand     *rand.Rand
	messages map[string]*message
	order    []string
	computed int // replications
	forgot   int // answers
}

// forget drops the first answers as far as nobody needs them.
func (s *server) forget(d *Dispatch) {
	for len(s.order) > 0 {
		m := s.messages[s.order[0]]
		if m.answer == nil && !m.lost || !d.Settled(m.task) {
			return
		}
		delete(s.messages, s.order[0])
		s.order = s.order[1:]
		s.forgot++
	}
}

func (s *server) post(task []byte) {
	if s.messages[string(task)] == nil {
		s.messages[string(task)] = &message{task: task}
		s.order = append(s.order, string(task))
	}
}

// waiting lists the tasks without an answer, shuffled.
func (s *server) waiting() []*message {
	var some []*message
	for _, name := range s.order {
		if m := s.messages[name]; m.answer == nil && !m.lost {
			some = append(some, m)
		}
	}
	s.rand.Shuffle(len(some), func(i, j int) { some[i], some[j] = some[j], some[i] })
	return some
}

// compute answers a task, or loses it.
func (s *server) compute(t testing.TB, m *message, kill float64) {
	n := replications(must(decodeTask(m.task)))
	if m.lost = n > 1 && s.rand.Float64() < kill; m.lost {
		return
	}
	s.computed += n
	m.answer = must(s.plan.Answer(t.Context(), m.task))
}

// coordinate runs a Dispatch on what the server has until all is done, or until it
// is killed after so many answers. It reports whether all is done.
func (s *server) coordinate(t testing.TB, dir string, answers int, kill float64) bool {
	j := must(journalIn(dir, manifest))
	defer j.Close() // without End: killed
	d := NewDispatch(&Plan{Points: s.plan.Points, Rule: s.plan.Rule}, j, Options{})
	out := map[*message]bool{}
	done := func(m *message) {
		if _, err := d.Done(m.task, m.answer, time.Millisecond, m.lost); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range s.order {
		if m := s.messages[name]; m.answer != nil || m.lost {
			done(m)
		}
	}
	for _, m := range s.waiting() {
		if d.Expect(m.task) {
			out[m] = true
		}
	}
	for {
		for {
			task, ok := d.Next()
			if !ok {
				break
			}
			s.post(task)
			m := s.messages[string(task)]
			if m.answer != nil || m.lost {
				t.Fatal("asks again for what has an answer")
			}
			out[m] = true
		}
		if len(out) == 0 {
			done, _, _ := d.Progress()
			return done == s.plan.Points
		}
		for _, m := range s.waiting() {
			if s.rand.IntN(3) > 0 {
				continue
			}
			s.compute(t, m, kill)
			if answers--; answers == 0 {
				return false // the answer stays on the server
			}
			delete(out, m)
			done(m)
		}
		s.forget(d)
	}
}

// However often the coordinator is killed, what was answered is not computed
// again, and the rows are those of Run.
func TestDispatchInheritsWhatAnEarlierOneLeft(t *testing.T) {
	for name, p := range map[string]*Plan{
		"fixed": loads(12, Rule{Replications: 4}), "precise": loads(6, adaptive), "ruled": loads(8, ruled),
		"failing": failing(Rule{Replications: 4}), "failing adaptively": failing(adaptive),
	} {
		want := dump(t, t.TempDir(), p, Options{Workers: 1})
		forgot := 0
		for seed := range uint64(4) {
			s := &server{plan: p, rand: rand.New(rand.NewPCG(seed, 2)), messages: map[string]*message{}}
			kill := 0.2 * float64(seed%2)
			dir := t.TempDir()
			lives := 1
			for !s.coordinate(t, dir, 3+int(seed)*4, kill) {
				lives++
			}
			j := must(journalIn(dir, manifest))
			if got := content(t, j, p); !bytes.Equal(got, want) {
				t.Errorf("%s, seed %d: rows differ from those of Run after %d lives", name, seed, lives)
			}
			j.Close()
			fresh := &server{plan: p, rand: rand.New(rand.NewPCG(seed, 2)), messages: map[string]*message{}}
			fresh.coordinate(t, t.TempDir(), -1, 0)
			if kill == 0 && s.computed > fresh.computed {
				t.Errorf("%s, seed %d: %d replications were computed in %d lives, %d are enough", name, seed, s.computed, lives, fresh.computed)
			}
			forgot += s.forgot
			if lives < 2 {
				t.Errorf("%s, seed %d: was never killed", name, seed)
			}
		}
		if forgot == 0 {
			t.Errorf("%s: no answer was settled", name)
		}
	}
}
