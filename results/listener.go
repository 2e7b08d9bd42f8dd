package results

import (
	"fmt"
	"slices"
	"strconv"

	"headroom/model"
	"headroom/model/cloud"
	"headroom/model/dataplane"
)

// labelRule is of a rule of a listener, by load balancer, port and priority.
const labelRule = "rule"

// listenerMetrics are what load balancers did by their rules, by themselves, and to make
// connections safe.
func listenerMetrics() []Metric {
	of := func(name, meaning string, where func(*dataplane.LoadBalancer) bool, read func(*part, *dataplane.BalancerOutcome) int64) Metric {
		return Metric{
			Name: name, Unit: "count", Labels: []string{labelBalancer}, Meaning: meaning,
			where: func(cfg *cloud.Config, s scope) bool {
				some := within(s, labelBalancer, cfg.LoadBalancers)
				return slices.ContainsFunc(some, func(lb dataplane.LoadBalancer) bool { return where(&lb) })
			},
			read: func(p *part) float64 {
				return sum(pick(p, labelBalancer, p.outcome.Balancers), func(b *dataplane.BalancerOutcome) float64 { return float64(read(p, b)) })
			},
		}
	}
	answered := func(hundreds int) func(*part, *dataplane.BalancerOutcome) int64 {
		return func(_ *part, b *dataplane.BalancerOutcome) int64 { return b.Answers[hundreds] }
	}
	active := of("flows.active.mean", "connections through a Network Load Balancer that are open at a time", (*dataplane.LoadBalancer).Network, nil)
	active.read = func(p *part) float64 {
		return sum(pick(p, labelBalancer, p.outcome.Balancers), func(b *dataplane.BalancerOutcome) float64 { return b.FlowTime / float64(p.outcome.Config.Duration) })
	}
	return append(append(gatewayMetrics(of), handshakeMetrics(of)...), []Metric{
		active,
		{
			Name: "rule.requests", Unit: "count", Labels: []string{labelRule}, Meaning: "requests that met a rule of a listener",
			whole: never, needs: labelRule,
			read: func(p *part) float64 {
				return float64(p.outcome.Balancers[p.index].Rules[p.rule.Listener][p.rule.Rule])
			},
		},
		of("elb.2xx", "fixed responses of 2xx", answersItself, answered(2)),
		of("elb.3xx", "redirects", answersItself, answered(3)),
		of("elb.4xx", "responses of 4xx that a load balancer gave by itself: fixed ones, and 400, 403, 408, 414, 460, 463, 464 of clients", answersItself,
			func(p *part, b *dataplane.BalancerOutcome) int64 {
				return b.Answers[4] + failedBy(b, dataplane.Code460, dataplane.Code463, dataplane.Code464, dataplane.Code400, dataplane.Code403, dataplane.Code408, dataplane.Code414)
			}),
		of("elb.5xx", "responses of 5xx that a load balancer gave by itself: fixed ones, 502, 503, 504 for its targets, and 561", answersItself,
			func(p *part, b *dataplane.BalancerOutcome) int64 {
				return b.Failed[dataplane.CodeFixed] + b.Failed[dataplane.Code502] + b.Failed[dataplane.Code503] + b.Failed[dataplane.Code504] + b.Failed[dataplane.Code561] - b.TargetErrors
			}),
		of("target.2xx", "responses of targets", answersItself,
			func(_ *part, b *dataplane.BalancerOutcome) int64 { return b.TargetAnswers }),
		of("target.5xx", "errors that targets answered with, and that were passed on", answersItself,
			func(_ *part, b *dataplane.BalancerOutcome) int64 {
				return b.Failed[dataplane.Code500] + b.TargetErrors
			}),
		of("elb.kept_closed", "requests that a load balancer sent on a kept connection which their target closed in that instant: 502 (services with keep_alive_timeout)", func(lb *dataplane.LoadBalancer) bool { return !lb.Network() }, func(_ *part, b *dataplane.BalancerOutcome) int64 { return b.TargetCloses }),
		of("flows.new", "connections that clients opened through a Network Load Balancer", (*dataplane.LoadBalancer).Network,
			func(_ *part, b *dataplane.BalancerOutcome) int64 { return b.FlowsOpened }),
		of("flows.reset", "connections that broke off by RST: of an idle timeout, or of a target that became unhealthy or ended", (*dataplane.LoadBalancer).Network,
			func(_ *part, b *dataplane.BalancerOutcome) int64 { return b.FlowsReset }),
		of("flows.port_allocation_errors", "connections that found no port: their target has as many as it may", (*dataplane.LoadBalancer).Network,
			func(_ *part, b *dataplane.BalancerOutcome) int64 { return b.PortAllocationErrors }),
	}...)
}

