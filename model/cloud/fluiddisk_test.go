package cloud

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"headroom/model"
	"headroom/model/dataplane"
	"headroom/sim"
	"headroom/sim/rng"
)

// reading is a server whose requests read so many I/Os of 8 KiB from a volume, and compute.
func reading(volume model.VolumeSpec, rateHz float64, ios float64) *Config {
	read := dataplane.Step{Kind: dataplane.StepDisk, IO: dataplane.IO{Count: must(rng.Fixed(ios)), Size: must(rng.Fixed(8192))}}
	cfg := queue(Service{
		Discipline: dataplane.ProcessorSharing, Backlog: NoLimit, Disks: []string{"/dev/sdf"}, Cache: dataplane.Cache{Disk: None},
		Steps: []dataplane.Step{read, {Kind: dataplane.StepCPU}},
	}, 4, rateHz, must(rng.Exponential(0.002)))
	volume.Device = "/dev/sdf"
	cfg.Instances[0].Template.Volumes = []model.VolumeSpec{{Type: "gp3", SizeGiB: 8, IOPS: 3000, ThroughputMiBs: 125}, volume}
	cfg.Types[0].EBS = model.EBSLimits{BaseMbps: 1e5, PeakMbps: 1e5, BaseIOPS: 1e6, PeakIOPS: 1e6}
	cfg.Types[0].Nitro = true
	cfg.Workloads[0].Arrivals = steadily(rateHz)
	cfg.Duration, cfg.Warmup = 20*sim.Minute, sim.Minute
	return cfg
}

var gp3 = model.VolumeSpec{Type: "gp3", SizeGiB: 100, IOPS: 3000, ThroughputMiBs: 125}

// A volume that serves every batch in the same time is M/D/1.
func TestFluidVolumeIsMD1(t *testing.T) {
	for _, load := range []float64{0.1, 0.5, 0.9} {
		const service = 20.0 / 3000
		out := play(t, fluidly(reading(gp3, load/service, 20)))
		want := load * service / 2 / (1 - load)
		if got := out.Disks[0].Wait.Mean() / 1e9; math.Abs(got-want) > 0.01*(want+service) {
			t.Errorf("load %v: mean wait at the volume %.6f s, Pollaczek and Khinchine say %.6f s", load, got, want)
		}
	}
}

// TestFluidVolumesAreThoseOfRequests compares both planes where requests come to their volume twice. Under a high load both
// visits of a request wait alike: its tail is that of twice a visit, and not that of two that have nothing to do with each other.
func TestFluidVolumesAreThoseOfRequests(t *testing.T) {
	make := func(rateHz float64) *Config {
		cfg := reading(gp3, rateHz, 6)
		cfg.Duration = sim.Hour
		write := cfg.Services[0].Steps[0]
		write.IO.Write, write.IO.Count = true, must(rng.Fixed(4))
		cfg.Services[0].Steps = append(cfg.Services[0].Steps, write)
		return cfg
	}
	for _, load := range []float64{0.6, 0.92} {
		rate := load * 3000 / (6 + 4)
		a, b := play(t, make(rate)), play(t, fluidly(make(rate)))
		requests, rates := &a.Routes[0], &b.Routes[0]
		for _, of := range []struct {
			name      string
			got, want float64
			within    float64
		}{
			{"mean", rates.Latency.Mean(), requests.Latency.Mean(), 0.02},
			{"p50", float64(rates.Latency.Quantile(0.5)), float64(requests.Latency.Quantile(0.5)), 0.04},
			{"p99", float64(rates.Latency.Quantile(0.99)), float64(requests.Latency.Quantile(0.99)), 0.05},
			{"reads", float64(b.Disks[0].Reads), float64(a.Disks[0].Reads), 0.01},
			{"written", float64(b.Disks[0].Written), float64(a.Disks[0].Written), 0.01},
		} {
			if math.Abs(of.got/of.want-1) > of.within {
				t.Errorf("load %v: %s %v, requests say %v (seed %v)", load, of.name, of.got, of.want, make(rate).Seed)
			}
		}
	}
}

