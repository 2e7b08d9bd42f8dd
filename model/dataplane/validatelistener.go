package dataplane

import (
	"fmt"
	"strings"

	"headroom/model/routing"
)

// Limits of an Application Load Balancer.
const (
	MaxListeners    = 50
	MaxCertificates = 26 // of a load balancer: 25 beside the default one
	MaxPort         = 65535
)

func (v *validator) listeners(lb *LoadBalancer, path string) {
	all := lb.AllListeners()
	v.Check(len(all) <= MaxListeners, path+".listener", "must be at most %d, got %d", MaxListeners, len(all))
	ports := map[int]bool{}
	for i := range all {
		l := &all[i]
		at := path
		if n := i - (len(all) - len(lb.Listeners)); n >= 0 {
			at = fmt.Sprintf("%s.listener.%d", path, n)
		}
		v.Check(l.Port >= 1 && l.Port <= MaxPort, at+".port", "must be 1 to %d, got %d", MaxPort, l.Port)
		v.Check(!ports[l.Port], at+".port", "must be of one listener, got %d", l.Port)
		ports[l.Port] = true
		v.protocol(lb, l, at)
		v.Check(l.Secure == (len(l.Certificates) > 0), at+".certificates", "must be given for HTTPS, and only for HTTPS")
		for k := range l.Certificates {
			v.Check(len(l.Certificates[k].Domains) > 0, fmt.Sprintf("%s.certificates.%d.domains", at, k), "must name a domain")
		}
		v.action(&l.Default, l, at+".default_action")
		for k := range l.Rules {
			v.action(&l.Rules[k].Action, l, fmt.Sprintf("%s.rule.%d.action", at, k))
		}
		var rules []routing.Rule
		for k := range l.Rules {
			rules = append(rules, l.Rules[k].Routing())
		}
		_, err := routing.CompileRules(rules, 0)
		v.Check(err == nil, at+".rule", "%v", err)
	}
}

// protocol checks what differs between listeners of connections and those of requests.
func (v *validator) protocol(lb *LoadBalancer, l *Listener, path string) {
	if !lb.Network() {
		v.Check(l.Protocol == 0, path+".protocol", "must be HTTP or HTTPS")
		return
	}
	v.Check(l.Protocol >= TCP && l.Protocol <= TLS, path+".protocol", "must be TCP, UDP, TCP_UDP or TLS")
	v.Check(l.Secure == (l.Protocol == TLS), path+".protocol", "must be TLS where it is secure")
	v.Check(l.Idle == 0 || (l.Protocol == TCP || l.Protocol == TCPUDP) && l.Idle >= MinIdleTCP && l.Idle <= MaxIdleTCP, path+".tcp_idle_timeout_seconds", "must be %v to %v, of TCP, got %v", MinIdleTCP, MaxIdleTCP, l.Idle)
	v.Check(len(l.Rules) == 0, path+".rule", "must not be given: connections have no paths")
	v.Check(len(l.Default.Forward) == 1, path+".default_action", "must forward to one target group")
	for _, f := range l.Default.Forward {
		v.Check(f.TargetGroup < 0 || f.TargetGroup >= len(v.TargetGroups) || v.TargetGroups[f.TargetGroup].Flows.On, path+".default_action", "must forward to a target group of flows")
	}
}

func (v *validator) action(a *Action, l *Listener, path string) {
	for _, f := range a.Forward {
		v.Reference(f.TargetGroup, len(v.TargetGroups), path+".forward", "target group")
		v.Check(f.Weight >= 0, path+".forward", "weights must not be negative, got %d", f.Weight)
	}
	if r := a.Redirect; r != nil {
		v.Check(len(a.Forward) == 0, path, "must not forward and redirect")
		v.Check(r.Status == 301 || r.Status == 302, path+".redirect.status_code", "must be 301 or 302, got %d", r.Status)
		v.Check(r.Changes(), path+".redirect", "must change the protocol, the host, the port or the path")
		v.Check(!l.Secure || !strings.EqualFold(r.Protocol, "HTTP"), path+".redirect.protocol", "must not be HTTP from HTTPS")
		return
	}
	v.Check(a.Sticky >= 0, path+".stickiness.duration", "must not be negative, got %v", a.Sticky)
	v.Check(len(a.Forward) > 0 || a.Status >= 200 && a.Status <= 599, path, "must forward, redirect or answer with a status of 200 to 599, got %d", a.Status)
}

// classes checks what the requests of a source come to at a load balancer.
func (v *validator) classes(w *Workload, path string) {
	if len(v.Broken) > 0 || w.To != ToLoadBalancer {
		return
	}
	asks, at := w.asks(), w.Target
	if next, port := v.behind(at, asks.port); next != None {
		at, asks.port, asks.relayed = next, port, true
	}
	_, err := newWay(&v.LoadBalancers[at], asks, nil)
	v.Check(err == nil, path+".path", "%v", err)
}
