package cloud

import (
	"fmt"
	"testing"

	"headroom/model"
	"headroom/model/dataplane"
	"headroom/sim"
	"headroom/sim/rng"
)

// sharing is instances under a load of their vCPUs, by processor sharing: of so many applications on
// each, or of one that has them for itself.
func sharing(vcpus, applications int, load float64) *Config {
	cfg := baseConfig()
	cfg.Types = []model.InstanceType{{Name: "m5", Family: "m5", Size: "test", VCPUs: vcpus, MemoryMiB: 8192}}
	cfg.Services[0].Discipline = ProcessorSharing
	cfg.TargetGroups[0].HealthCheck.Enabled = false
	f := Fleet{
		Name: "servers", Count: 4, Template: cfg.LaunchTemplates[0], Need: Need{Pool: None}, Zones: []model.Zone{0, 1}, TargetGroups: []int{0},
	}
	for k := range applications {
		if k > 0 {
			cfg.Services = append(cfg.Services, cfg.Services[0])
			group := cfg.TargetGroups[0]
			group.Service = k
			cfg.TargetGroups, f.TargetGroups = append(cfg.TargetGroups, group), append(f.TargetGroups, k)
			front := cfg.LoadBalancers[0]
			front.Default.Forward = []dataplane.Forward{{TargetGroup: k, Weight: 1}}
			cfg.LoadBalancers = append(cfg.LoadBalancers, front)
		}
		w := cfg.request(poissonAt(load*float64(f.Count*vcpus)/0.1/float64(applications)), must(rng.Exponential(0.1)))
		w.Name, w.Target = fmt.Sprint("clients of ", k), k // names apart: streams are named after their workload
		if f.Applications = append(f.Applications, k); applications == 1 {
			f.Applications = nil
		}
	}
	cfg.Instances, cfg.Duration = []Fleet{f}, 2*sim.Minute
	return cfg
}

// Where vCPUs are hardly ever shared nearly every request has an end that is known when it comes, and where they are
// shared now and then still all that come while none is; where somebody picks by requests in flight that is over rarely.
func TestEndsAreForeseenWhileNoCPUIsShared(t *testing.T) {
	for _, c := range []struct {
		vcpus     int
		load      float64
		algorithm string
		least     float64 // part of the requests whose end is foreseen
		each      float64 // of them before that is over, at least; 0: nobody asks
	}{
		{2, 0.1, "round_robin", 0.95, 0}, {2, 0.6, "round_robin", 0.6, 0},
		{8, 0.3, "round_robin", 0.97, 0}, {8, 0.6, "round_robin", 0.9, 0}, {8, 0.8, "round_robin", 0.6, 0},
		{32, 0.6, "round_robin", 0.95, 0}, {32, 0.8, "round_robin", 0.85, 0},
		{2, 0.1, "least_outstanding_requests", 0.99, 200}, {4, 0.6, "least_outstanding_requests", 0.8, 30}, {32, 0.8, "least_outstanding_requests", 0.95, 500},
	} {
		for _, applications := range []int{1, 2} {
			t.Run(fmt.Sprintf("%d vCPUs, load %v, %s, %d applications", c.vcpus, c.load, c.algorithm, applications), func(t *testing.T) {
				cfg := sharing(c.vcpus, applications, c.load)
				for i := range cfg.TargetGroups {
					cfg.TargetGroups[i].Algorithm = c.algorithm
				}
				w := must(New(cfg, 0))
				out := must(w.Run(t.Context()))
				served := int64(0)
				for i := range out.Routes {
					served += out.Routes[i].Completed
				}
				foreseen, times := w.data.Foresight()
				part, each := float64(foreseen)/float64(served), float64(foreseen)/float64(times)
				if !(part >= c.least && each >= c.each) {
					t.Errorf("%d of %d requests were foreseen, %.3f, %.1f each of %d times, want %v and %v", foreseen, served, part, each, times, c.least, c.each)
				}
			})
		}
	}
}

