package cloud

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"headroom/sim"
	"headroom/sim/rng"
)

// step plays one event, or reports that none is left until an instant.
func (w *World) step(until sim.Time) bool { return w.steps(until, 1) }

// The data plane comes to know of departures in three ways: when somebody looks,
// by a calendar before a pick by requests in flight, or by an event. Whichever
// ways a scenario uses, with an event for each departure it comes out the same.
func TestDeparturesSettleAlikeHoweverTheyAreWatched(t *testing.T) {
	var looked, told int64 // events
	for name, scenario := range twins() {
		t.Run(name, func(t *testing.T) {
			cfg := scenario()
			settled, atOnce := must(build(t.Context(), cfg, 0, reference{})), must(build(t.Context(), cfg, 0, reference{everyDeparture: true}))
			sameOutcome(t, run(t, settled), run(t, atOnce))
			few, many := settled.kernel.Processed(), atOnce.kernel.Processed()
			looked, told = looked+few, told+many
			if many < few && !strings.HasPrefix(name, "disks") { // who is watched closely may wake in vain
				t.Errorf("%d events when somebody looks, %d with each departure: the test compares nothing", few, many)
			}
		})
	}
	if told < looked+looked/10 {
		t.Errorf("%d events when somebody looks, %d with each departure: hardly any were saved", looked, told)
	}
}

// A compact request comes out as the full one that it stands for, also where a fast path is
// left under it.
func TestCompactRequestsComeOutAsFullOnes(t *testing.T) {
	compact, scenarios := 0, 0
	for name, scenario := range twins() {
		t.Run(name, func(t *testing.T) {
			cfg := scenario()
			w, full := must(build(t.Context(), cfg, 0, reference{})), must(build(t.Context(), cfg, 0, reference{full: true}))
			seen := 0
			for at := sim.Time(0); at < cfg.Duration; at += 20 * sim.Second {
				if err := w.RunUntil(t.Context(), at); err != nil {
					t.Fatal(err)
				}
				seen += w.data.Snapshot().Compact
			}
			sameOutcome(t, run(t, w), run(t, full))
			if n := full.data.Snapshot().Compact; n > 0 {
				t.Errorf("%d compact requests where all are full", n)
			}
			if compact += seen; seen > 0 {
				scenarios++
			}
		})
	}
	if compact < 5000 || scenarios < 10 {
		t.Errorf("%d compact requests seen in %d scenarios: the test compares hardly any", compact, scenarios)
	}
}

// A request of a journey that goes straight comes out as by the general way: whatever dies,
// drains, runs into a time limit or is tried again meanwhile.
func TestStraightWaysComeOutAsTheGeneralWay(t *testing.T) {
	straight := 0
	for seed := range uint64(90) {
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			cfg := swarmJourney(seed)
			if seed >= 60 {
				cfg = swarmTails(seed - 60)
			}
			w, full := must(build(t.Context(), cfg, 0, reference{})), must(build(t.Context(), cfg, 0, reference{full: true}))
			straight += w.data.Snapshot().Straight
			sameOutcome(t, run(t, w), run(t, full))
			if n := full.data.Snapshot().Straight; n > 0 {
				t.Errorf("%d sources go straight where all go the general way", n)
			}
		})
	}
	if straight < 100 {
		t.Errorf("%d sources go straight in 90 scenarios: the test compares hardly any", straight)
	}
}

// A server that falls silent hangs up what it has called: those that share the CPU of a callee with
// that depart earlier, and are not missed, whether the callee has CPU credits (327) or not (595).
func TestServersThatFallSilentLeaveTheirCalleesWatched(t *testing.T) {
	for _, seed := range []uint64{327, 595} {
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			cfg := swarmTails(seed)
			w := must(New(cfg, 0))
			until(t, w, cfg.Duration, 1)
			out := w.outcome()
			for _, by := range []reference{{full: true}, {everyDeparture: true}} {
				sameOutcome(t, out, run(t, must(build(t.Context(), cfg, 0, by))))
			}
		})
	}
}

