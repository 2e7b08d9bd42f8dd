package dataplane

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"headroom/model"
	"headroom/model/addressing"
	"headroom/model/routing"
	"headroom/sim"
)

// The bounds of what a request records, and of what a plane takes.
const (
	MaxClasses = math.MaxUint16 // of requests, of one workload
	MaxRetries = math.MaxUint8
	MaxGroups  = math.MaxInt16
	MaxSources = math.MaxUint16 // workloads and call steps
	MaxZones   = math.MaxUint8
	MaxDepth   = 16 // calls that wait for each other

	MaxVisitors = 10_000_000      // of one workload
	MinThink    = sim.Microsecond // mean, in a closed loop
)

// validator collects the rules that a traffic breaks.
type validator struct {
	*Traffic
	model.Rules
	zones  int
	fleets []int // service of each [instance.NAME], None without
}

// Validate returns every rule that the traffic breaks, each with the path of what
// breaks it. zones is the number of zones; fleets has the service of each
// [instance.NAME], None without.
func (t *Traffic) Validate(zones int, fleets []int) []error {
	v := &validator{Traffic: t, zones: zones, fleets: fleets}
	v.Check(len(t.TargetGroups) <= MaxGroups, "target_group", "must be at most %d, got %d", MaxGroups, len(t.TargetGroups))
	v.Check(zones <= MaxZones, "region.zones", "must be at most %d, got %d", MaxZones, zones)
	for i := range t.Algorithms {
		err := t.Algorithms[i].Validate()
		v.Check(err == nil, fmt.Sprintf("algorithms.%d", i), "%q %v", t.Algorithms[i].Name, err)
	}
	calls := 0
	for i := range t.Services {
		calls += v.service(&t.Services[i])
	}
	v.Check(len(t.Workloads)+calls <= MaxSources, "workload", "workloads and calls must be at most %d, got %d", MaxSources, len(t.Workloads)+calls)
	for i := range t.TargetGroups {
		v.targetGroup(&t.TargetGroups[i])
	}
	for i := range t.LoadBalancers {
		v.loadBalancer(&t.LoadBalancers[i])
	}
	for i := range t.Records {
		v.record(&t.Records[i])
	}
	for i := range t.Workloads {
		v.named(&t.Workloads[i])
		v.workload(&t.Workloads[i])
	}
	for i := range v.Functions {
		v.function(i)
	}
	for i := range v.Outside {
		v.outside(&v.Outside[i])
	}
	v.Check(v.FunctionConcurrency >= 0 && v.FunctionConcurrency <= MaxConcurrency, "quotas.lambda_concurrent_executions", "must be 0 to %d, got %d", MaxConcurrency, v.FunctionConcurrency)
	v.network()
	v.fluid()
	v.Check(t.NetworkBurst >= 0 && t.NetworkBurst <= sim.Hour, "region.network_burst", "must be 0 to %v, got %v", sim.Hour, t.NetworkBurst)
	if len(v.Broken) == 0 { // references are sound
		if err := t.checkCycles(fleets); err != nil {
			v.Broken = append(v.Broken, err)
		}
	}
	return v.Broken
}

func (v *validator) service(s *Service) (calls int) {
	path := "service." + s.Name
	v.Check(s.Discipline == ProcessorSharing || s.Discipline == FCFS, path+".discipline", "must be ps or fcfs")
	v.Check(s.Workers >= 0 && s.Workers <= NoLimit, path+".workers", "must be 0 to %d, got %d", NoLimit, s.Workers)
	v.Check(s.Concurrency >= 0 && s.Concurrency <= NoLimit, path+".concurrency", "must be 0 to %d, got %d", NoLimit, s.Concurrency)
	v.Check(s.Backlog >= 0 && s.Backlog <= NoLimit, path+".backlog", "must be 0 to %d, got %d", NoLimit, s.Backlog)
	v.Check(s.KeepAlive >= 0, path+".keep_alive_timeout", "must not be negative, got %v", s.KeepAlive)
	v.Check(s.Handshake >= 0 && s.Handshake <= sim.Hour, path+".tls_handshake", "must be 0 to %v, got %v", sim.Hour, s.Handshake)
	v.Failures(&s.Errors, path+".errors")
	v.cache(s, path+".cache")
	v.memory(s, path)
	for k := range s.Steps {
		step := &s.Steps[k]
		at := fmt.Sprintf("%s.steps.%d", path, k)
		switch step.Kind {
		case StepCPU:
		case StepPause:
			v.Check(step.Time != nil, at+".pause", "must be given")
		case StepCall:
			calls++
			v.call(&step.Call, at)
		case StepDisk:
			v.io(s, &step.IO, at)
		default:
			v.Check(false, at, "must be one of cpu, call, pause, read, write")
		}
	}
	return calls
}

