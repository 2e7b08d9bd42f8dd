package cloud

import (
	"math"
	"reflect"
	"testing"

	"headroom/model"
	"headroom/model/controlplane"
	"headroom/sim"
	"headroom/sim/rng"
)

var nano = model.InstanceType{
	Name: "t3.nano", Family: "t3", Size: "nano", VCPUs: 2, MemoryMiB: 512, Burstable: true, BaselinePercent: 5, CreditsPerHour: 6,
}

// burstable is one instance of a type with CPU credits that works without requests.
func burstable(typ model.InstanceType, mode model.CreditMode, work controlplane.Utilization) *Config {
	cfg := baseConfig()
	cfg.Types[0] = typ
	cfg.LaunchTemplates[0].Credits = mode
	cfg.Instances = []Fleet{{
		Name: "x", Count: 1, Template: cfg.LaunchTemplates[0], Need: Need{Pool: None}, Zones: []model.Zone{0}, Service: None, Utilization: work,
	}}
	return cfg
}

// weekByHand is the script: a t3.nano second by second, in credits, by AWS's page of
// key concepts. It knows no instant within a second.
type weekByHand struct {
	unlimited                       bool
	balance, surplus, charged, busy float64
}

func (w *weekByHand) second(utilization float64) {
	const earn, limit = 6.0 / 3600, 144.0
	spend := 2 * utilization / 60
	if !w.unlimited && w.balance <= 0 {
		spend = min(spend, 2*0.05/60)
	}
	w.busy += spend * 60
	change := earn - spend
	if paid := min(w.surplus, max(0, change)); paid > 0 {
		w.surplus -= paid
		change -= paid
	}
	w.balance = min(limit, w.balance+change)
	if w.balance < 0 {
		if w.unlimited {
			w.surplus -= w.balance
			w.charged += max(0, w.surplus-limit)
			w.surplus = min(limit, w.surplus)
		}
		w.balance = 0
	}
}

// A week of a T instance whose load changes every few minutes agrees with the script at
// every hour, to what a second holds.
func TestATInstancesWeekAgreesWithTheScript(t *testing.T) {
	for seed, mode := range []model.CreditMode{model.CreditsStandard, model.CreditsUnlimited} {
		draws := rng.New(uint64(seed), 0, "week")
		var work controlplane.Utilization
		for at := sim.Time(0); at < 7*sim.Day; at += sim.Time(1+draws.Below(3600)) * sim.Second {
			share := 0.0
			if busy := at%sim.Day > 8*sim.Hour && at%sim.Day < 12*sim.Hour; busy || chance(&draws, 0.2) {
				share = float64(draws.Below(1001)) / 1000
			}
			work.Steps = append(work.Steps, controlplane.UtilizationStep{From: at, Share: share})
		}
		cfg := burstable(nano, mode, work)
		cfg.Duration = 7 * sim.Day
		w := must(New(cfg, 0))
		script := weekByHand{unlimited: mode == model.CreditsUnlimited}
		step, throttled := 0, false
		for now := sim.Time(0); now < cfg.Duration; now += sim.Second {
			for step+1 < len(work.Steps) && work.Steps[step+1].From <= now {
				step++
			}
			script.second(work.Steps[step].Share)
			if (now+sim.Second)%sim.Hour != 0 {
				continue
			}
			if err := w.RunUntil(t.Context(), now+sim.Second-1); err != nil {
				t.Fatal(err)
			}
			got := w.Snapshot().Data.Servers[0]
			throttled = throttled || got.Burst.Throttled > 0
			for _, c := range []struct {
				what      string
				got, want float64
			}{
				{"balance", got.Burst.Balance.Float64(), script.balance}, {"surplus", got.Burst.Surplus.Float64(), script.surplus},
				{"charged", got.Burst.Charged.Float64(), script.charged}, {"busy", float64(got.Use.Busy) / 1e9, script.busy},
			} {
				if within := map[bool]float64{true: 20, false: 0.5}[c.what == "busy"]; math.Abs(c.got-c.want) > within {
					t.Fatalf("%v at %v: %s %.4f, by the script %.4f", mode, now, c.what, c.got, c.want)
				}
			}
		}
		if mode == model.CreditsStandard && !throttled || mode == model.CreditsUnlimited && script.charged == 0 {
			t.Errorf("%v: the week does not try the limits: throttled %v, charged %g", mode, throttled, script.charged)
		}
	}
}

// What instances have that are idle costs nothing: a month of a thousand takes a few
// events an hour, however many they are.
func TestIdleCreditsTakeNoEvents(t *testing.T) {
	events := func(count int) int64 {
		cfg := burstable(nano, model.CreditsUnlimited, controlplane.Utilization{})
		cfg.Duration, cfg.Instances[0].Count = 30*sim.Day, count
		w := must(New(cfg, 0))
		run(t, w)
		return w.kernel.Processed()
	}
	if few, many := events(1), events(1000); many != few {
		t.Errorf("%d events with one instance, %d with a thousand", few, many)
	}
}

// Requests at an instance with credits are served as at any other until the credits are
// spent, to the nanosecond.
func TestCreditsChangeNothingUntilTheyAreSpent(t *testing.T) {
	outcome := func(burst bool) *Outcome {
		cfg := overloaded("least_outstanding_requests")
		cfg.Duration = 20 * sim.Minute
		cfg.Types[0].Burstable, cfg.Types[0].CreditsPerHour = burst, 36
		for i := range cfg.Instances {
			cfg.Instances[i].Template.InitialCredits = 864 * model.Credit
		}
		return run(t, must(New(cfg, 0)))
	}
	with, without := outcome(true), outcome(false)
	if with.Routes[1].Completed == 0 || with.Fleets[0].Burst.Instances == 0 || with.Fleets[0].Burst.Throttled > 0 {
		t.Fatalf("%d completed, %+v", with.Routes[1].Completed, with.Fleets[0].Burst)
	}
	for i := range with.Routes {
		a, b := &with.Routes[i], &without.Routes[i]
		if a.Arrived != b.Arrived || a.Completed != b.Completed || a.Failed != b.Failed || !reflect.DeepEqual(a.Latency, b.Latency) {
			t.Errorf("route %d: %d of %d completed in %v, without credits %d of %d in %v",
				i, a.Completed, a.Arrived, a.Latency.Mean(), b.Completed, b.Arrived, b.Latency.Mean())
		}
	}
}
