package cloud

import (
	"fmt"
	"testing"

	"headroom/model"
	"headroom/model/alarm"
	"headroom/model/controlplane"
	"headroom/model/placement"
	"headroom/model/routing"
	"headroom/model/scaling"
	"headroom/sim"
	"headroom/sim/rng"
)

// swarm draws a random but valid scenario: everything may be on or off.
func swarm(seed uint64) *Config {
	s := rng.New(seed, 0, "swarm")
	cfg := baseConfig()
	cfg.Seed = seed
	cfg.Zones = []string{"a", "b", "c"}[:1+s.Below(3)]
	cfg.Duration = sim.Time(10+s.Below(60)) * sim.Minute
	cfg.Warmup = sim.Time(s.Below(5)) * sim.Minute
	zones := make([]model.Zone, len(cfg.Zones))
	for z := range zones {
		zones[z] = model.Zone(z)
	}
	cfg.LoadBalancers[0].Zones = zones
	swarmService(&s, cfg)
	swarmHosts(&s, cfg, zones)
	swarmGroup(&s, cfg, zones)
	swarmLoad(&s, cfg, zones)
	swarmPlaces(&s, cfg, zones)
	swarmBurst(&s, cfg, zones)
	swarmNeighbours(&s, cfg, zones)
	swarmMarket(seed, cfg)
	swarmLife(seed, cfg)
	swarmRegions(seed, cfg)
	return cfg
}

func chance(s *rng.Stream, p float64) bool { return s.Uniform() < p }

func swarmService(s *rng.Stream, cfg *Config) {
	sv := &cfg.Services[0]
	sv.Discipline = Discipline(1 + s.Below(2))
	sv.Backlog = []int{0, 1, 5, 50, NoLimit}[s.Below(5)]
	sv.Concurrency = []int{0, 1, 3, 20}[s.Below(4)]
	sv.FinishAbandoned = chance(s, 0.3)
	tg := &cfg.TargetGroups[0]
	tg.Algorithm = routing.Policies()[s.Below(len(routing.Policies()))].Name
	tg.Mitigation = tg.Algorithm == "weighted_random" && chance(s, 0.7)
	tg.CrossZone = chance(s, 0.6)
	tg.DeregistrationDelay = sim.Time(s.Below(120)) * sim.Second
	tg.HealthCheck.Enabled = chance(s, 0.8)
	tg.HealthCheck.Demand = []sim.Time{0, sim.Millisecond, sim.Second}[s.Below(3)]
	cfg.LoadBalancers[0].Latency = sim.Time(s.Below(20)) * sim.Millisecond
	cfg.LaunchTemplates[0].UserDataFails = float64(s.Below(2)) * 0.2
	cfg.LaunchTemplates[0].Launch = LaunchTimes{
		Call: must(rng.Exponential(1.5)), Pending: must(rng.Exponential(5)),
		Boot: must(rng.Exponential(float64(5 + s.Below(60)))), ShuttingDown: must(rng.Exponential(20)),
	}
}

func swarmHosts(s *rng.Stream, cfg *Config, zones []model.Zone) {
	if chance(s, 0.4) {
		swarmFaults(s, cfg, zones)
		return
	}
	per := make([]int, len(zones))
	for z := range per {
		per[z] = 1 + s.Below(4)
	}
	cfg.HostPools = []HostPool{{
		Name: "m5", CPU: 8, MemoryMiB: 32768, PerZone: per,
		Placement: placement.Policies()[s.Below(len(placement.Policies()))].Name,
	}}
	swarmFaults(s, cfg, zones)
	if chance(s, 0.5) {
		cfg.Faults = append(cfg.Faults, Fault{
			Kind: HostFailure, Every: must(rng.Exponential(600)), Duration: must(rng.Exponential(300)), Zone: None, Pool: None,
		})
	}
}

