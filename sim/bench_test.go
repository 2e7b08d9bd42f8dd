package sim

import (
	"container/heap"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// increments draws exponential durations of mean 1 s from a table, so that a
// benchmark measures the queue and not the logarithm.
type increments struct {
	table [1024]uint64
	state uint64
}

func newIncrements() *increments {
	in := &increments{state: 1}
	random := rand.New(rand.NewPCG(1, 2))
	for i := range in.table {
		in.table[i] = uint64(-math.Log(1-random.Float64()) * float64(Second))
	}
	return in
}

func (in *increments) next() Time {
	in.state = in.state*6364136223846793005 + 1442695040888963407
	return Time(in.table[in.state>>54] + in.state>>32&0xffff)
}

// BenchmarkHold measures one pop and one push at a constant number of pending
// events, the hold model, for the kernel and for two heaps.
func BenchmarkHold(b *testing.B) {
	queues := []struct {
		name string
		hold func(b *testing.B, pending int)
	}{
		{"kernel", holdKernel},
		{"quadheap", holdQuadHeap},
		{"containerheap", holdContainerHeap},
	}
	for _, q := range queues {
		b.Run(q.name, func(b *testing.B) {
			pending := 1
			for e := 0; e <= 6; e++ {
				b.Run(fmt.Sprintf("pending=1e%d", e), func(b *testing.B) {
					b.ReportAllocs()
					q.hold(b, pending)
				})
				pending *= 10
			}
		})
	}
}

func holdKernel(b *testing.B, pending int) {
	hold := kernelHolder(pending)
	b.ResetTimer()
	hold(b.N)
}

// kernelHolder returns a function that pops and pushes n events.
func kernelHolder(pending int) func(n int) {
	in := newIncrements()
	k := NewKernel[payload]()
	for range pending {
		k.After(in.next(), RankArrival, payload{})
	}
	hold := func(n int) {
		for range n {
			e, _ := k.Next(Horizon)
			k.After(in.next(), RankArrival, e)
		}
	}
	hold(pending)
	return hold
}

func holdQuadHeap(b *testing.B, pending int) {
	in := newIncrements()
	var h quadHeap
	sequence := uint64(0)
	push := func(now uint64, e payload) {
		sequence++
		h.push(item{now + uint64(in.next())<<rankBits, sequence, e})
	}
	for range pending {
		push(0, payload{})
	}
	hold := func(n int) {
		for range n {
			it := h.pop()
			push(it.key, it.event)
		}
	}
	hold(pending)
	b.ResetTimer()
	hold(b.N)
}

func holdContainerHeap(b *testing.B, pending int) {
	hold := boxedHolder(pending)
	b.ResetTimer()
	hold(b.N)
}

// boxedHolder is kernelHolder's twin on container/heap.
func boxedHolder(pending int) func(n int) {
	in := newIncrements()
	var h boxedHeap
	sequence := uint64(0)
	push := func(now uint64, e payload) {
		sequence++
		heap.Push(&h, &item{now + uint64(in.next())<<rankBits, sequence, e})
	}
	for range pending {
		push(0, payload{})
	}
	hold := func(n int) {
		for range n {
			it := heap.Pop(&h).(*item)
			push(it.key, it.event)
		}
	}
	hold(pending)
	return hold
}

// BenchmarkHoldRatio plays the kernel and container/heap with boxed events by
// turns, a slice of the work each, twenty rounds at least, and reports how many
// times faster the kernel is in the median of the rounds: a ratio that the machine's
// drift leaves alone, and its bursts too.
func BenchmarkHoldRatio(b *testing.B) {
	for _, pending := range []int{1_000, 100_000} {
		b.Run(fmt.Sprintf("pending=%d", pending), func(b *testing.B) {
			const slice, rounds = 20_000, 20
			ours, theirs := kernelHolder(pending), boxedHolder(pending)
			var ratios []float64
			for n := 0; n < b.N || n < rounds*slice; n += slice {
				began := time.Now()
				ours(slice)
				turn := time.Now()
				theirs(slice)
				ratios = append(ratios, time.Since(turn).Seconds()/turn.Sub(began).Seconds())
			}
			slices.Sort(ratios)
			b.ReportMetric(ratios[len(ratios)/2], "times-faster")
			b.ReportMetric(ratios[len(ratios)/10], "times-faster-p10")
		})
	}
}

// BenchmarkTimer measures one pop and one Start at a constant number of waiting
// events, in eight rings of different delays.
func BenchmarkTimer(b *testing.B) {
	for _, pending := range []int{100, 100_000} {
		b.Run(fmt.Sprintf("pending=%d", pending), func(b *testing.B) {
			b.ReportAllocs()
			k := NewKernel[payload]()
			var timers [8]*Timer[payload]
			for i := range timers {
				timers[i] = k.NewTimer(Time(i+1)*Second, RankRelease)
			}
			for i := range pending {
				timers[i%8].Start(payload{on: uint32(i % 8)})
				k.Next(k.Now() + Millisecond/100)
			}
			for b.Loop() {
				e, _ := k.Next(Horizon)
				timers[e.on].Start(e)
			}
		})
	}
}