// A call whose time limit strikes when its callee has answered too late, which nobody has looked at yet, has
// failed before the other calls of that instant, as where that was known: its caller hangs up on them, and they
// neither fail by themselves nor try again.
func TestACallThatWasServedTooLateFailsBeforeThoseThatWait(t *testing.T) {
	for _, seed := range []uint64{75, 407, 659, 861, 868} {
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			cfg := swarmTails(seed)
			out := run(t, must(New(cfg, 0)))
			for _, by := range []reference{{full: true}, {everyDeparture: true}} {
				sameOutcome(t, out, run(t, must(build(t.Context(), cfg, 0, by))))
			}
		})
	}
}

// A call whose departure is played when its answer reaches the caller, or when somebody looks
// before, comes out as one that is played at its instant: that takes two events.
func TestAnswersComeOutAlikeHoweverTheyReturn(t *testing.T) {
	var few, many int64 // events
	for seed := range uint64(24) {
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			cfg := swarmReturns(seed)
			w, atOnce := must(build(t.Context(), cfg, 0, reference{})), must(build(t.Context(), cfg, 0, reference{everyDeparture: true}))
			sameOutcome(t, run(t, w), run(t, atOnce))
			few, many = few+w.kernel.Processed(), many+atOnce.kernel.Processed()
		})
	}
	if few > many-many/50 {
		t.Errorf("%d events where answers are looked at when they return, %d with each departure: hardly any were saved", few, many)
	}
}

// An answer that its caller only passes on comes out, when somebody looks, as at its instant,
// whatever dies, drains, runs into a time limit or is tried again meanwhile.
func TestAnswersThatArePassedOnComeOutAlike(t *testing.T) {
	saved := 0 // scenarios
	for seed := range uint64(48) {
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			cfg := swarmTails(seed)
			w, atOnce := must(build(t.Context(), cfg, 0, reference{})), must(build(t.Context(), cfg, 0, reference{everyDeparture: true}))
			sameOutcome(t, run(t, w), run(t, atOnce))
			if few, many := w.kernel.Processed(), atOnce.kernel.Processed(); few < many-many/20 {
				saved++
			}
		})
	}
	if saved < 12 {
		t.Errorf("events are saved in %d of 48 scenarios: hardly anything is compared", saved)
	}
}

// Requests that are played tier by tier come out as those that are played one by one: whatever dies,
// drains, has too small a load balancer, runs into a time limit or is tried again before and after.
func TestTiersComeOutAsTheGeneralWay(t *testing.T) {
	calls, scenarios := int64(0), 0
	for seed := range uint64(40) {
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			cfg := swarmTiers(seed)
			w := must(New(cfg, 0))
			sameOutcome(t, run(t, w), run(t, must(build(t.Context(), cfg, 0, reference{full: true}))))
			if n := w.data.Descended(); n > 0 {
				calls, scenarios = calls+n, scenarios+1
			}
		})
	}
	if calls < 100_000 || scenarios < 10 {
		t.Errorf("%d calls are played tier by tier in %d of 40 scenarios: the test compares hardly any", calls, scenarios)
	}
}

// So do those that depart from several servers of a tier in one nanosecond: in order of server, of which 1, 7, 13,
// 22 and 38 tell.
func TestTiersComeOutAsTheGeneralWayInOneNanosecond(t *testing.T) {
	tiersComeOutAlike(t, swarmTies, []uint64{0, 1, 2, 7, 13, 14, 21, 22, 36, 38})
}

// So do those of scenarios that keep one beat, of which 63 and 99 tell. In 66 and 194 jobs of one server are done in
// the same nanosecond: the first is who began first.
func TestTiersThatKeepOneBeatComeOutAsTheGeneralWay(t *testing.T) {
	tiersComeOutAlike(t, swarmBeat, []uint64{1, 2, 63, 66, 91, 99, 194})
}

func tiersComeOutAlike(t *testing.T, swarm func(seed uint64) *Config, seeds []uint64) {
	t.Helper()
	calls := int64(0)
	for _, seed := range seeds {
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			cfg := swarm(seed)
			w := must(New(cfg, 0))
			sameOutcome(t, run(t, w), run(t, must(build(t.Context(), cfg, 0, reference{full: true}))))
			calls += w.data.Descended()
		})
	}
	if calls < 10_000 {
		t.Errorf("%d calls are played tier by tier: the test compares hardly any", calls)
	}
}

