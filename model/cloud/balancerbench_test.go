package cloud

import (
	"fmt"
	"runtime"
	"testing"

	"headroom/model/dataplane"
	"headroom/sim"
)

// flowing is the load of [balanced], of which each request opens a connection through a
// Network Load Balancer.
func flowing(n int) *Config {
	cfg := balanced("round_robin", n)
	lb := &cfg.LoadBalancers[0]
	lb.Kind, lb.IdleTimeout, lb.Rules = "network", dataplane.IdleTCP, nil
	cfg.TargetGroups[0].Flows = dataplane.FlowTargets{On: true, PreserveClientIP: true, MostPerTarget: 55_000}
	cfg.Workloads[0].Clients.PerConnection = 1
	return cfg
}

// BenchmarkFlows opens connections through a Network Load Balancer; its baseline is the
// naive queue of the same run, and plain requests to as many targets.
func BenchmarkFlows(b *testing.B) {
	b.Run("requests/1000", func(b *testing.B) { benchAgainst(b, balanced("round_robin", 1000)) })
	b.Run("flows/1000", func(b *testing.B) { benchAgainst(b, flowing(1000)) })
}

// BenchmarkManyTargets sends requests to the least busy of ten thousand.
func BenchmarkManyTargets(b *testing.B) {
	for _, n := range []int{1000, 10_000} {
		b.Run(fmt.Sprintf("least_outstanding_requests/%d", n), func(b *testing.B) {
			benchAgainst(b, balanced("least_outstanding_requests", n))
		})
	}
}

// BenchmarkSessions keeps a million visitors with their targets by a cookie and, by turns,
// plays the same visitors without cookies: how many times as long the first takes, after each
// of them has come once. What the process holds is reported beside it.
func BenchmarkSessions(b *testing.B) {
	visitors := func(s dataplane.Stickiness) *Config {
		cfg := balanced("round_robin", 1000)
		cfg.Workloads[0].Visitors.Count = 1_000_000
		cfg.TargetGroups[0].Stickiness = s
		return cfg
	}
	sticky, plain := byTurns(b, visitors(dataplane.Stickiness{Kind: dataplane.LoadBalancerCookie, Duration: sim.Day}), visitors(dataplane.Stickiness{}), 2*sim.Second)
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.ReportMetric(sticky, "ns/request")
	b.ReportMetric(sticky/plain, "times-plain")
	b.ReportMetric(float64(m.Sys)/(1<<20), "MiB")
}