// swarmFaults lets applications fail, and instances end, now and then.
func swarmFaults(s *rng.Stream, cfg *Config, zones []model.Zone) {
	if chance(s, 0.2) {
		cfg.Services[0].Errors = model.Errors{Rate: 0.1, Status: 503}
	}
	for _, f := range []Fault{
		{Kind: ZonePartition, Zone: zones[0]},
		{Kind: InstanceTermination, Zone: None, Count: 1},
		{Kind: ApplicationFault, Zone: None, Share: 0.5, Impairment: model.Impairment{Hangs: true}},
		{Kind: ApplicationFault, Zone: None, Count: 2, Impairment: model.Impairment{Refuses: true}},
		{Kind: ApplicationFault, Zone: None, Share: 0.7, Impairment: model.Impairment{Slow: 7}},
		{Kind: ApplicationFault, Zone: None, Impairment: model.Impairment{Errors: model.Errors{Rate: 0.4, Status: 500}}},
	} {
		if chance(s, 0.3) {
			f.Pool, f.Every, f.Duration = None, must(rng.Exponential(900)), must(rng.Exponential(200))
			cfg.Faults = append(cfg.Faults, f)
		}
	}
}

func swarmGroup(s *rng.Stream, cfg *Config, zones []model.Zone) {
	need := Need{Pool: None}
	if len(cfg.HostPools) > 0 {
		need = Need{Pool: 0, CPU: 2, MemoryMiB: 8192}
	}
	high := 1 + s.Below(12)
	low := s.Below(high)
	g := cfg.addGroup(low, high, low)
	g.Zones, g.ELBHealth = zones, chance(s, 0.5)
	g.Grace = sim.Time(s.Below(120)) * sim.Second
	g.Types[0].Need = need
	if chance(s, 0.5) {
		g.DefaultWarmup = sim.Time(s.Below(200)) * sim.Second
	}
	for z := range zones {
		cfg.SpotPools = append(cfg.SpotPools, SpotPool{
			Zone: model.Zone(z), Platform: model.Linux, Need: need, OnDemandUSD: 0.1, MeanRatio: 0.35,
			Bucket: s.Below(5), Intensity: float64(s.Below(3000)),
			Walk: SpotWalk{Reversion: 0.02, Volatility: 0.3, Step: sim.Minute, Threshold: 0.01},
		})
		g.Types[0].SpotPool = append(g.Types[0].SpotPool, z)
	}
	if chance(s, 0.5) {
		g.Mixed = &MixedInstances{
			MixedInstances: scaling.MixedInstances{
				OnDemandBase: s.Below(3), OnDemandPercentage: s.Below(101),
				OnDemandStrategy: scaling.Prioritized, SpotStrategy: scaling.PriceCapacityOptimized,
			},
			MaxPrice: []float64{0, 0.04}[s.Below(2)], CapacityRebalance: chance(s, 0.5),
		}
	}
	adjustment, kind, cooldown := 1+s.Below(4), s.Below(3), sim.Time(s.Below(200))*sim.Second
	g.Policies = []ScalingPolicy{{Name: "p", Spec: []scaling.Spec{
		scaling.Simple{Type: scaling.ChangeInCapacity, Adjustment: adjustment, Cooldown: cooldown},
		scaling.TargetTracking{
			Target: 50, LowFactor: 0.7, ScaleIn: scaling.Proportional, Cadence: scaling.ResponsiveCadence(),
			EstimatedInstanceWarmup: scaling.Unset,
		},
		erratic{},
	}[kind]}}
	swarmAlarms(s, cfg)
	if chance(s, 0.3) {
		cfg.Faults = append(cfg.Faults, Fault{
			Kind: ZoneOutage, At: sim.Time(s.Below(600)) * sim.Second, Duration: must(rng.Exponential(300)), Zone: None, Pool: None,
		})
	}
}

// erratic wakes at random and wants anything, within the limits or not.
type erratic struct{ draws *rng.Stream }

