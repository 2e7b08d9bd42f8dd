package dataplane

import (
	"fmt"
	"slices"

	"headroom/model"
	"headroom/model/routing"
	law "headroom/sim/fluid"
	"headroom/sim/rng"
)

// What a plane that plays rates does not carry, by the key that brings it. Whoever makes it
// carry more takes the row away.

type notFluid[T any] struct {
	key string // below that of the table
	is  func(*Traffic, *T) bool
}

var workloadsNotFluid = []notFluid[Workload]{
	{"clients.think_time", func(t *Traffic, w *Workload) bool {
		return w.Visitors.Think != nil && w.Visitors.Think.Mean() < 2*t.Fluid.Seconds()
	}},
	{"clients.sessions", func(t *Traffic, w *Workload) bool {
		return w.Visitors.Think != nil && (w.Clients.PerConnection > 1 && !t.asksAny(w, (*LoadBalancer).Network) || t.asksSticky(w))
	}},
	{"clients.users", func(t *Traffic, w *Workload) bool {
		return w.Visitors.Count > 0 && w.Visitors.Think == nil && t.remembers(w)
	}},
	{"clients.websocket", func(_ *Traffic, w *Workload) bool { return w.Websocket.Lifetime != nil }},
	{"clients.requests_per_connection", func(t *Traffic, w *Workload) bool {
		return w.Clients.PerConnection > 1 && t.asksAny(w, (*LoadBalancer).Network) && !t.flowsCarried(w)
	}},
	{"clients.connection_duration", func(_ *Traffic, w *Workload) bool { return w.Clients.Lasts > 0 }},
	{"clients.http2_streams", func(_ *Traffic, w *Workload) bool { return w.Clients.Streams > 0 }},
	{"clients.forwarded_for", func(_ *Traffic, w *Workload) bool { return w.Clients.ForwardedFor > MaxForwardedFor }},
	{"rejected", func(_ *Traffic, w *Workload) bool {
		return slices.ContainsFunc(w.Classes, func(c RequestClass) bool { return c.Rejected != 0 })
	}},
	{"demand.memory", func(_ *Traffic, w *Workload) bool { return w.Memory != nil }},
	{"demand.request_bytes", func(t *Traffic, w *Workload) bool {
		return t.tooLarge(w.To, w.Target, w.Request, nil) || t.rowsTooLarge(w)
	}},
	{"demand.response_bytes", func(t *Traffic, w *Workload) bool { return t.tooLarge(w.To, w.Target, nil, w.Response) }},
	{"demand", func(_ *Traffic, w *Workload) bool { return !w.Reads.None() || !w.Writes.None() }},
	{"to", func(t *Traffic, w *Workload) bool {
		return w.Record > 0 && t.redirected(w)
	}},
}

var servicesNotFluid = []notFluid[Service]{
	{"errors.latency", func(_ *Traffic, s *Service) bool { return s.Errors.Latency > 0 }},
	{"cache.on", func(_ *Traffic, s *Service) bool { return s.Cache.Size > 0 && s.Cache.Disk != None }},
	{"memory", func(_ *Traffic, s *Service) bool { return s.Memory != nil }},
	{"keep_alive_timeout", func(t *Traffic, s *Service) bool { // of targets that are chosen by who is there
		return s.KeepAlive > 0 && slices.ContainsFunc(t.TargetGroups, func(g TargetGroup) bool {
			entry, _ := routing.Find(g.Algorithm, t.Algorithms...)
			return g.Service >= 0 && g.Service < len(t.Services) && &t.Services[g.Service] == s && entry.Rule == law.LeastWaiting
		})
	}},
}

var targetGroupsNotFluid = []notFluid[TargetGroup]{
	{"appliance", func(_ *Traffic, g *TargetGroup) bool { return g.Appliances.PacketRate > 0 || g.Appliances.ByteRate > 0 }},
	{"stickiness", func(t *Traffic, g *TargetGroup) bool {
		entry, _ := routing.Find(g.Algorithm, t.Algorithms...)
		return g.Stickiness.Kind != 0 && !t.stickyCarried(slices.IndexFunc(t.TargetGroups, func(o TargetGroup) bool { return o.Name == g.Name }), entry.Rule)
	}},
	{"health_check", func(t *Traffic, g *TargetGroup) bool {
		return g.HealthCheck.Enabled && t.functionOf(slices.IndexFunc(t.TargetGroups, func(o TargetGroup) bool { return o.Name == g.Name })) != None
	}},
	{"protocol", func(_ *Traffic, g *TargetGroup) bool { return g.Secure }},
	{"slow_start", func(_ *Traffic, g *TargetGroup) bool { return g.SlowStart > 0 }},
	{"load_balancing_anomaly_mitigation", func(_ *Traffic, g *TargetGroup) bool { return g.Mitigation }},
	{"load_balancing_algorithm_type", func(t *Traffic, g *TargetGroup) bool {
		entry, _ := routing.Find(g.Algorithm, t.Algorithms...)
		return !entry.ByRates
	}},
}

var balancersNotFluid = []notFluid[LoadBalancer]{
	{"gateway", (*Traffic).drops},
	{"start", func(t *Traffic, lb *LoadBalancer) bool { return lb.Growth.grows() && t.relays(lb) && t.redirects() }},
	{"dns_record_client_routing_policy", func(_ *Traffic, lb *LoadBalancer) bool { return lb.ZoneAffinity > 0 }},
}

// asksAny reports whether a workload comes to some load balancer of a kind.
func (t *Traffic) asksAny(w *Workload, is func(*LoadBalancer) bool) bool {
	for i := range t.LoadBalancers {
		if t.asks(w, i) && is(&t.LoadBalancers[i]) {
			return true
		}
	}
	return false
}