// balancerMetric makes a metric of load balancers that are such.
type balancerMetric = func(name, meaning string, where func(*dataplane.LoadBalancer) bool, read func(*part, *dataplane.BalancerOutcome) int64) Metric

// handshakeMetrics are of connections that begin with one.
func handshakeMetrics(of balancerMetric) []Metric {
	withTargets := of("handshakes.targets", "handshakes of a load balancer with targets of protocol HTTPS or TLS, one for each new connection to them", nil,
		func(_ *part, b *dataplane.BalancerOutcome) int64 { return b.TargetHandshakes })
	withTargets.where = func(cfg *cloud.Config, s scope) bool {
		return slices.ContainsFunc(within(s, labelBalancer, cfg.LoadBalancers), func(lb dataplane.LoadBalancer) bool { return shakesHands(cfg, &lb) })
	}
	return []Metric{
		of("handshakes.new", "handshakes of new connections to HTTPS", isSecure,
			func(_ *part, b *dataplane.BalancerOutcome) int64 { return b.Handshakes }),
		of("handshakes.resumed", "of those, that resumed a session", isSecure,
			func(_ *part, b *dataplane.BalancerOutcome) int64 { return b.Resumed }),
		of("handshakes.failed", "handshakes that clients broke off, for no certificate fitted", isSecure,
			func(_ *part, b *dataplane.BalancerOutcome) int64 { return b.HandshakesFailed }),
		withTargets,
	}
}

// gatewayMetrics are what Gateway Load Balancers did.
func gatewayMetrics(of balancerMetric) []Metric {
	return []Metric{
		of("gateway.flows", "flows that a Gateway Load Balancer gave an appliance", (*dataplane.LoadBalancer).IsGateway,
			func(_ *part, b *dataplane.BalancerOutcome) int64 { return b.GatewayFlows }),
		of("gateway.moved", "flows that went to another appliance when theirs failed", (*dataplane.LoadBalancer).IsGateway,
			func(_ *part, b *dataplane.BalancerOutcome) int64 { return b.Moved }),
		of("gateway.lost", "requests whose packets got lost at a Gateway Load Balancer: sent to an appliance that is down, or too large", (*dataplane.LoadBalancer).IsGateway,
			func(_ *part, b *dataplane.BalancerOutcome) int64 { return b.Lost }),
		of("gateway.bytes", "bytes that the appliances of a Gateway Load Balancer passed", (*dataplane.LoadBalancer).IsGateway,
			func(_ *part, b *dataplane.BalancerOutcome) int64 { return int64(b.InspectedBytes) }),
	}
}

// failedBy counts the failures of some codes.
func failedBy(b *dataplane.BalancerOutcome, codes ...dataplane.Code) (n int64) {
	for _, c := range codes {
		n += b.Failed[c]
	}
	return n
}

// answersItself reports whether a load balancer has more to say than to forward.
func answersItself(lb *dataplane.LoadBalancer) bool {
	return !lb.Network() && len(lb.Listeners) > 0 || slices.ContainsFunc(lb.Actions(), func(a dataplane.Action) bool { return a.Redirect != nil })
}

func isSecure(lb *dataplane.LoadBalancer) bool {
	return slices.ContainsFunc(lb.Listeners, func(l dataplane.Listener) bool { return l.Secure })
}

// shakesHands reports whether a load balancer speaks HTTPS to targets.
func shakesHands(cfg *cloud.Config, lb *dataplane.LoadBalancer) bool {
	return slices.ContainsFunc(lb.Actions(), func(a dataplane.Action) bool {
		return slices.ContainsFunc(a.Forward, func(f dataplane.Forward) bool {
			return f.TargetGroup != dataplane.None && cfg.TargetGroups[f.TargetGroup].Secure
		})
	})
}

// rules lists the rules of load balancers that have several, by port and priority.
func rules(cfg *cloud.Config) (all []scope) {
	for i := range cfg.LoadBalancers {
		lb := &cfg.LoadBalancers[i]
		listeners := lb.AllListeners()
		if lb.Network() || len(listeners) == 1 && len(listeners[0].Rules) == 0 {
			continue
		}
		for k := range listeners {
			for r := range len(listeners[k].Rules) + 1 {
				priority := "default"
				if r < len(listeners[k].Rules) {
					priority = strconv.Itoa(listeners[k].Rules[r].Priority)
				}
				name := fmt.Sprintf("%s:%d/%s", lb.Name, listeners[k].Port, priority)
				all = append(all, scope{Part: Part{Label: labelRule, Name: name}, index: i, rule: model.RuleName{Listener: k, Rule: r}})
			}
		}
	}
	return all
}
