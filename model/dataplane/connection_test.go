package dataplane

import (
	"runtime"
	"testing"
)

// openMillion opens a million connections and returns the bytes that each takes.
func openMillion() float64 {
	const count = 1_000_000
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	p := &Plane{}
	c := connections{silent: chain{noIndex, noIndex}}
	for i := range uint32(count) {
		h, k := p.connections.Alloc()
		k.owner = i
		p.silentOnes(&c).append(indexOf(h))
		p.pooledOnes(&c, i).append(indexOf(h))
	}
	bytes := float64(heap()-before) / count
	runtime.KeepAlive(p)
	runtime.KeepAlive(&c)
	return bytes
}

// A million connections of a million clients take less than 1 GB.
func TestMillionConnectionsFit(t *testing.T) {
	if bytes := openMillion(); bytes > 300 {
		t.Errorf("an open connection takes %.0f bytes", bytes)
	}
}

func BenchmarkOpenConnections(b *testing.B) {
	for b.Loop() {
		b.ReportMetric(openMillion(), "B/connection")
	}
}