// Requests to applications go to their servers in rows, as those to servers of their own do; and where
// the applications of a machine have no more workers than it has vCPUs, each is as a server of its own.
func TestApplicationsAreSentToInRows(t *testing.T) {
	for _, c := range []struct {
		discipline Discipline
		workers    int // of each of two applications on 4 vCPUs
		apart      int // machines of 4
	}{{ProcessorSharing, 0, 0}, {FCFS, 4, 0}, {FCFS, 3, 0}, {FCFS, 2, 4}, {FCFS, 1, 4}} {
		for _, algorithm := range []string{"round_robin", "least_outstanding_requests"} {
			t.Run(fmt.Sprintf("%v, %d workers, %s", c.discipline, c.workers, algorithm), func(t *testing.T) {
				cfg := sharing(4, 2, 0.3)
				for k := range 2 {
					cfg.Services[k].Discipline, cfg.Services[k].Workers = c.discipline, c.workers
					cfg.TargetGroups[k].Algorithm = algorithm
				}
				w := must(New(cfg, 0))
				out := must(w.Run(t.Context()))
				arrived := int64(0)
				for i := range out.Routes {
					arrived += out.Routes[i].Arrived
				}
				if in := w.data.InRows(); float64(in) < 0.99*float64(arrived) || w.data.Apart() != c.apart {
					t.Errorf("%d of %d requests went in rows, and %d machines have applications apart, want nearly all and %d", in, arrived, w.data.Apart(), c.apart)
				}
			})
		}
	}
}

// So are those to a server of its own that lets few share its CPU, whether they wait for a place or not.
func TestWhoWaitsToShareACPUIsSentInRows(t *testing.T) {
	for _, c := range []struct {
		discipline           Discipline
		workers, concurrency int // on 4 vCPUs
	}{{FCFS, 5, 0}, {FCFS, 12, 0}, {ProcessorSharing, 0, 3}, {ProcessorSharing, 0, 6}} {
		for _, algorithm := range []string{"round_robin", "least_outstanding_requests"} {
			t.Run(fmt.Sprintf("%v, %d workers, concurrency %d, %s", c.discipline, c.workers, c.concurrency, algorithm), func(t *testing.T) {
				cfg := sharing(4, 1, 0.7)
				s := &cfg.Services[0]
				s.Discipline, s.Workers, s.Concurrency, s.Backlog = c.discipline, c.workers, c.concurrency, NoLimit
				cfg.TargetGroups[0].Algorithm = algorithm
				w := must(New(cfg, 0))
				out := must(w.Run(t.Context()))
				r := &out.Routes[0]
				if in := w.data.InRows(); float64(in) < 0.99*float64(r.Arrived) || r.Waited < r.Arrived/200 {
					t.Errorf("%d of %d requests went in rows and %d waited, want nearly all and some", in, r.Arrived, r.Waited)
				}
			})
		}
	}
}

// When a request that waits for a place has surely ended depends on what stands before it at its own
// application alone: among sixteen with a worker each, whose clients wait for a second, it still goes in a row.
func TestWhoWaitsIsFarFromATimeLimitWhateverOthersHaveAboard(t *testing.T) {
	const applications = 16
	cfg := sharing(4, applications, 0.8)
	for k := range applications {
		cfg.Services[k].Discipline, cfg.Services[k].Workers = FCFS, 1
		cfg.Workloads[k].Demand = must(rng.Fixed(0.1))
		cfg.Workloads[k].Clients.Timeout = sim.Second
	}
	w := must(New(cfg, 0))
	out := must(w.Run(t.Context()))
	arrived := int64(0)
	for i := range out.Routes {
		arrived += out.Routes[i].Arrived
	}
	if in := w.data.InRows(); float64(in) < 0.98*float64(arrived) {
		t.Errorf("%d of %d requests went in rows, want nearly all", in, arrived)
	}
}
