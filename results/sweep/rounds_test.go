package sweep

import (
	"context"
	"errors"
	"math"
	"testing"
	"time"
)

// Rounds ask for what they are asked, whatever the tasks look like and whoever is lost, and
// each replication comes once with the values of a local run.
func TestRoundsGiveWhatALocalRunGives(t *testing.T) {
	p := loadsOf(3, few)
	var asked []Asked
	for point := range p.Points {
		at := p.setup(point)
		if at.err != nil {
			continue
		}
		for k := range 3 {
			asked = append(asked, Asked{Point: point, Replication: k, Layout: at.layout})
		}
	}
	rounds := NewRounds()
	over := make(chan struct{})
	go func() {
		defer close(over)
		answerAll(t, p, rounds)
	}()
	for _, round := range [][]Asked{asked, {{Point: asked[0].Point, Replication: 9, Layout: asked[0].Layout}}} {
		told := 0
		found, err := rounds.Do(t.Context(), round, func(Found) { told++ })
		if err != nil || len(found) != len(round) || told != len(round) {
			t.Fatalf("%d of %d found, told of %d: %v", len(found), len(round), told, err)
		}
		broken := map[int]bool{} // what follows a failure at a point may not be computed
		for i, f := range found {
			at := p.setup(round[i].Point)
			want, failed := replicate(t.Context(), at.experiment, round[i].Replication)
			if broken[round[i].Point] && errors.Is(f.Err, errSkipped) {
				continue
			}
			broken[round[i].Point] = failed != nil
			if f.Of != i || (failed == nil) != (f.Err == nil) || !sameValues(f.Values, want) {
				t.Errorf("%+v: %v, %v, want %v, %v", round[i], f.Values, f.Err, want, failed)
			}
		}
	}
	if done, _, total := rounds.Progress(); done != len(asked)+1 || total != done {
		t.Errorf("%d of %d done, want %d", done, total, len(asked)+1)
	}
	rounds.End(nil)
	<-over
}

// answerAll answers tasks, out of order, each third lost at first and each with an answer
// that is none before its own.
func answerAll(t *testing.T, p *Plan, r *Rounds) {
	var held [][]byte
	answered := 0
	for {
		task, more := r.Next()
		if more {
			held = append(held, task)
			if len(held) < 3 && answered > 0 {
				continue
			}
		}
		if len(held) == 0 {
			return
		}
		last := held[len(held)-1]
		held = held[:len(held)-1]
		answered++
		if accepted, _ := r.Done(last, []byte("none"), time.Millisecond, false); accepted {
			t.Error("what is no answer was accepted")
		}
		stretches, _ := decodeTask(last)
		lost := answered%3 == 0 && replications(stretches) > 1
		var answer []byte
		if !lost {
			answer, _ = p.Answer(t.Context(), last)
		}
		if accepted, err := r.Done(last, answer, time.Millisecond, lost); !accepted || err != nil {
			t.Errorf("not accepted: %v", err)
		}
	}
}

func sameValues(a, b []float64) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] && !(math.IsNaN(a[i]) && math.IsNaN(b[i])) {
			return false
		}
	}
	return true
}

func TestRoundsEndWithWhoWantsThem(t *testing.T) {
	p := loadsOf(3, few)
	at := p.setup(0)
	cancelled, cancel := context.WithCancel(t.Context())
	rounds := NewRounds()
	go func() {
		rounds.Next()
		cancel()
	}()
	found, err := rounds.Do(cancelled, []Asked{{Point: 0, Layout: at.layout}}, nil)
	if len(found) != 0 || !errors.Is(err, context.Canceled) {
		t.Errorf("found %v, %v", found, err)
	}
	if task, more := rounds.Next(); more {
		t.Errorf("another task after the end: %v", task)
	}
}
