package station

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"headroom/sim"
)

// TestQueueAgreesWithSlice pushes, pops and removes at random, with tickets that
// wrap around on the way.
func TestQueueAgreesWithSlice(t *testing.T) {
	type waiter struct {
		job, ticket uint32
		demand      sim.Time
	}
	for seed := range uint64(50) {
		random := rand.New(rand.NewPCG(seed, 1))
		q := Queue{line: ring[place]{head: 1<<32 - 500, tail: 1<<32 - 500}}
		var line []waiter
		for step := range uint32(3000) {
			switch random.IntN(7) {
			case 0, 1, 2, 3:
				demand := sim.Time(random.IntN(100))
				line = append(line, waiter{step, q.Push(step, demand), demand})
			case 4, 5:
				if len(line) > 0 {
					job, demand := q.Pop()
					if job != line[0].job || demand != line[0].demand {
						t.Fatalf("seed %d: popped job %d of %d, want %v", seed, job, demand, line[0])
					}
					line = line[1:]
				}
			default:
				for range min(len(line), random.IntN(3)) {
					i := random.IntN(len(line))
					q.Remove(line[i].ticket)
					line = slices.Delete(line, i, i+1)
				}
			}
			total, i := sim.Time(0), 0
			for job, demand := range q.All() {
				if i >= len(line) || job != line[i].job || demand != line[i].demand {
					t.Fatalf("seed %d: job %d stands at place %d of %v", seed, job, i, line)
				}
				total += demand
				i++
			}
			if i != len(line) || q.Len() != i || q.Demand() != total {
				t.Fatalf("seed %d: %d range, length %d, demand %d; want %d jobs with %d", seed, i, q.Len(), q.Demand(), len(line), total)
			}
		}
	}
}

// said returns what a function panics with.
func said(f func()) (message string) {
	defer func() { message, _ = recover().(string) }()
	f()
	return ""
}

func TestWhoIsNotThereCannotLeave(t *testing.T) {
	for name, leave := range map[string]func(s *Station){
		"an empty line":   func(s *Station) { s.waiting.Pop() },
		"no ticket":       func(s *Station) { s.LeaveLine(0) },
		"a used ticket":   func(s *Station) { s.LeaveLine(s.waiting.Push(1, 1)); s.LeaveLine(0) },
		"a later ticket":  func(s *Station) { s.LeaveLine(s.waiting.Push(1, 1) + 1) },
		"a job elsewhere": func(s *Station) { s.Offer(0, 1, 1); s.Abandon(0, 2) },
	} {
		s := New(Spec{Servers: 1, Limit: 1, Backlog: 3})
		if got := said(func() { leave(&s) }); !strings.HasPrefix(got, "station: ") {
			t.Errorf("%s: panics with %q", name, got)
		}
	}
}

func TestZeroStationRefusesEverything(t *testing.T) {
	var s Station
	if _, ok := s.Settle(sim.Hour); ok || !s.Full() {
		t.Errorf("it settles %v, full %v", ok, s.Full())
	}
	if verdict, _ := s.Offer(sim.Hour, 1, 1); verdict != Refused {
		t.Errorf("verdict %v", verdict)
	}
}

// TestExtremes takes the longest demands and the lowest and highest speeds.
func TestExtremes(t *testing.T) {
	s := New(Spec{Servers: 1 << 40, Limit: NoLimit})
	s.Offer(0, 1, sim.Never) // held to MaxDemand
	s.Offer(0, 2, MaxDemand)
	if s.Next() != MaxDemand {
		t.Errorf("the longest demand is done at %d, want %d", s.Next(), MaxDemand)
	}
	s.SetSpeed(0, 1)
	if s.Next() != sim.Never {
		t.Errorf("at a millionth of the speed it is done at %d, want never", s.Next())
	}
	// Two servers for 2⁵⁸ ns at a millionth.
	if got, want := s.Busy(1<<58), uint64(1)<<59/1_000_000; got != want {
		t.Errorf("work done %d, want %d", got, want)
	}
	s.SetSpeed(1<<58, 4_000_000_000)
	left := MaxDemand - 1<<58/1_000_000 // and 2⁵⁸ mod 10⁶ millionths of the fraction
	if got, want := s.Next(), sim.Time(1<<58)+(left+3999)/4000; got != want {
		t.Errorf("at 4,000 times the speed it is done at %d, want %d", got, want)
	}
	s.SetSpeed(1<<58, 0)
	if s.Next() != sim.Never || s.Busy(sim.Horizon) != s.Busy(1<<58) {
		t.Errorf("at no speed it is due at %d and does %d of work", s.Next(), s.Busy(sim.Horizon)-s.Busy(1<<58))
	}
}

func TestVerifyFindsWhatIsWrong(t *testing.T) {
	demand := func(uint32) sim.Time { return 10 }
	for name, spoil := range map[string]func(s *Station){
		"":                     func(*Station) {},
		"in service, 1 listed": func(s *Station) { s.running++ },
		"wait while":           func(s *Station) { s.limit = 3 },
		"of its demand":        func(s *Station) { s.clock += 10<<clockShift + 300 },
		"of its demand of":     func(s *Station) { s.jobs.all[0].done++ },
		"the line's demand":    func(s *Station) { s.waiting.demand-- },
	} {
		s := New(Spec{Servers: 1, Limit: 1, Backlog: 1})
		s.Offer(0, 1, 10)
		s.Offer(0, 2, 10)
		spoil(&s)
		err := s.Verify(demand)
		if (err != nil) != (name != "") || err != nil && !strings.Contains(err.Error(), name) {
			t.Errorf("spoilt for %q: %v", name, err)
		}
	}
}