// A gp2 volume of 10 GiB has 5.4 million I/Os beyond the 100 that it earns a second: after 4,909 s at 1,200 it has none left.
func TestFluidVolumesRunOutOfCredit(t *testing.T) {
	cfg := fluidly(reading(model.VolumeSpec{Type: "gp2", SizeGiB: 10}, 60, 20))
	cfg.Services[0].Concurrency, cfg.Services[0].Backlog = 50, 50
	cfg.Duration = 2 * sim.Hour
	d := play(t, cfg).Disks[0]
	const lasts = 5_400_000.0 / (60*20 - 100)
	if got, want := d.Throttled.Seconds(), 7200-lasts; math.Abs(got/want-1) > 0.02 {
		t.Errorf("throttled for %.0f s, want %.0f s", got, want)
	}
	if got, want := float64(d.Reads), 5_400_000+7200*100.0; math.Abs(got/want-1) > 0.005 {
		t.Errorf("%v I/Os were done, want %v", got, want)
	}
	if d.Least > 0.001 {
		t.Errorf("%v of the credit is left at least, want none", d.Least)
	}
}

// A line at a volume fills the places of the service: who is inside has waited for all places before it, and clients
// that wait for less get no answer.
func TestFluidVolumesHoldPlaces(t *testing.T) {
	make := func() *Config {
		cfg := reading(gp3, 300, 20) // twice as many as the volume serves
		cfg.Services[0].Concurrency, cfg.Services[0].Backlog = 60, 30
		cfg.Workloads[0].Clients.Timeout = 10 * sim.Second
		cfg.Duration = 5 * sim.Minute
		return cfg
	}
	a, b := play(t, make()), play(t, fluidly(make()))
	for _, of := range []struct {
		name      string
		got, want float64
	}{
		{"completed", float64(b.Routes[0].Completed), float64(a.Routes[0].Completed)},
		{"mean", b.Routes[0].Latency.Mean(), a.Routes[0].Latency.Mean()},
		{"wait at the volume", b.Disks[0].Wait.Mean(), a.Disks[0].Wait.Mean()},
	} {
		if math.Abs(of.got/of.want-1) > 0.05 {
			t.Errorf("%s %v, requests say %v", of.name, of.got, of.want)
		}
	}
}

// TestFluidVolumesLoseNothing looks at the invariants all the time, with caches that fill, an instance that ends and credit
// that runs out.
func TestFluidVolumesLoseNothing(t *testing.T) {
	cfg := fluidly(reading(model.VolumeSpec{Type: "gp2", SizeGiB: 10}, 250, 20))
	cfg.Services[0].Cache = dataplane.Cache{Size: 100 * model.MiB, Hit: 0.5, Disk: None}
	cfg.Services[0].Concurrency, cfg.Services[0].Backlog = 50, 10
	cfg.Instances[0].Count = 3
	cfg.Workloads[0].Clients = Clients{Timeout: 2 * sim.Second, RetryAttempts: 1, Backoff: sim.Second}
	cfg.Faults = []Fault{{Kind: InstanceTermination, At: 300 * sim.Second, Duration: must(rng.Fixed(0)), Zone: None, Pool: None, Count: 1}}
	cfg.Duration = 10 * sim.Minute
	w := must(New(cfg, 0))
	verifyEvery(t, w, 17*sim.Second, t.Name())
}

func TestFluidNamesDisksThatItDoesNotCarry(t *testing.T) {
	for name, change := range map[string]func(*Config){
		"steps": func(cfg *Config) { cfg.Instances[0].Template.Volumes[1].Snapshot = "nightly" },
		"cache.on": func(cfg *Config) {
			cfg.Services[0].Disks = append(cfg.Services[0].Disks, dataplane.InstanceStore)
			cfg.Services[0].Cache = dataplane.Cache{Size: model.GiB, Hit: 0.5, Disk: 1}
		},
	} {
		cfg := fluidly(reading(gp3, 100, 20))
		if got := fmt.Sprint(cfg.Validate()); strings.Contains(got, model.NotFluid) {
			t.Errorf("one volume: got %s", got)
		}
		change(cfg)
		if got, want := fmt.Sprint(cfg.Validate()), "service."+cfg.Services[0].Name+"."+name+": "+model.NotFluid; !strings.Contains(got, want) {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
