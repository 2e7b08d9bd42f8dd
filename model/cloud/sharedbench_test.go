package cloud

import (
	"fmt"
	"testing"

	"headroom/sim"
)

// pairs is two services at 70 %, on 500 machines of four vCPUs that each run both, or on 500 of two vCPUs
// for each: 1,000 targets with as much CPU and as many workers either way.
func pairs(discipline Discipline, workers int, algorithm string, shared bool) *Config {
	cfg := sharing(4, 2, 0.7)
	f := &cfg.Instances[0]
	f.Count, cfg.Duration = 500, 300*sim.Day
	for k := range cfg.Services {
		cfg.Services[k].Discipline, cfg.Services[k].Workers = discipline, workers
		cfg.TargetGroups[k].Algorithm = algorithm
		cfg.Workloads[k].Arrivals = poissonAt(0.7 * 500 * 2 / 0.1)
	}
	if shared {
		return cfg
	}
	cfg.Types[0].VCPUs = 2
	f.Applications, f.Service, f.TargetGroups = nil, 0, []int{0}
	other := *f
	other.Name, other.Service, other.TargetGroups = "others", 1, []int{1}
	cfg.Instances = append(cfg.Instances, other)
	return cfg
}

// BenchmarkShared plays machines that two applications share and, by turns, as many that they have for
// themselves, and reports how many times as long a request takes.
func BenchmarkShared(b *testing.B) {
	for _, of := range []struct {
		name       string
		discipline Discipline
		workers    int
	}{{"ps", ProcessorSharing, 0}, {"fcfs", FCFS, 4}, {"fcfs apart", FCFS, 2}} {
		for _, algorithm := range []string{"round_robin", "least_outstanding_requests"} {
			b.Run(fmt.Sprintf("%s/%s", of.name, algorithm), func(b *testing.B) {
				shared, plain := byTurns(b, pairs(of.discipline, of.workers, algorithm, true), pairs(of.discipline, of.workers, algorithm, false), 4*sim.Second)
				b.ReportMetric(shared, "ns/request")
				b.ReportMetric(shared/plain, "times-plain")
			})
		}
	}
}
