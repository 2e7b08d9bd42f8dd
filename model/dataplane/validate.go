package dataplane

import (
	"errors"
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
	zones  int
	fleets []int // service of each [instance.NAME], None without
	errs   []error
}

// Validate returns every rule that the traffic breaks, each with the path of what
// breaks it. zones is the number of zones; fleets has the service of each
// [instance.NAME], None without.
func (t *Traffic) Validate(zones int, fleets []int) []error {
	v := &validator{Traffic: t, zones: zones, fleets: fleets}
	v.check(len(t.TargetGroups) <= MaxGroups, "target_group", "must be at most %d, got %d", MaxGroups, len(t.TargetGroups))
	v.check(zones <= MaxZones, "region.zones", "must be at most %d, got %d", MaxZones, zones)
	calls := 0
	for i := range t.Services {
		calls += v.service(&t.Services[i])
	}
	v.check(len(t.Workloads)+calls <= MaxSources, "workload", "workloads and calls must be at most %d, got %d", MaxSources, len(t.Workloads)+calls)
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
	v.check(v.FunctionConcurrency >= 0 && v.FunctionConcurrency <= MaxConcurrency, "quotas.lambda_concurrent_executions", "must be 0 to %d, got %d", MaxConcurrency, v.FunctionConcurrency)
	v.network()
	v.fluid()
	v.check(t.NetworkBurst >= 0 && t.NetworkBurst <= sim.Hour, "region.network_burst", "must be 0 to %v, got %v", sim.Hour, t.NetworkBurst)
	if len(v.errs) == 0 { // references are sound
		if err := t.checkCycles(fleets); err != nil {
			v.errs = append(v.errs, err)
		}
	}
	return v.errs
}

// check adds an error unless a rule holds.
func (v *validator) check(holds bool, path, rule string, args ...any) {
	if !holds {
		v.errs = append(v.errs, errors.New(path+": "+fmt.Sprintf(rule, args...)))
	}
}

// reference checks an index.
func (v *validator) reference(index, n int, path, what string) bool {
	ok := index >= 0 && index < n
	v.check(ok, path, "must be the index of a %s (0 to %d), got %d", what, n-1, index)
	return ok
}

func (v *validator) service(s *Service) (calls int) {
	path := "service." + s.Name
	v.check(s.Discipline == ProcessorSharing || s.Discipline == FCFS, path+".discipline", "must be ps or fcfs")
	v.check(s.Workers >= 0 && s.Workers <= NoLimit, path+".workers", "must be 0 to %d, got %d", NoLimit, s.Workers)
	v.check(s.Concurrency >= 0 && s.Concurrency <= NoLimit, path+".concurrency", "must be 0 to %d, got %d", NoLimit, s.Concurrency)
	v.check(s.Backlog >= 0 && s.Backlog <= NoLimit, path+".backlog", "must be 0 to %d, got %d", NoLimit, s.Backlog)
	v.check(s.KeepAlive >= 0, path+".keep_alive_timeout", "must not be negative, got %v", s.KeepAlive)
	v.errors(&s.Errors, path+".errors")
	v.cache(s, path+".cache")
	v.memory(s, path)
	for k := range s.Steps {
		step := &s.Steps[k]
		at := fmt.Sprintf("%s.steps.%d", path, k)
		switch step.Kind {
		case StepCPU:
		case StepPause:
			v.check(step.Time != nil, at+".pause", "must be given")
		case StepCall:
			calls++
			v.call(&step.Call, at)
		case StepDisk:
			v.io(s, &step.IO, at)
		default:
			v.check(false, at, "must be one of cpu, call, pause, read, write")
		}
	}
	return calls
}

func (v *validator) errors(e *model.Errors, path string) {
	v.check(e.Rate >= 0 && e.Rate <= 1, path+".rate", "must be 0 to 1, got %g", e.Rate)
	v.check(e.Latency >= 0, path+".latency", "must not be negative, got %v", e.Latency)
	v.check(e.Rate == 0 || e.Status == 500 || e.Status >= 502 && e.Status <= 504, path+".code", "must be 500, 502, 503 or 504, got %d", e.Status)
}

func (v *validator) call(c *Call, at string) {
	v.destination(c.To, c.Target, at+".call")
	v.check(c.Count >= 1 && c.Count <= math.MaxInt32, at+".count", "must be at least 1, got %d", c.Count)
	v.check(c.PoolSize >= 0, at+".pool.size", "must not be negative, got %d", c.PoolSize)
	v.check(c.PoolTimeout >= 0, at+".pool.timeout", "must not be negative, got %v", c.PoolTimeout)
	v.check(c.PoolTimeout == 0 || c.PoolSize > 0, at+".pool.timeout", "needs a pool size")
	v.clients(&c.Clients, at)
	v.demand(at+".demand", c.Memory, c.Reads, c.Writes)
}

