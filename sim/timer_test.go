package sim

import (
	"math/rand/v2"
	"slices"
	"testing"
)

func TestStartAtKeepsTheTotalOrder(t *testing.T) {
	k := NewKernel[int]()
	line := k.NewTimer(0, RankArrival)
	line.StartAt(10, 1)
	k.At(10, RankArrival, 2)
	line.StartAt(10, 3)
	line.StartAt(20, 5)
	k.At(10, RankRelease, 0)
	k.At(20, RankRelease, 4)
	for want := range 6 {
		if got, ok := k.Next(Never); !ok || got != want {
			t.Errorf("got %d, %v; want %d", got, ok, want)
		}
	}
}

func TestStartAtRefusesToGoBack(t *testing.T) {
	k := NewKernel[int]()
	line := k.NewTimer(0, RankArrival)
	line.StartAt(10, 1)
	defer func() {
		if recover() == nil {
			t.Error("an instant before one that waits was accepted")
		}
	}()
	line.StartAt(9, 2)
}

// A source that plays what it may at once sees the same order as one that starts a timer
// for each event.
func TestAdvanceKeepsTheTotalOrder(t *testing.T) {
	for seed := range uint64(200) {
		timed := play(seed, byTimers)
		for way, name := range []string{advancing: "at once", following: "in a row"} {
			if got := play(seed, way); !slices.Equal(timed, got) {
				t.Fatalf("seed %d:\n%v by timers\n%v %s", seed, timed, got, name)
			}
		}
	}
}

// Ways to play the next event of a source.
const (
	byTimers = iota
	advancing
	following
)

// play lists the events, by instant and name, of two sources of every few nanoseconds
// beside each other and others that they lead to.
func play(seed uint64, way int) (seen []Time) {
	draws := rand.New(rand.NewPCG(seed, 0))
	k := NewKernel[int]()
	var steps [2][40]Time
	var echoes [2][40]Time
	for s := range steps {
		for i := range steps[s] {
			steps[s][i], echoes[s][i] = Time(draws.IntN(4)), Time(draws.IntN(6))
		}
	}
	timers := [2]*Timer[int]{k.NewTimer(0, RankArrival), k.NewTimer(0, RankArrival)}
	played := [2]int{}
	for s := range timers {
		timers[s].StartAt(steps[s][0], s)
	}
	for e, ok := k.Next(60); ok; e, ok = k.Next(60) {
		seen = append(seen, k.Now(), Time(e))
		if e > 1 {
			continue
		}
		lead := k.Lead(RankArrival)
		for {
			played[e]++
			n := played[e]
			if n == len(steps[e]) {
				break
			}
			next, place := k.Now()+steps[e][n], k.Reserve()
			if n%3 > 0 {
				k.At(k.Now()+echoes[e][n], Rank(n%int(rankCount)), 2+e)
			}
			advanced := false
			switch {
			case n%7 == 0:
			case way == advancing:
				advanced = k.Advance(next, RankArrival)
			case way == following:
				advanced = k.Follow(&lead, next)
			}
			if advanced {
				seen = append(seen, k.Now(), Time(e))
				continue
			}
			timers[e].StartAtPlace(next, place, e)
			break
		}
	}
	return append(seen, k.Now(), Time(k.Pending()), Time(k.Processed()))
}
