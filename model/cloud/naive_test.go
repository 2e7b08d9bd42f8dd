package cloud

import (
	"container/heap"
	"testing"

	"headroom/sim"
	"headroom/sim/rng"
)

// naive is the simulator that everybody writes first: closures in a
// container/heap, a slice for the queue, no statistics but a sum of waits. It is
// the baseline of the benchmarks and a second opinion on M/M/c.
type naive struct {
	now     sim.Time
	events  naiveHeap
	free    int
	queue   []naiveCustomer
	demand  rng.Stream
	gaps    rng.Stream
	rate    float64
	arrived int
	waits   sim.Time
}

type naiveCustomer struct{ arrived, demand sim.Time }

type naiveEvent struct {
	at sim.Time
	do func()
}

type naiveHeap []*naiveEvent

func (h naiveHeap) Len() int           { return len(h) }
func (h naiveHeap) Less(i, j int) bool { return h[i].at < h[j].at }
func (h naiveHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *naiveHeap) Push(x any)        { *h = append(*h, x.(*naiveEvent)) }
func (h *naiveHeap) Pop() any {
	old := *h
	last := old[len(old)-1]
	*h = old[:len(old)-1]
	return last
}

func newNaive(seed uint64, servers int, rateHz float64) *naive {
	n := &naive{
		free: servers, rate: rateHz,
		demand: rng.New(seed, 0, "workload/clients/demand"), gaps: rng.New(seed, 0, "workload/clients/arrivals"),
	}
	n.at(sim.Seconds(n.gaps.Exponential()/rateHz), n.arrive)
	return n
}

func (n *naive) at(t sim.Time, do func()) { heap.Push(&n.events, &naiveEvent{t, do}) }

func (n *naive) step() {
	e := heap.Pop(&n.events).(*naiveEvent)
	n.now = e.at
	e.do()
}

func (n *naive) arrive() {
	n.arrived++
	c := naiveCustomer{n.now, sim.Seconds(n.demand.Exponential() * 0.1)}
	n.at(n.now+sim.Seconds(n.gaps.Exponential()/n.rate), n.arrive)
	if n.free > 0 {
		n.free--
		n.serve(c)
		return
	}
	n.queue = append(n.queue, c)
}

func (n *naive) serve(c naiveCustomer) {
	n.waits += n.now - c.arrived
	n.at(n.now+c.demand, func() {
		if len(n.queue) == 0 {
			n.free++
			return
		}
		next := n.queue[0]
		n.queue = n.queue[1:]
		n.serve(next)
	})
}

// stepper plays one design until it has seen n more requests.
type stepper func(n int)

func (n *naive) stepper() stepper {
	return func(more int) {
		for until := n.arrived + more; n.arrived < until; {
			n.step()
		}
	}
}

// worldStepper plays a world for as long as its workload takes, on average, to
// send n more requests.
func worldStepper(b *testing.B, w *World) stepper {
	rate := w.cfg.Workloads[0].Arrivals.Mean(0)
	return func(more int) {
		until := w.kernel.Now() + sim.Seconds(float64(more)/rate)
		if until > w.cfg.Duration {
			b.Fatal("the horizon is too near")
		}
		for w.step(until) {
		}
	}
}
