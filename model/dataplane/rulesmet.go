package dataplane

import (
	"slices"

	"headroom/model"
)

// RulesMet reports, by listener and rule of a load balancer, which rules some request of
// a workload or a call comes to; the default rule comes last. The traffic is valid.
func RulesMet(t *Traffic, balancer int) [][]bool {
	lb := &t.LoadBalancers[balancer]
	var counts BalancerOutcome
	for _, l := range lb.AllListeners() {
		counts.Rules = append(counts.Rules, make([]int64, len(l.Rules)+1))
	}
	look := func(a asker) {
		w, err := newWay(lb, a, counts.rule)
		if err != nil {
			return
		}
		for i := range w.actions {
			*w.actions[i].matched = 1
		}
	}
	for i := range t.Workloads {
		for _, asks := range t.askers(&t.Workloads[i], balancer) {
			look(asks)
		}
	}
	for i := range t.Services {
		for k := range t.Services[i].Steps {
			if c := &t.Services[i].Steps[k].Call; t.Services[i].Steps[k].Kind == StepCall && c.To == ToLoadBalancer {
				if next, port := t.behind(c.Target, 0); next == balancer || c.Target == balancer {
					look(asker{port: port, classes: t.mayAsk(c), clients: &c.Clients})
				}
			}
		}
	}
	met := make([][]bool, len(counts.Rules))
	for k, rules := range counts.Rules {
		for _, n := range rules {
			met[k] = append(met[k], n > 0)
		}
	}
	return met
}

// askers is who a workload is to a load balancer that it comes to, straight or by others.
func (t *Traffic) askers(w *Workload, balancer int) (all []asker) {
	if t.asks(w, balancer) {
		all = append(all, w.asks())
	}
	for first := range t.LoadBalancers {
		if next, port := t.behind(first, int(w.Port)); next == balancer && t.asks(w, first) {
			asks := w.asks()
			asks.port = port
			all = append(all, asks)
		}
	}
	return all
}

// Unproven lists the hosts that a workload, or a redirect of its requests, asks for at a listener of a load balancer
// that has a certificate for others alone. The traffic is valid.
func Unproven(t *Traffic, w *Workload, balancer int) (hosts []string) {
	lb := &t.LoadBalancers[balancer]
	for _, asks := range t.askers(w, balancer) {
		way, err := newWay(lb, asks, func(model.RuleName) *int64 { return new(int64) })
		if err != nil {
			continue
		}
		for _, at := range way.asked {
			if host := at.class.Host; at.secure && !lb.names(at.port, host) && !slices.Contains(hosts, host) {
				hosts = append(hosts, host)
			}
		}
	}
	return hosts
}

// mayAsk is what a call may look like: where it passes on what the request says that is served,
// that may be of any listener.
func (t *Traffic) mayAsk(c *Call) []RequestClass {
	classes := []RequestClass{c.Class}
	if !c.PassesOn {
		return classes
	}
	seen := []forwarded{{addresses: 1}}
	for i := range t.LoadBalancers {
		for _, l := range t.LoadBalancers[i].AllListeners() {
			seen = append(seen, forwarded{addresses: 1, port: l.Port, secure: l.Secure})
		}
	}
	for i := range t.Workloads {
		for k := range t.Workloads[i].Classes {
			if from := t.Workloads[i].Classes[k].Source; from.IsValid() {
				seen = append(seen, forwarded{addresses: 1, client: from})
			}
		}
	}
	for _, f := range seen {
		class := c.Class
		class.Headers = append(slices.Clone(class.Headers), f.headers()...)
		classes = append(classes, class)
	}
	return classes
}
