package routing

import (
	"testing"

	"headroom/sim"
)

// A target in slow start gets elapsed/duration of the share of a full one: of three full
// ones and one at half of 120 s 0.5/3.5, and a quarter at the end.
func TestSlowStartGrowsWithTime(t *testing.T) {
	now := sim.Time(0)
	p := NewSlowStart(1, 120*sim.Second, (*instant)(&now))
	for target := range 3 {
		p.Add(target)
	}
	p.Add(3)
	p.Begin(3)
	for _, c := range []struct {
		at   sim.Time
		want int // of 840 requests
	}{{0, 0}, {30 * sim.Second, 64}, {60 * sim.Second, 120}, {90 * sim.Second, 168}, {120 * sim.Second, 210}, {sim.Hour, 210}} {
		now = c.at
		served := make([]int, 4)
		for range 840 {
			target, ok := p.Pick(0)
			if !ok {
				t.Fatalf("at %v: no target", now)
			}
			served[target]++
		}
		if d := served[3] - c.want; d < -1 || d > 1 {
			t.Errorf("at %v the new target served %d of 840, want %d", now, served[3], c.want)
		}
	}
}

// The first targets of a group take all that comes; one that left and is back starts
// again; who starts while all the others do so too does not starve.
func TestSlowStartBegins(t *testing.T) {
	now := sim.Time(0)
	p := NewSlowStart(2, 100*sim.Second, (*instant)(&now))
	p.Add(7)
	p.Begin(7)
	if target, ok := p.Pick(1); !ok || target != 7 {
		t.Fatalf("the only target: got %d, %v", target, ok)
	}
	p.Add(2)
	p.Begin(2)
	for range 10 {
		if target, _ := p.Pick(0); target != 7 {
			t.Fatalf("a target at the very beginning of its slow start was picked")
		}
	}
	p.Remove(7)
	if target, ok := p.Pick(0); !ok || target != 2 {
		t.Fatalf("where only one is left, that starts: got %d, %v", target, ok)
	}
	now = 50 * sim.Second
	p.Add(7)
	p.Begin(7)
	now = 75 * sim.Second
	served := map[int]int{}
	for range 1000 {
		target, _ := p.Pick(0)
		served[target]++
	}
	if served[2] != 429 || served[7] != 571 { // 7 is full: no other was when it came
		t.Errorf("after 75 s the one that started alone among starting ones served %v, want 571, the other 429", served)
	}
}

// instant is a clock that tests set.
type instant sim.Time

func (i *instant) Now() sim.Time { return sim.Time(*i) }
