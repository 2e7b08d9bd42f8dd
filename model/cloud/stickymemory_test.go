package cloud

import (
	"runtime"
	"testing"

	"headroom/model/dataplane"
	"headroom/sim"
)

// heapOf is how many bytes a world holds after so many of its requests.
func heapOf(t *testing.T, cfg *Config, requests int64) uint64 {
	t.Helper()
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	w, err := New(cfg, 0)
	if err != nil {
		t.Fatal(err)
	}
	until := sim.Seconds(float64(requests) / cfg.Workloads[0].Arrivals.Mean(0))
	for w.step(until) {
	}
	after := heap()
	runtime.KeepAlive(w)
	return after - before
}

// A million clients who stay with their targets by a cookie take less than 1 GB: with all
// else, and fewer than 100 bytes more each than nobody takes.
func TestMillionStickySessionsFit(t *testing.T) {
	const sessions = 1_000_000
	cfg := balanced("round_robin", 1000)
	few := heapOf(t, cfg, 20_000)
	cfg.Workloads[0].Visitors.Count = sessions
	cfg.TargetGroups[0].Stickiness = dataplane.Stickiness{Kind: dataplane.LoadBalancerCookie, Duration: sim.Day}
	many := heapOf(t, cfg, 20_000)
	if each := (float64(many) - float64(few)) / sessions; many >= 1e9 || each > 100 {
		t.Errorf("a world with a million sticky sessions holds %d bytes, %.0f a session", many, each)
	}
}
