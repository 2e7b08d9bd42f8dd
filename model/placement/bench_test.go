package placement_test

import (
	"fmt"
	"runtime"
	"testing"

	"headroom/model/placement"
)

// hold is a full-ish pool of m5 hosts in which every placement is followed by
// the release of a random older instance.
type hold struct {
	hosts  *placement.Hosts
	random stream
	live   []resident
}

type resident struct {
	at   placement.Allocation
	need placement.Need
}

func newHold(entry placement.Entry, nodes, count int) *hold {
	h := &hold{hosts: placement.NewDivided(m5, nodes, count, entry.New(newStream(2))), random: newStream(1)}
	for cpu := int64(0); cpu < int64(count)*96*8/10; cpu, _ = h.hosts.Reserved() {
		h.place()
	}
	return h
}

func (h *hold) place() {
	cpu := int32(2) << h.random.Below(5) // large to 8xlarge
	need := placement.Need{CPU: cpu, MemoryMiB: int64(cpu) << 12}
	if at, ok := h.hosts.Allocate(need); ok {
		h.live = append(h.live, resident{at, need})
	}
}

func (h *hold) release() {
	k := h.random.Below(len(h.live))
	h.hosts.Vacate(h.live[k].at, h.live[k].need)
	h.live[k] = h.live[len(h.live)-1]
	h.live = h.live[:len(h.live)-1]
}

// BenchmarkHold measures one placement and one release at 80 % load.
func BenchmarkHold(b *testing.B) {
	for _, entry := range placement.Policies() {
		for _, count := range []int{1000, 100_000} {
			for _, nodes := range []int{1, 2} {
				b.Run(fmt.Sprintf("%s/hosts=%d/nodes=%d", entry.Name, count, nodes), func(b *testing.B) {
					h := newHold(entry, nodes, count)
					b.ReportAllocs()
					for b.Loop() {
						h.place()
						h.release()
					}
				})
			}
		}
	}
}

// BenchmarkFill measures a placement while 100 000 hosts fill up, and the
// memory of the filled pool.
func BenchmarkFill(b *testing.B) {
	for _, entry := range placement.Policies() {
		b.Run(entry.Name, func(b *testing.B) {
			const count = 100_000
			var before, after runtime.MemStats
			for b.Loop() {
				runtime.GC()
				runtime.ReadMemStats(&before)
				hosts := placement.New(m5, count, entry.New(newStream(2)))
				random := newStream(1)
				for range 1_000_000 {
					cpu := int32(1) << random.Below(4)
					hosts.Place(placement.Need{CPU: cpu, MemoryMiB: int64(cpu) << 12})
				}
				runtime.GC()
				runtime.ReadMemStats(&after)
				runtime.KeepAlive(hosts)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1e6, "ns/place")
			b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/1e6, "MB")
		})
	}
}