func (v *validator) call(c *Call, at string) {
	v.destination(c.To, c.Target, at+".call")
	v.Check(c.Count >= 1 && c.Count <= math.MaxInt32, at+".count", "must be at least 1, got %d", c.Count)
	v.Check(c.PoolSize >= 0, at+".pool.size", "must not be negative, got %d", c.PoolSize)
	v.Check(c.PoolTimeout >= 0, at+".pool.timeout", "must not be negative, got %v", c.PoolTimeout)
	v.Check(c.PoolTimeout == 0 || c.PoolSize > 0, at+".pool.timeout", "needs a pool size")
	v.clients(&c.Clients, at)
	v.demand(at+".demand", c.Memory, c.Reads, c.Writes)
}

func (v *validator) clients(c *Clients, at string) {
	v.Check(c.Timeout >= 0, at+".timeout", "must not be negative, got %v", c.Timeout)
	v.Check(c.Deadline >= 0, at+".deadline", "must not be negative, got %v", c.Deadline)
	v.Check(c.RetryAttempts >= 0 && c.RetryAttempts <= MaxRetries, at+".retry.attempts", "must be 0 to %d, got %d", MaxRetries, c.RetryAttempts)
	// A doubled backoff is as long as all before it, and one more: it does not
	// lead beyond what the clock can count.
	v.Check(c.Backoff >= 0 && c.Backoff <= sim.Horizon/4, at+".retry.backoff", "must be 0 to %v, got %v", sim.Horizon/4, c.Backoff)
	v.Check(c.Region == "" || addressing.Known(c.Region), at+".region", "must be an AWS Region, got %q", c.Region)
	v.Check(c.RoundTrip >= 0 && c.RoundTrip <= sim.Hour, at+".round_trip", "must be 0 to %v, got %v", sim.Hour, c.RoundTrip)
	v.Check(c.Resumption >= 0 && c.Resumption <= 1, at+".session_resumption", "must be 0 to 1, got %g", c.Resumption)
	v.Check(c.ForwardedFor >= 0, at+".forwarded_for", "must not be negative, got %d", c.ForwardedFor)
	v.Check(c.RetryBudget >= 0 && c.RetryBudget <= RetryBurst, at+".retry.budget", "must be 0 to %d, got %g", RetryBurst, c.RetryBudget)
}

// destination checks what a workload or a call talks to.
func (v *validator) destination(to DestinationKind, target int, at string) {
	switch to {
	case ToLoadBalancer:
		v.Reference(target, len(v.LoadBalancers), at, "load balancer")
	case ToTargetGroup:
		if v.Reference(target, len(v.TargetGroups), at, "target group") {
			v.Check(v.TargetGroups[target].CrossZone, at, "a target group without cross-zone balancing needs a load balancer")
		}
	case ToAddress:
		v.Reference(target, len(v.Addresses), at, "address")
	case ToFunction:
		v.Reference(target, len(v.Functions), at, "function")
	case ToInstances:
		v.Reference(target, len(v.fleets), at, "fleet of instances")
	default:
		v.Check(false, at, "must be a load balancer, a target group or instances")
	}
}