// Whatever worlds have, requests come out by short ways as by the general one: a detour that
// is added to one of them alone shows here.
func TestShortWaysComeOutAsTheGeneralWayInAllWorlds(t *testing.T) {
	short := map[string]int{}
	for name, world := range swarms {
		for seed := range uint64(4) {
			t.Run(fmt.Sprintf("%s seed=%d", name, seed), func(t *testing.T) {
				cfg := world(seed)
				cfg.Duration = min(cfg.Duration, 4*sim.Minute)
				cfg.Warmup = min(cfg.Warmup, cfg.Duration)
				if seed%2 == 0 {
					hasten(cfg)
				}
				w, err := build(t.Context(), cfg, 0, reference{})
				if err != nil && strings.Contains(err.Error(), "at the start") {
					t.Skip(err) // its hosts have no room for all
				}
				full := must(build(t.Context(), cfg, 0, reference{full: true}))
				for at := 10 * sim.Second; at < cfg.Duration; at += 20 * sim.Second {
					if err := w.RunUntil(t.Context(), at); err != nil {
						t.Fatal(err)
					}
					s := w.data.Snapshot()
					short[name] += s.Compact + s.Straight
				}
				sameOutcome(t, run(t, w), run(t, full))
			})
		}
	}
	t.Log(short)
}

// twins are scenarios that are played in several ways.
func twins() map[string]func() *Config {
	cases := map[string]func() *Config{
		"round robin":       func() *Config { return overloaded("round_robin") },
		"least outstanding": func() *Config { return overloaded("least_outstanding_requests") },
		"power of two":      func() *Config { return overloaded("power_of_two_choices") },
		"drains":            drained,
		"spot":              reclaimed,
		"visitors":          func() *Config { return visited(nil) },
		"visitors thinking": func() *Config { return visited(must(rng.Exponential(2))) },
		"queue": func() *Config {
			return queue(Service{Discipline: FCFS, Workers: 3, Backlog: 5}, 4, 3, must(rng.Lognormal(1, 2)))
		},
	}
	for seed := range uint64(60) {
		cases[fmt.Sprintf("swarm seed=%d", seed)] = func() *Config { return swarm(seed) }
		cases[fmt.Sprintf("fast swarm seed=%d", seed)] = func() *Config { return swarmFast(seed) }
		cases[fmt.Sprintf("sharing swarm seed=%d", seed)] = func() *Config { return swarmSharing(seed) }
		cases[fmt.Sprintf("lined swarm seed=%d", seed)] = func() *Config { return swarmLined(seed) }
		cases[fmt.Sprintf("brief flows seed=%d", seed)] = func() *Config { return withSwarm("brief flows", swarmBriefFlows)(seed) }
		cases[fmt.Sprintf("baskets seed=%d", seed)] = func() *Config { return withSwarm("baskets", swarmBaskets)(seed) }
		cases[fmt.Sprintf("presences seed=%d", seed)] = func() *Config { return swarmPresences(seed) }
		cases[fmt.Sprintf("disks seed=%d", seed)] = func() *Config { return swarmAlone(seed) }
	}
	return cases
}

// Whoever looks at a world changes nothing.
func TestLooksChangeNothing(t *testing.T) {
	for seed := range uint64(60) {
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			cfg := swarm(seed)
			switch seed % 3 {
			case 1:
				cfg = swarmJourney(seed)
			case 2:
				cfg = swarmDisks(seed)
			}
			unseen := run(t, must(New(cfg, 0)))
			w := must(New(cfg, 0))
			for n := 0; w.step(cfg.Duration); n++ {
				if n%7 == 0 {
					w.Snapshot()
				}
			}
			sameOutcome(t, unseen, w.outcome())
		})
	}
}

// swarmFast is a random scenario of [swarm] whose requests may be compact: first come, first
// served, and nobody tries again.
func swarmFast(seed uint64) *Config {
	cfg := swarm(seed)
	hasten(cfg)
	return cfg
}