// remembers reports whether it matters who sends a request of a workload: clients keep connections, or cookies.
func (t *Traffic) remembers(w *Workload) bool {
	return w.Clients.PerConnection > 1 || t.asksAny(w, (*LoadBalancer).Network) || t.asksSticky(w)
}

// asksSticky reports whether actions of a load balancer are sticky to a workload.
func (t *Traffic) asksSticky(w *Workload) bool {
	sticks := func(a Action) bool { return a.Sticky > 0 }
	return t.asksAny(w, func(lb *LoadBalancer) bool {
		return slices.ContainsFunc(lb.AllListeners(), func(l Listener) bool {
			return sticks(l.Default) || slices.ContainsFunc(l.Rules, func(r Rule) bool { return sticks(r.Action) })
		})
	})
}

// redirects reports whether some workload is redirected.
func (t *Traffic) redirects() bool {
	return slices.ContainsFunc(t.Workloads, func(w Workload) bool { return t.redirected(&w) })
}

// relays reports whether it forwards to another load balancer.
func (t *Traffic) relays(lb *LoadBalancer) bool {
	return slices.ContainsFunc(lb.forwards(), func(g int) bool { return t.TargetGroups[g].Balancer > 0 })
}

// drops reports whether some packets to a load balancer are too large for the Gateway Load Balancer before it.
func (t *Traffic) drops(lb *LoadBalancer) bool {
	if lb.Gateway == 0 {
		return false
	}
	gateway, largest := &t.LoadBalancers[lb.Gateway-1], UsualPacket
	for i := range t.Workloads {
		if w := &t.Workloads[i]; t.asksAny(w, func(l *LoadBalancer) bool { return l == lb }) {
			largest = max(largest, w.Clients.packet())
		}
	}
	return slices.ContainsFunc(gateway.forwards(), func(g int) bool {
		return largest > gateway.mostPacket(&t.TargetGroups[g].Appliances)
	})
}

// callsFunction reports whether a destination is a function, or leads to one.
func (t *Traffic) callsFunction(to DestinationKind, target int) bool {
	switch to {
	case ToFunction:
		return true
	case ToTargetGroup:
		return t.functionOf(target) != None
	case ToLoadBalancer:
		return slices.ContainsFunc(t.reached(target), func(g int) bool { return t.functionOf(g) != None })
	}
	return false
}

// tooLarge reports whether some bodies are larger than functions take or give to whom they are sent.
func (t *Traffic) tooLarge(to DestinationKind, target int, bodies ...rng.Distribution) bool {
	return t.callsFunction(to, target) && slices.ContainsFunc(bodies, func(d rng.Distribution) bool {
		return d != nil && d.Quantile(1-1e-9) > float64(bodyLimit(to != ToFunction))
	})
}

// rowsTooLarge reports the same of the rows of a trace.
func (t *Traffic) rowsTooLarge(w *Workload) bool {
	large := func(b model.Bytes) bool { return b > bodyLimit(w.To != ToFunction) }
	return w.Rows != nil && t.callsFunction(w.To, w.Target) && (slices.ContainsFunc(w.Rows.Request, large) || slices.ContainsFunc(w.Rows.Response, large))
}

// stepCarried reports whether rates show what a step does.
func (t *Traffic) stepCarried(s *Step) bool {
	c := &s.Call
	switch s.Kind {
	case StepCPU:
		return true
	case StepPause:
		return true
	case StepDisk: // of requests alike
		return true
	case StepCall:
		return !t.tooLarge(c.To, c.Target, c.Request, c.Response) && (c.To != ToLoadBalancer || !t.LoadBalancers[c.Target].Network() || c.Clients.PerConnection <= 1) &&
			!(c.PassesOn && t.redirects()) && c.Reads.None() && c.Writes.None() && c.Memory == nil
	}
	return false
}

// fluid checks that rates can stand for the requests of a traffic.
func (v *validator) fluid() {
	if v.Fluid == 0 {
		return
	}
	for i := range v.Workloads {
		w := &v.Workloads[i]
		notCarried(v, "workload."+w.Name, w, workloadsNotFluid)
	}
	for i := range v.Services {
		s := &v.Services[i]
		for k := range s.Steps {
			v.Check(v.stepCarried(&s.Steps[k]) && !v.passesTwice(s, &s.Steps[k]), fmt.Sprintf("service.%s.steps.%d", s.Name, k), model.NotFluid)
		}
		notCarried(v, "service."+s.Name, s, servicesNotFluid)
	}
	for i := range v.TargetGroups {
		notCarried(v, "target_group."+v.TargetGroups[i].Name, &v.TargetGroups[i], targetGroupsNotFluid)
	}
	for i := range v.LoadBalancers {
		notCarried(v, "load_balancer."+v.LoadBalancers[i].Name, &v.LoadBalancers[i], balancersNotFluid)
	}
	for i := range v.Outside {
		v.Check(false, "outside."+v.Outside[i].Name, model.NotFluid)
	}
}

// passesTwice reports whether bytes of a service's call take their time at two interfaces at once.
func (v *validator) passesTwice(s *Service, step *Step) bool {
	c := &step.Call
	return s.Bandwidth && step.Kind == StepCall && (c.Request != nil || c.Response != nil) &&
		slices.ContainsFunc(v.Callees(c.To, c.Target, v.fleets), func(callee int) bool {
			return callee >= 0 && callee < len(v.Services) && v.Services[callee].Bandwidth
		})
}

func notCarried[T any](v *validator, path string, of *T, rows []notFluid[T]) {
	for _, row := range rows {
		v.Check(!row.is(v.Traffic, of), path+"."+row.key, model.NotFluid)
	}
}