func (erratic) Validate() []error { return nil }

func (erratic) Mechanism() scaling.Mechanism {
	return scaling.Mechanism{Warms: true, WarmupTime: scaling.Unset, Unanimous: true}
}

func (erratic) New(s scaling.Setup) scaling.Policy { return erratic{s.Draws} }

func (e erratic) Decide(v scaling.View) scaling.Decision {
	return scaling.Decision{
		Acts: chance(e.draws, 0.8), Wanted: e.draws.Below(20) - 4, Floor: max(0, e.draws.Below(24)-16), Max: e.draws.Below(14),
	}
}

func (e erratic) Wake(now sim.Time) (sim.Time, bool) {
	return now + 1 + sim.Time(e.draws.Below(300))*sim.Second, chance(e.draws, 0.99)
}

func swarmAlarms(s *rng.Stream, cfg *Config) {
	m := Metric{Kind: CPUUtilization, Statistic: Average}
	if chance(s, 0.3) {
		m.Kind = RequestCountPerTarget
	}
	period := []sim.Time{10 * sim.Second, sim.Minute, 5 * sim.Minute}[s.Below(3)]
	cfg.Alarms = []Alarm{
		{Name: "high", Metric: m, Actions: []AlarmAction{{Side: scaling.High}}, Config: alarm.Config{
			Period: period, EvaluationPeriods: 2, DatapointsToAlarm: 1, Threshold: 50,
			Comparison: alarm.GreaterThanThreshold, TreatMissing: alarm.MissingIsMissing,
		}},
		{Name: "low", Metric: m, Actions: []AlarmAction{{Side: scaling.Low}}, Config: alarm.Config{
			Period: period, EvaluationPeriods: 3, DatapointsToAlarm: 3, Threshold: 35,
			Comparison: alarm.LessThanThreshold, TreatMissing: alarm.MissingIsMissing,
		}},
	}
	cfg.LaunchTemplates[0].Detailed = chance(s, 0.7)
	cfg.WaitForSpotReclaim = chance(s, 0.5)
	cfg.PublicationDelay = sim.Time(s.Below(40)) * sim.Second
}

func swarmLoad(s *rng.Stream, cfg *Config, zones []model.Zone) {
	w := cfg.request(poissonAt(0.2+4*s.Uniform()), must(rng.Lognormal(0.2+3*s.Uniform(), 1.5)))
	w.Clients.Timeout = []sim.Time{0, sim.Second, 20 * sim.Second}[s.Below(3)]
	w.Clients.RetryAttempts = s.Below(3)
	w.Clients.Backoff = sim.Time(1+s.Below(5000)) * sim.Millisecond
	w.Request, w.Response = must(rng.Exponential(2000)), must(rng.Exponential(40000))
	if chance(s, 0.3) {
		cfg.Instances = []Fleet{{
			Name: "fixed", Count: 1 + s.Below(3), Template: cfg.LaunchTemplates[0], Need: Need{Pool: None},
			Zones: zones, Service: 0, TargetGroups: []int{0},
		}}
	}
	if len(cfg.HostPools) > 0 && chance(s, 0.7) {
		option := model.PurchaseOption(1 + s.Below(2))
		tenants := InstanceWorkload{
			Name: "others", Arrivals: poissonAt(0.02), Lifetime: must(rng.Exponential(300)), Option: option,
			Sizes: []TenantSize{{Need: Need{Pool: 0, CPU: int32(1 + s.Below(4)), MemoryMiB: 4096}, Weight: 1}},
			Zones: zones, Initial: 3, Foreign: chance(s, 0.5),
		}
		if option == model.Spot {
			for z := range zones {
				tenants.SpotPool = append(tenants.SpotPool, z)
			}
		}
		cfg.InstanceWorkloads = []InstanceWorkload{tenants}
	}
}

