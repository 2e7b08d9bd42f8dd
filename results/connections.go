package results

import (
	"math"
	"slices"
	"strings"

	"headroom/model"
	"headroom/model/cloud"
	"headroom/model/dataplane"
	"headroom/model/pricing"
)

// connectionMetrics are the connections of clients to load balancers, and the capacity
// units that load balancers are billed by. New connections count once, each for all the
// time that it is open.
func connectionMetrics() []Metric {
	of := func(name, unit, meaning string, read func(*hours) float64) Metric {
		return Metric{
			Name: name, Unit: unit, Labels: []string{labelBalancer}, Meaning: meaning,
			where: func(cfg *cloud.Config, s scope) bool { return len(within(s, labelBalancer, cfg.LoadBalancers)) > 0 },
			read: func(p *part) float64 {
				h := p.balancerHours()
				if h.hours == 0 {
					return math.NaN()
				}
				return read(&h)
			},
		}
	}
	vain := func(name, meaning string, read func(*traffic) int64) Metric {
		return Metric{
			Name: name, Unit: "count", Labels: []string{labelBalancer, labelWorkload}, Meaning: meaning, needs: labelWorkload,
			read: func(p *part) float64 { return float64(read(p.traffic())) },
		}
	}
	all := []Metric{
		of("connections.new", "count", "connections that clients opened to load balancers", func(h *hours) float64 { return h.opened }),
		vain("connections.refused", "attempts whose connection was refused: nobody listened where they asked, or its backlog was full; what an Application Load Balancer answers for its targets is elb.502.refused",
			func(t *traffic) int64 { return t.refused }),
		vain("connections.timed_out", "attempts whose connection never came about: their packets were dropped, or nobody was there to answer them",
			func(t *traffic) int64 { return t.failed[dataplane.CodeConnect] }),
		of("connections.active.mean", "count", "connections of clients to load balancers that are open at a time", func(h *hours) float64 { return h.active / h.time }),
		{
			Name: "connections.reset", Unit: "count", Labels: []string{labelBalancer}, Meaning: "connections of clients to load balancers that broke off: clients left before they were answered (460), RST of a Network Load Balancer, a WebSocket's target that ended",
			where: func(cfg *cloud.Config, s scope) bool { return len(within(s, labelBalancer, cfg.LoadBalancers)) > 0 },
			read: func(p *part) float64 {
				return sum(pick(p, labelBalancer, p.outcome.Balancers), func(b *dataplane.BalancerOutcome) float64 {
					return float64(b.ConnectionsReset + b.FlowsReset + b.SocketsReset)
				})
			},
		},
		of("lcu.hours", "count", "capacity-unit-hours that load balancers are billed: of each hour the largest dimension", func(h *hours) float64 { return h.units }),
	}
	for d, name := range pricing.Dimensions() {
		words := strings.ReplaceAll(name, "_", " ")
		all = append(all,
			of("lcu."+name, "count", "capacity-unit-hours that "+words+" alone would make", func(h *hours) float64 { return h.used[d] }),
			of("lcu.billed."+name, "count", "capacity-unit-hours that are billed for "+words+", which were the largest dimension", func(h *hours) float64 { return h.billed[d] }),
		)
	}
	return all
}

// websocketMetrics are the WebSockets of the load balancers to which clients open them.
func websocketMetrics() []Metric {
	of := func(name, meaning string, read func(*dataplane.BalancerOutcome) int64) Metric {
		return Metric{
			Name: name, Unit: "count", Labels: []string{labelBalancer}, Meaning: meaning,
			where: func(cfg *cloud.Config, s scope) bool {
				some := within(s, labelBalancer, cfg.LoadBalancers)
				return slices.ContainsFunc(cfg.Workloads, func(w dataplane.Workload) bool {
					return w.Websocket.Interval != nil && slices.ContainsFunc(some, func(lb dataplane.LoadBalancer) bool { return lb.Name == cfg.LoadBalancers[w.Target].Name })
				})
			},
			read: func(p *part) float64 {
				return sum(pick(p, labelBalancer, p.outcome.Balancers), func(b *dataplane.BalancerOutcome) float64 { return float64(read(b)) })
			},
		}
	}
	return []Metric{
		of("websockets.new", "WebSockets that clients opened through an Application Load Balancer", func(b *dataplane.BalancerOutcome) int64 { return b.SocketsOpened }),
		of("websockets.ended", "WebSockets that their clients closed", func(b *dataplane.BalancerOutcome) int64 { return b.SocketsEnded }),
		of("websockets.idle", "WebSockets that a load balancer closed, for they were silent for its idle_timeout", func(b *dataplane.BalancerOutcome) int64 { return b.SocketsSilent }),
		of("websockets.reset", "WebSockets that closed with a message that failed, or with their target: its deregistration_delay was over, or its application or instance ended", func(b *dataplane.BalancerOutcome) int64 { return b.SocketsReset }),
	}
}

// hours sums the hours of load balancers.
type hours struct {
	hours                int
	opened, active, time float64 // active, time: ns
	units                float64
	used, billed         pricing.Units
}

// balancerHours sums the hours of the load balancers of a part.
func (p *part) balancerHours() (sum hours) {
	if p.outcome.Ledger == nil {
		return sum
	}
	for i := range p.owned(p.belongs().balancers, len(p.outcome.Ledger.Balancers)) {
		sum.add(&p.outcome.Ledger.Balancers[i])
	}
	sum.time = float64(p.outcome.Config.Duration)
	return sum
}

func (sum *hours) add(b *model.BalancerHour) {
	sum.hours++
	sum.opened += float64(b.NewConnections)
	sum.active += float64(b.ActiveTime)
	for _, u := range b.Flows {
		sum.opened += float64(u.NewConnections)
		sum.active += float64(u.ActiveTime)
	}
	used, billed := pricing.CapacityUnits(b)
	for d := range used {
		sum.used[d] += used[d]
		sum.billed[d] += billed[d]
		sum.units += billed[d]
	}
}