func (v *validator) targetGroup(g *TargetGroup) {
	path := "target_group." + g.Name
	if g.Service != None {
		v.Reference(g.Service, len(v.Services), path+".service", "service")
	}
	entry, ok := routing.Find(g.Algorithm, v.Algorithms...)
	v.Check(ok, path+".load_balancing_algorithm_type", "must be an algorithm, got %q", g.Algorithm)
	v.Check(!g.Mitigation || entry.Mitigates, path+".load_balancing_anomaly_mitigation", "needs the algorithm %s, got %q", routing.NamesOf(routing.Mitigates, v.Algorithms...), g.Algorithm)
	v.Check(g.DeregistrationDelay >= 0, path+".deregistration_delay", "must not be negative, got %v", g.DeregistrationDelay)
	v.Check(g.SlowStart == 0 || g.SlowStart >= routing.MinSlowStart && g.SlowStart <= routing.MaxSlowStart, path+".slow_start", "must be 0, or %v to %v, got %v", routing.MinSlowStart, routing.MaxSlowStart, g.SlowStart)
	v.Check(g.SlowStart == 0 || entry.StartsSlowly, path+".slow_start", "needs the algorithm %s, got %q", routing.NamesOf(routing.StartsSlowly, v.Algorithms...), g.Algorithm)
	if g.Balancer > 0 && v.Reference(g.Balancer-1, len(v.LoadBalancers), path+".load_balancer", "load balancer") {
		lb := &v.LoadBalancers[g.Balancer-1]
		v.Check(g.Flows.On && g.Service == None && !lb.Network() && lb.ListenerFor(int(g.Port)) != None && g.Port > 0, path+".load_balancer",
			"must be an Application Load Balancer that listens on the port of flows to it, %d", g.Port)
	}
	v.Check(!g.Secure || g.Balancer == 0 && !g.Discovered && !g.Appliances.On && v.functionOf(slices.IndexFunc(v.TargetGroups, func(o TargetGroup) bool { return o.Name == g.Name })) == None, path+".protocol", "must not be HTTPS of appliances, functions and load balancers")
	if g.Flows.On {
		v.Check(g.SlowStart == 0 && !g.Mitigation && g.Stickiness.Kind == 0, path, "must have no slow start, mitigation or cookies: it takes flows")
		v.Check(g.Flows.RegistrationDelay >= 0, path+".registration_delay", "must not be negative, got %v", g.Flows.RegistrationDelay)
		v.Check(g.Flows.UnhealthyDrain == 0 || g.Flows.UnhealthyDrain > 0 && g.Flows.KeepUnhealthy, path+".target_health_state", "must have an interval of 0 unless connections are kept, got %v", g.Flows.UnhealthyDrain)
		v.Check(g.Flows.MostPerTarget >= 0, path+".max_connections_per_target", "must not be negative, got %d", g.Flows.MostPerTarget)
	}
	if s := g.Stickiness; s.Kind != 0 {
		v.Check(s.Kind <= ApplicationCookie, path+".stickiness.type", "must be lb_cookie or app_cookie")
		v.Check(s.Duration > 0, path+".stickiness.cookie_duration", "must be above 0, got %v", s.Duration)
		v.Check(g.CrossZone, path+".stickiness", "needs cross-zone load balancing")
	}
	if err := g.minimum().Validate(); err != nil {
		v.Check(false, path+".target_group_health", "%v", err)
	}
	if h := &g.HealthCheck; h.Enabled {
		v.Check(h.Interval > 0 && h.Timeout > 0, path+".health_check", "must have an interval and a timeout above 0, got %v and %v", h.Interval, h.Timeout)
		v.Check(h.Timeout <= h.Interval, path+".health_check.timeout", "must not exceed the interval (%v), got %v", h.Interval, h.Timeout)
		v.Check(h.Demand >= 0 && h.Demand <= sim.Hour, path+".health_check.demand", "must be 0 to %v, got %v", sim.Hour, h.Demand)
		v.Check(h.HealthyThreshold >= 1 && h.HealthyThreshold <= 255 && h.UnhealthyThreshold >= 1 && h.UnhealthyThreshold <= 255,
			path+".health_check", "must have thresholds of 1 to 255, got %d and %d", h.HealthyThreshold, h.UnhealthyThreshold)
	}
}

func (v *validator) loadBalancer(lb *LoadBalancer) {
	path := "load_balancer." + lb.Name
	v.Check(len(lb.Zones) > 0, path+".zones", "must have a zone")
	for _, z := range lb.Zones {
		v.zone(z, path+".zones")
	}
	for _, d := range []struct {
		name string
		time sim.Time
	}{{"idle_timeout", lb.IdleTimeout}, {"client_keep_alive", lb.ClientKeepAlive}, {"latency", lb.Latency}, {"cross_latency", lb.CrossLatency}, {"dns_ttl", lb.DNSTTL}, {"connect_timeout", lb.ConnectTimeout}} {
		v.Check(d.time >= 0, path+"."+d.name, "must not be negative, got %v", d.time)
	}
	lb.LongCache.verify(v, lb.DNSTTL, path)
	v.Check(lb.ZoneAffinity >= 0 && lb.ZoneAffinity <= 1, path+".dns_record_client_routing_policy", "must be a share of 0 to 1, got %g", lb.ZoneAffinity)
	v.Check(lb.Growth.Start <= ColdStart, path+".start", "must be warm or cold")
	v.Check(lb.Growth.Units >= 0 && lb.Growth.Units <= MaxUnits, path+".minimum_load_balancer_capacity.capacity_units", "must be 0 to %d, got %d", MaxUnits, lb.Growth.Units)
	v.Check(lb.Gateway == 0 || lb.Gateway <= len(v.LoadBalancers) && v.LoadBalancers[lb.Gateway-1].IsGateway(), path+".gateway", "must be a load balancer of kind gateway")
	v.listeners(lb, path)
}

func (v *validator) zone(z model.Zone, path string) {
	v.Check(z >= 0 && int(z) < v.zones, path, "must be zones of the region (0 to %d), got %d", v.zones-1, z)
}

