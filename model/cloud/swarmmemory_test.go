package cloud

import (
	"math"
	"testing"

	"headroom/model"
	"headroom/model/dataplane"
	"headroom/sim"
	"headroom/sim/rng"
)

// swarmMemory is a random scenario of [swarmDisks] whose servers are short of memory.
func swarmMemory(seed uint64) *Config {
	cfg := swarmDisks(seed)
	s := rng.New(seed, 0, "swarm/memory")
	for i := range cfg.Types {
		cfg.Types[i].MemoryMiB = 250 + int64(s.Below(200))
	}
	for i := range cfg.Workloads {
		if w := &cfg.Workloads[i]; chance(&s, 0.5) {
			w.Memory = must(rng.Exponential(float64(1+s.Below(8)) * float64(model.MiB)))
		}
	}
	for i := range cfg.Services {
		service := &cfg.Services[i]
		m := &dataplane.Memory{
			Base: model.Bytes(s.Below(60)) * model.MiB, PerRequest: model.Bytes(1+s.Below(20)) * model.MiB, PerConnection: model.Bytes(s.Below(2)) * model.MiB,
			Reserved: 200 * model.MiB, PagesTouched: float64(s.Below(100)), Restart: sim.Time(1+s.Below(20)) * sim.Second,
		}
		disk := []int{0, 2}[s.Below(2)] // the second volume may be shared
		if chance(&s, 0.7) {
			m.Swap = dataplane.Swap{Size: model.Bytes(1+s.Below(200)) * model.MiB, Disk: disk, Block: 16 * model.MiB, Fstab: chance(&s, 0.5)}
		}
		service.Memory = m
		service.FinishAbandoned = chance(&s, 0.5)
		service.Async = chance(&s, 0.5)
		service.Backlog = s.Below(20)
		service.Concurrency = s.Below(30)
	}
	return cfg
}

// At every seventh event what a server's application holds is its base and the parts of who is
// there, and nobody waits for a page of a server without swap.
func TestMemoryIsConservedInRandomWorlds(t *testing.T) {
	var total dataplane.MemoryOutcome
	worlds{
		seeds: 80, make: swarmMemory, events: 30_000, stride: 7,
		see: func(t *testing.T, out *Outcome) {
			for i := range out.Memories {
				total.Merge(&out.Memories[i])
			}
		},
	}.hold(t)
	if total.Faults == 0 || total.Kills == 0 || total.Paging == 0 || total.PagedOut == 0 {
		t.Errorf("the random worlds have %d page faults, %d kills, %v of paging, %d bytes paged out", total.Faults, total.Kills, total.Paging, total.PagedOut)
	}
}

// waiting is one server whose requests wait for somebody else, all at once: M/G/∞.
func waiting(rate float64, pause rng.Distribution, m dataplane.Memory) *Config {
	cfg := tiers(must(rng.Fixed(0)), poissonAt(rate), Service{
		Discipline: ProcessorSharing, Backlog: NoLimit, Memory: &m,
		Steps: []dataplane.Step{{Kind: dataplane.StepPause, Time: pause}},
		Disks: []string{"root"},
	})
	cfg.Types[0].MemoryMiB = 1024
	cfg.Instances[0].Template.Volumes = []model.VolumeSpec{{Type: "gp3", SizeGiB: 8, IOPS: 3000, ThroughputMiBs: 125}}
	return cfg
}

// The mean memory of a server at which everybody is served at once is its base and, by
// Little's law, rate × time × the part of each.
func TestMeanMemoryIsByLittlesLaw(t *testing.T) {
	cfg := waiting(100, must(rng.Exponential(0.2)), dataplane.Memory{
		Base: 100 * model.MiB, PerRequest: 10 * model.MiB, PerConnection: model.MiB, Reserved: 200 * model.MiB, Restart: sim.Second,
	})
	cfg.Duration = 2 * sim.Hour
	out := run(t, must(New(cfg, 0)))
	m := out.Memories[0]
	got, want := m.Used/float64(m.There), (200+100+100*0.2*11)/1024.0
	if math.Abs(got-want) > 0.005*want {
		t.Errorf("seed %d: %.5g of the memory in use, want %.5g ± 0.5 %%", cfg.Seed, got, want)
	}
	if m.Faults != 0 || m.Kills != 0 {
		t.Errorf("%d page faults and %d kills with enough memory", m.Faults, m.Kills)
	}
}

// Where requests come and stay, the application is killed each time that one more than
// fits is there.
func TestKillsComeWhenOneMoreThanFitsIsThere(t *testing.T) {
	cfg := waiting(1, must(rng.Fixed(1000)), dataplane.Memory{
		Base: 24 * model.MiB, PerRequest: 100 * model.MiB, Reserved: 200 * model.MiB, Restart: 20 * sim.Second,
	})
	cfg.Workloads[0].Arrivals = evenlyAt(sim.Second, sim.Second, 0)
	cfg.Duration = 100 * sim.Second
	out := run(t, must(New(cfg, 0)))
	// Eight fit: the ninth kills all nine, at 9, 37, 65 and 93 s, and nineteen after it are
	// refused, seven after the last.
	m, failed := out.Memories[0], int64(0)
	for _, n := range out.Routes[0].Failed {
		failed += n
	}
	if m.Kills != 4 || failed != 4*9+3*19+7 {
		t.Errorf("%d kills and %d failures, want 4 and 100", m.Kills, failed)
	}
	if want := 924 * model.MiB; m.Peak != want {
		t.Errorf("peak %d, want %d", m.Peak, want)
	}
}
