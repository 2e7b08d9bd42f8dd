package fluid

import (
	"math"
	"testing"

	"headroom/sim/analytic"
)

// near reports whether got is within a share of want.
func near(got, want, share float64) bool { return math.Abs(got-want) <= share*math.Abs(want)+1e-12 }

func TestChainIsErlangsWithPoissonArrivals(t *testing.T) {
	for _, servers := range []int{1, 2, 7, 100, 1500} {
		for _, load := range []float64{0.001, 0.3, 0.8, 0.95, 0.99} {
			c := newChain(servers, 0, 1, load)
			q, err := analytic.NewMMc(load*float64(servers), 1, servers)
			if err != nil {
				t.Fatal(err)
			}
			if !near(c.waits(), q.WaitProbability(), 1e-6) || !near(c.delay(), q.MeanWait(), 1e-6) {
				t.Errorf("%d servers at %v: waits %v, delay %v, want %v, %v", servers, load, c.waits(), c.delay(), q.WaitProbability(), q.MeanWait())
			}
		}
	}
}

func TestChainWithLimitedRoomIsMMcK(t *testing.T) {
	for _, room := range []int{3, 4, 20, 1027} {
		for _, load := range []float64{0.01, 0.7, 1, 1.3, 5} {
			c := newChain(3, room, 1, load)
			q, err := analytic.NewMMcK(load*3, 1, 3, room)
			if err != nil {
				t.Fatal(err)
			}
			if !near(c.blocked, q.Blocking(), 1e-9) || !near(c.delay(), q.MeanWait(), 1e-6) {
				t.Errorf("room %d at %v: blocked %v, delay %v, want %v, %v", room, load, c.blocked, c.delay(), q.Blocking(), q.MeanWait())
			}
		}
	}
}

// The wait of GI/M/1 is 0 with probability 1−s, else exponential of rate 1−s.
func TestChainOfEveryNthArrivalIsGIM1(t *testing.T) {
	for _, stages := range []int{2, 3, 10, 1000} {
		for _, load := range []float64{0.1, 0.5, 0.9, 0.98} {
			s := decay(stages, load)
			transform := math.Pow(float64(stages)*load/(float64(stages)*load+1-s), float64(stages))
			if !near(s, transform, 1e-9) {
				t.Errorf("%d stages at %v: root %v, transform %v", stages, load, s, transform)
			}
			c := newChain(1, 0, stages, load)
			if !near(c.waits(), s, 1e-6) || !near(c.delay(), s/(1-s), 1e-6) {
				t.Errorf("%d stages at %v: waits %v, delay %v, want %v, %v", stages, load, c.waits(), c.delay(), s, s/(1-s))
			}
		}
	}
}

// The share of the time that servers are busy is the load, whatever the arrivals.
func TestChainKeepsTheFlow(t *testing.T) {
	for _, stages := range []int{1, 4, 50} {
		for _, servers := range []int{1, 2, 16} {
			c := newChain(servers, 0, stages, 0.85)
			busy, jobs := 0.0, 0.0
			for j, share := range c.share {
				busy += share * float64(min(j/stages, servers))
				jobs += share * float64(j/stages)
			}
			if !near(busy, c.rate, 1e-8) || !near(jobs, c.rate*(1+c.delay()), 1e-6) {
				t.Errorf("%d stages, %d servers: busy %v of %v, %v jobs, by Little %v", stages, servers, busy, c.rate, jobs, c.rate*(1+c.delay()))
			}
		}
	}
}