func (v *validator) clients(c *Clients, at string) {
	v.check(c.Timeout >= 0, at+".timeout", "must not be negative, got %v", c.Timeout)
	v.check(c.Deadline >= 0, at+".deadline", "must not be negative, got %v", c.Deadline)
	v.check(c.RetryAttempts >= 0 && c.RetryAttempts <= MaxRetries, at+".retry.attempts", "must be 0 to %d, got %d", MaxRetries, c.RetryAttempts)
	// A doubled backoff is as long as all before it, and one more: it does not
	// lead beyond what the clock can count.
	v.check(c.Backoff >= 0 && c.Backoff <= sim.Horizon/4, at+".retry.backoff", "must be 0 to %v, got %v", sim.Horizon/4, c.Backoff)
	v.check(c.Region == "" || addressing.Known(c.Region), at+".region", "must be an AWS Region, got %q", c.Region)
	v.check(c.RoundTrip >= 0 && c.RoundTrip <= sim.Hour, at+".round_trip", "must be 0 to %v, got %v", sim.Hour, c.RoundTrip)
	v.check(c.Resumption >= 0 && c.Resumption <= 1, at+".session_resumption", "must be 0 to 1, got %g", c.Resumption)
	v.check(c.ForwardedFor >= 0, at+".forwarded_for", "must not be negative, got %d", c.ForwardedFor)
	v.check(c.RetryBudget >= 0 && c.RetryBudget <= RetryBurst, at+".retry.budget", "must be 0 to %d, got %g", RetryBurst, c.RetryBudget)
}

// destination checks what a workload or a call talks to.
func (v *validator) destination(to DestinationKind, target int, at string) {
	switch to {
	case ToLoadBalancer:
		v.reference(target, len(v.LoadBalancers), at, "load balancer")
	case ToTargetGroup:
		if v.reference(target, len(v.TargetGroups), at, "target group") {
			v.check(v.TargetGroups[target].CrossZone, at, "a target group without cross-zone balancing needs a load balancer")
		}
	case ToAddress:
		v.reference(target, len(v.Addresses), at, "address")
	case ToFunction:
		v.reference(target, len(v.Functions), at, "function")
	case ToInstances:
		v.reference(target, len(v.fleets), at, "fleet of instances")
	default:
		v.check(false, at, "must be a load balancer, a target group or instances")
	}
}

func (v *validator) targetGroup(g *TargetGroup) {
	path := "target_group." + g.Name
	if g.Service != None {
		v.reference(g.Service, len(v.Services), path+".service", "service")
	}
	_, ok := routing.Find(g.Algorithm, v.Algorithms...)
	v.check(ok, path+".load_balancing_algorithm_type", "must be an algorithm, got %q", g.Algorithm)
	v.check(!g.Mitigation || g.Algorithm == "weighted_random", path+".load_balancing_anomaly_mitigation", "needs the algorithm weighted_random, got %q", g.Algorithm)
	v.check(g.DeregistrationDelay >= 0, path+".deregistration_delay", "must not be negative, got %v", g.DeregistrationDelay)
	v.check(g.SlowStart == 0 || g.SlowStart >= routing.MinSlowStart && g.SlowStart <= routing.MaxSlowStart, path+".slow_start", "must be 0, or %v to %v, got %v", routing.MinSlowStart, routing.MaxSlowStart, g.SlowStart)
	v.check(g.SlowStart == 0 || g.Algorithm == "round_robin", path+".slow_start", "needs the algorithm round_robin, got %q", g.Algorithm)
	if g.Balancer > 0 && v.reference(g.Balancer-1, len(v.LoadBalancers), path+".load_balancer", "load balancer") {
		lb := &v.LoadBalancers[g.Balancer-1]
		v.check(g.Flows.On && g.Service == None && !lb.Network() && lb.ListenerFor(int(g.Port)) != None && g.Port > 0, path+".load_balancer",
			"must be an Application Load Balancer that listens on the port of flows to it, %d", g.Port)
	}
	if g.Flows.On {
		v.check(g.SlowStart == 0 && !g.Mitigation && g.Stickiness.Kind == 0, path, "must have no slow start, mitigation or cookies: it takes flows")
		v.check(g.Flows.RegistrationDelay >= 0, path+".registration_delay", "must not be negative, got %v", g.Flows.RegistrationDelay)
		v.check(g.Flows.MostPerTarget >= 0, path+".max_connections_per_target", "must not be negative, got %d", g.Flows.MostPerTarget)
	}
	if s := g.Stickiness; s.Kind != 0 {
		v.check(s.Kind <= ApplicationCookie, path+".stickiness.type", "must be lb_cookie or app_cookie")
		v.check(s.Duration > 0, path+".stickiness.cookie_duration", "must be above 0, got %v", s.Duration)
		v.check(g.CrossZone, path+".stickiness", "needs cross-zone load balancing")
	}
	if err := g.minimum().Validate(); err != nil {
		v.check(false, path+".target_group_health", "%v", err)
	}
	if h := &g.HealthCheck; h.Enabled {
		v.check(h.Interval > 0 && h.Timeout > 0, path+".health_check", "must have an interval and a timeout above 0, got %v and %v", h.Interval, h.Timeout)
		v.check(h.Timeout <= h.Interval, path+".health_check.timeout", "must not exceed the interval (%v), got %v", h.Interval, h.Timeout)
		v.check(h.Demand >= 0 && h.Demand <= sim.Hour, path+".health_check.demand", "must be 0 to %v, got %v", sim.Hour, h.Demand)
		v.check(h.HealthyThreshold >= 1 && h.HealthyThreshold <= 255 && h.UnhealthyThreshold >= 1 && h.UnhealthyThreshold <= 255,
			path+".health_check", "must have thresholds of 1 to 255, got %d and %d", h.HealthyThreshold, h.UnhealthyThreshold)
	}
}