func (v *validator) workload(w *Workload) {
	path := "workload." + w.Name
	v.destination(w.To, w.Target, path+".to")
	v.visitors(w, path)
	v.Check(w.Demand != nil || w.Rows != nil && w.Rows.Demand != nil, path+".demand.cpu", "must be given")
	v.Check(len(w.Classes) >= 1 && len(w.Classes) <= MaxClasses, path+".path", "must have 1 to %d classes of requests, got %d", MaxClasses, len(w.Classes))
	total := 0.0
	for _, c := range w.Classes {
		v.Check(c.Weight >= 0 && c.Weight <= math.MaxFloat64, path+".path", "weights must be finite and not negative, got %g", c.Weight)
		total += c.Weight
	}
	v.Check(total > 0 && total <= math.MaxFloat64, path+".path", "weights must add up to more than 0, got %g", total)
	v.Check(w.Clients.PerConnection >= 0, path+".clients.requests_per_connection", "must not be negative, got %d", w.Clients.PerConnection)
	v.Check(w.Clients.Lasts >= 0, path+".clients.connection_duration", "must not be negative, got %v", w.Clients.Lasts)
	v.Check(w.Clients.Streams >= 0 && w.Clients.Streams <= MaxStreams, path+".clients.http2_streams", "must be 0 to %d, got %d", MaxStreams, w.Clients.Streams)
	v.Check(w.Clients.KeepAlive >= 0, path+".clients.keep_alive", "must not be negative, got %v", w.Clients.KeepAlive)
	v.clients(&w.Clients, path+".clients")
	v.websocket(w, path+".clients.websocket")
	v.demand(path+".demand", w.Memory, w.Reads, w.Writes)
	v.classes(w, path)
}

// visitors checks the clients of a workload: a closed loop needs nothing else, and must
// let time pass.
func (v *validator) visitors(w *Workload, path string) {
	c := &w.Visitors
	v.Check(c.Count >= 0 && c.Count <= MaxVisitors, path+".clients.users", "must be 0 to %d, got %d", MaxVisitors, c.Count)
	v.Check(c.Count > 0 || c.Think == nil && c.Stay == nil, path+".clients", "must have sessions or users to have times of them")
	v.Check(c.Stay == nil || c.Stay.Mean() > 0, path+".clients.session_duration", "must be longer than 0")
	if c.Think == nil {
		v.Check(w.Arrivals != nil, path+".arrivals", "must be given")
		return
	}
	v.Check(w.Arrivals == nil, path+".arrivals", "must not be given beside sessions, which ask in a closed loop")
	v.Check(w.Rows == nil, path+".demand", "must not be columns of a trace where sessions ask in a closed loop")
	v.Check(c.Think.Mean() >= MinThink.Seconds(), path+".clients.think_time", "must have a mean of at least %v, got %gs", MinThink, c.Think.Mean())
}

// checkCycles refuses services that call themselves, by whatever way, and chains of
// calls that are too long.
func (t *Traffic) checkCycles(fleets []int) error {
	const unseen, open, done = 0, 1, 2
	state := make([]int, len(t.Services))
	depth := make([]int, len(t.Services))
	var chain []string
	var visit func(int) error
	visit = func(i int) error {
		name := "service." + t.Services[i].Name
		if state[i] == open {
			from := slices.Index(chain, name)
			return fmt.Errorf("%s.steps: must not come back to itself: %s", name, strings.Join(append(chain[from:], name), " -> "))
		}
		if state[i] == done {
			return nil
		}
		state[i] = open
		chain = append(chain, name)
		for k := range t.Services[i].Steps {
			step := &t.Services[i].Steps[k]
			if step.Kind != StepCall {
				continue
			}
			for _, callee := range t.Callees(step.Call.To, step.Call.Target, fleets) {
				if err := visit(callee); err != nil {
					return err
				}
				depth[i] = max(depth[i], depth[callee]+1)
			}
		}
		chain = chain[:len(chain)-1]
		state[i] = done
		if depth[i] > MaxDepth {
			return fmt.Errorf("%s.steps: calls must be at most %d deep, got %d", name, MaxDepth, depth[i])
		}
		return nil
	}
	for i := range t.Services {
		if err := visit(i); err != nil {
			return err
		}
	}
	return nil
}

// Callees lists the services that requests to a destination may reach.
func (t *Traffic) Callees(to DestinationKind, target int, fleets []int) []int {
	var services []int
	add := func(service int) {
		if service != None && !slices.Contains(services, service) {
			services = append(services, service)
		}
	}
	switch to {
	case ToAddress:
		add(t.Addresses[target].Service)
	case ToFunction:
		add(t.Functions[target].Service)
	case ToInstances:
		add(fleets[target])
	case ToTargetGroup:
		add(t.TargetGroups[target].Service)
	case ToLoadBalancer:
		for _, g := range t.reached(target) {
			add(t.TargetGroups[g].Service)
		}
	}
	return services
}