// swarmSharing is the same where requests share the CPU of their server; in every third nobody
// waits long, and in another there are too many at times.
func swarmSharing(seed uint64) *Config {
	cfg := swarmFast(seed)
	cfg.Services[0].Discipline, cfg.Services[0].Concurrency = ProcessorSharing, 0
	switch seed % 3 {
	case 1:
		cfg.Workloads[0].Clients.Timeout = 3 * sim.Second
	case 2:
		cfg.Services[0].Concurrency = 33
	}
	return cfg
}

// swarmLined is the same where a few share the CPU of their server at once and the others wait before it, in
// order of arrival or not; in every other nobody waits long.
func swarmLined(seed uint64) *Config {
	cfg := swarmFast(seed)
	s := &cfg.Services[0]
	few := int(2 + seed/4%5)
	if seed%4 < 2 {
		s.Workers, s.Concurrency = few+1, 0
	} else {
		s.Discipline, s.Concurrency = ProcessorSharing, few-1
	}
	if s.Backlog < 5 {
		s.Backlog = 20
	}
	if seed%2 == 1 {
		cfg.Workloads[0].Clients.Timeout = 3 * sim.Second
	}
	return cfg
}

// hasten lets the first service serve in order of arrival, and nobody try again.
func hasten(cfg *Config) {
	cfg.Services[0].Discipline = FCFS
	for i := range cfg.Workloads {
		cfg.Workloads[i].Clients.RetryAttempts = 0
	}
}

// run plays a world to its end.
func run(t *testing.T, w *World) *Outcome {
	t.Helper()
	out, err := w.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// sameOutcome compares all that outcomes say but how many events came in vain.
func sameOutcome(t *testing.T, a, b *Outcome) {
	t.Helper()
	va, vb := reflect.ValueOf(*a), reflect.ValueOf(*b)
	for i := range va.NumField() {
		name := va.Type().Field(i).Name
		if name == "Overtaken" {
			continue
		}
		if x, y := va.Field(i).Interface(), vb.Field(i).Interface(); !reflect.DeepEqual(x, y) {
			t.Errorf("seed %d: %s differ:\n%s\n%s", a.Config.Seed, name, brief(x), brief(y))
		}
	}
}

// brief formats a value in a few lines.
func brief(x any) string {
	s := fmt.Sprintf("%+v", x)
	return s[:min(len(s), 600)]
}

// overloaded is processor sharing at about its capacity, whose clients give up
// after a while and try again, while zones fail.
func overloaded(algorithm string) *Config {
	cfg := baseConfig().withServers(5)
	cfg.TargetGroups[0].Algorithm = algorithm
	cfg.TargetGroups[0].HealthCheck.Demand = 200 * sim.Millisecond
	cfg.Services[0] = Service{Name: "web", Discipline: ProcessorSharing, Concurrency: 4, Backlog: 3}
	w := cfg.request(poissonAt(98), must(rng.Lognormal(0.1, 1.5)))
	w.Clients = Clients{Timeout: 2 * sim.Second, RetryAttempts: 2, Backoff: 300 * sim.Millisecond, PerConnection: 1}
	cfg.LoadBalancers[0].Latency = 3 * sim.Millisecond
	cfg.Faults = []Fault{{
		Kind: ZoneOutage, Every: must(rng.Exponential(600)), Duration: must(rng.Exponential(100)), Zone: None, Pool: None,
	}}
	return cfg
}

// drained is a group that shrinks and grows under requests that last, so that
// some are cut off when the deregistration delay is over.
func drained() *Config {
	cfg := composite()
	cfg.TargetGroups[0].DeregistrationDelay = 2 * sim.Second
	cfg.TargetGroups[0].Algorithm = "least_outstanding_requests"
	cfg.Workloads[0].Arrivals = poissonAt(3)
	cfg.Workloads[0].Demand = must(rng.Exponential(1))
	cfg.Services[0].Discipline, cfg.Services[0].FinishAbandoned = ProcessorSharing, true
	cfg.Workloads[0].Clients.Timeout = 9 * sim.Second
	return cfg
}

// reclaimed is a group whose Spot instances are taken often.
func reclaimed() *Config {
	cfg := spotGroup(5)
	for i := range cfg.SpotPools {
		cfg.SpotPools[i].Intensity = 20000
	}
	cfg.request(poissonAt(30), must(rng.Exponential(0.3)))
	return cfg
}