// swarmPlaces divides hosts, keeps some to one tenancy, holds capacity on them and
// lets launches wait for it.
func swarmPlaces(s *rng.Stream, cfg *Config, zones []model.Zone) {
	if len(cfg.HostPools) == 0 {
		return
	}
	cfg.HostPools[0].Nodes = []int{0, 1, 2, 4}[s.Below(4)]
	if chance(s, 0.3) {
		cfg.LaunchTemplates[0].Tenancy = model.TenancyDedicated
	}
	for i := range cfg.InstanceWorkloads {
		cfg.InstanceWorkloads[i].Wait = chance(s, 0.5)
	}
	for i := range s.Below(3) {
		from := sim.Time(s.Below(2)*(1+s.Below(600))) * sim.Second
		hold := controlplane.Hold{
			Name: fmt.Sprintf("commitment.%d", i), Platform: model.Linux, Tenancy: model.TenancyDefault,
			Zone: zones[s.Below(len(zones))], Need: Need{Pool: 0, CPU: 2, MemoryMiB: 8192}, Count: 1 + s.Below(3), From: from,
		}
		if chance(s, 0.5) {
			hold.To = from + sim.Time(1+s.Below(1000))*sim.Second
		}
		if from == 0 {
			hold.Count = 1 // any host has room for two of these
		}
		if chance(s, 0.3) && from > 0 {
			hold.Tenancy = model.TenancyDedicated
		}
		cfg.Holds = append(cfg.Holds, hold)
	}
}

// swarmBurst makes instances burstable, with few credits, on hosts that may have promised
// more than they have, beside others that compute without requests.
func swarmBurst(s *rng.Stream, cfg *Config, zones []model.Zone) {
	if chance(s, 0.5) {
		return
	}
	t := &cfg.Types[0]
	t.Family, t.Burstable = []string{"t2", "t3"}[s.Below(2)], true
	t.CreditsPerHour = []float64{6, 24, 81.6}[s.Below(3)]
	lt := &cfg.LaunchTemplates[0]
	lt.Credits = model.CreditMode(s.Below(3))
	lt.InitialCredits = model.Credits(s.Below(20)) * model.Credit
	need := Need{Pool: None}
	if len(cfg.HostPools) > 0 {
		cfg.HostPools[0].Threads = int32(1 + s.Below(9))
		need = Need{Pool: 0, CPU: 1, MemoryMiB: 1024}
	}
	work := func() controlplane.Utilization {
		u := controlplane.Utilization{Steps: []controlplane.UtilizationStep{{Share: s.Uniform()}}}
		for at := sim.Time(0); chance(s, 0.8); {
			at += sim.Time(1 + s.Below(1e12))
			u.Steps = append(u.Steps, controlplane.UtilizationStep{From: at, Share: float64(s.Below(101)) / 100})
			u.Period = at + 1
		}
		if chance(s, 0.5) {
			u.Period = 0
		}
		return u
	}
	for i := range cfg.Instances {
		cfg.Instances[i].Template = *lt
	}
	for i := range cfg.InstanceWorkloads {
		cfg.InstanceWorkloads[i].Utilization = work()
		cfg.InstanceWorkloads[i].Credits = model.CreditMode(s.Below(3))
	}
	if chance(s, 0.5) {
		template := *lt
		template.Tenancy = model.TenancyDefault
		cfg.Instances = append(cfg.Instances, Fleet{
			Name: "busy", Count: 1, Template: template, Need: need, Zones: zones, Service: None, Utilization: work(),
		})
	}
}

// Every invariant holds after every event of random scenarios.
func TestInvariantsHoldUnderASwarm(t *testing.T) {
	worlds{
		seeds: 80, make: swarm,
		see: func(t *testing.T, out *Outcome) {
			for i, l := range out.Ledger.Leases {
				if l.From < 0 || l.To < l.From || l.To > out.Ledger.End || l.End == 0 {
					t.Errorf("lease %d: %+v", i, l)
				}
			}
		},
	}.hold(t)
}