func (v *validator) loadBalancer(lb *LoadBalancer) {
	path := "load_balancer." + lb.Name
	v.check(len(lb.Zones) > 0, path+".zones", "must have a zone")
	for _, z := range lb.Zones {
		v.zone(z, path+".zones")
	}
	for _, d := range []struct {
		name string
		time sim.Time
	}{{"idle_timeout", lb.IdleTimeout}, {"client_keep_alive", lb.ClientKeepAlive}, {"latency", lb.Latency}, {"cross_latency", lb.CrossLatency}, {"dns_ttl", lb.DNSTTL}, {"connect_timeout", lb.ConnectTimeout}} {
		v.check(d.time >= 0, path+"."+d.name, "must not be negative, got %v", d.time)
	}
	v.check(lb.ZoneAffinity >= 0 && lb.ZoneAffinity <= 1, path+".dns_record_client_routing_policy", "must be a share of 0 to 1, got %g", lb.ZoneAffinity)
	v.check(lb.Growth.Start <= ColdStart, path+".start", "must be warm or cold")
	v.check(lb.Growth.Units >= 0 && lb.Growth.Units <= MaxUnits, path+".minimum_load_balancer_capacity.capacity_units", "must be 0 to %d, got %d", MaxUnits, lb.Growth.Units)
	v.check(lb.Gateway == 0 || lb.Gateway <= len(v.LoadBalancers) && v.LoadBalancers[lb.Gateway-1].IsGateway(), path+".gateway", "must be a load balancer of kind gateway")
	v.listeners(lb, path)
}

func (v *validator) zone(z model.Zone, path string) {
	v.check(z >= 0 && int(z) < v.zones, path, "must be zones of the region (0 to %d), got %d", v.zones-1, z)
}

func (v *validator) workload(w *Workload) {
	path := "workload." + w.Name
	v.destination(w.To, w.Target, path+".to")
	v.visitors(w, path)
	v.check(w.Demand != nil || w.Rows != nil && w.Rows.Demand != nil, path+".demand.cpu", "must be given")
	v.check(len(w.Classes) >= 1 && len(w.Classes) <= MaxClasses, path+".path", "must have 1 to %d classes of requests, got %d", MaxClasses, len(w.Classes))
	total := 0.0
	for _, c := range w.Classes {
		v.check(c.Weight >= 0 && c.Weight <= math.MaxFloat64, path+".path", "weights must be finite and not negative, got %g", c.Weight)
		total += c.Weight
	}
	v.check(total > 0 && total <= math.MaxFloat64, path+".path", "weights must add up to more than 0, got %g", total)
	v.check(w.Clients.PerConnection >= 0, path+".clients.requests_per_connection", "must not be negative, got %d", w.Clients.PerConnection)
	v.check(w.Clients.Lasts >= 0, path+".clients.connection_duration", "must not be negative, got %v", w.Clients.Lasts)
	v.check(w.Clients.Streams >= 0 && w.Clients.Streams <= MaxStreams, path+".clients.http2_streams", "must be 0 to %d, got %d", MaxStreams, w.Clients.Streams)
	v.check(w.Clients.KeepAlive >= 0, path+".clients.keep_alive", "must not be negative, got %v", w.Clients.KeepAlive)
	v.clients(&w.Clients, path+".clients")
	v.websocket(w, path+".clients.websocket")
	v.demand(path+".demand", w.Memory, w.Reads, w.Writes)
	v.classes(w, path)
}

// visitors checks the clients of a workload: a closed loop needs nothing else, and must
// let time pass.
func (v *validator) visitors(w *Workload, path string) {
	c := &w.Visitors
	v.check(c.Count >= 0 && c.Count <= MaxVisitors, path+".clients.users", "must be 0 to %d, got %d", MaxVisitors, c.Count)
	v.check(c.Count > 0 || c.Think == nil && c.Stay == nil, path+".clients", "must have sessions or users to have times of them")
	v.check(c.Stay == nil || c.Stay.Mean() > 0, path+".clients.session_duration", "must be longer than 0")
	if c.Think == nil {
		v.check(w.Arrivals != nil, path+".arrivals", "must be given")
		return
	}
	v.check(w.Arrivals == nil, path+".arrivals", "must not be given beside sessions, which ask in a closed loop")
	v.check(w.Rows == nil, path+".demand", "must not be columns of a trace where sessions ask in a closed loop")
	v.check(c.Think.Mean() >= MinThink.Seconds(), path+".clients.think_time", "must have a mean of at least %v, got %gs", MinThink, c.Think.Mean())
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
