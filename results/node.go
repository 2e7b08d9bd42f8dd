package results

import (
	"headroom/model/cloud"
	"headroom/model/dataplane"
)

// labelNode is of the node of a load balancer in a zone: "front:a".
const labelNode = "node"

// nodes lists the nodes of load balancers in several zones.
func nodes(cfg *cloud.Config) (all []scope) {
	for i := range cfg.LoadBalancers {
		lb := &cfg.LoadBalancers[i]
		if len(lb.Zones) < 2 {
			continue
		}
		for _, z := range lb.Zones {
			all = append(all, scope{Part: Part{Label: labelNode, Name: lb.Name + ":" + cfg.Zones[z]}, index: i, zone: z})
		}
	}
	return all
}

// nodeMetrics are what the nodes of load balancers did.
func nodeMetrics() []Metric {
	of := func(name, unit, meaning string, read func(*dataplane.BalancerOutcome, *dataplane.NodeOutcome) float64) Metric {
		return Metric{
			Name: name, Unit: unit, Labels: []string{labelNode}, Meaning: meaning, whole: never, needs: labelNode,
			read: func(p *part) float64 {
				b := &p.outcome.Balancers[p.index]
				return read(b, &b.Nodes[p.zone])
			},
		}
	}
	return []Metric{
		{
			Name: "connections.rejected", Unit: "count", Labels: []string{labelBalancer}, Meaning: "new connections that found the nodes of a load balancer too small: 503, or refused",
			needs: labelBalancer,
			read: func(p *part) float64 {
				return sum(pick(p, labelBalancer, p.outcome.Balancers), func(b *dataplane.BalancerOutcome) float64 {
					return sum(b.Nodes, func(n *dataplane.NodeOutcome) float64 { return float64(n.Rejected) })
				})
			},
		},
		of("node.requests", "count", "requests that clients sent to the node of a load balancer in a zone",
			func(_ *dataplane.BalancerOutcome, n *dataplane.NodeOutcome) float64 { return float64(n.Requests) }),
		of("node.rejected", "count", "new connections that found the node of a load balancer too small",
			func(_ *dataplane.BalancerOutcome, n *dataplane.NodeOutcome) float64 { return float64(n.Rejected) }),
		of("node.shifted", "s", "how long a zonal shift kept clients away from the node of a load balancer in a zone",
			func(_ *dataplane.BalancerOutcome, n *dataplane.NodeOutcome) float64 { return n.Shifted.Seconds() }),
		of("node.share", "ratio", "share of the load balancer's requests that clients sent to its node in a zone",
			func(b *dataplane.BalancerOutcome, n *dataplane.NodeOutcome) float64 {
				return ratio(n.Requests, int64(sum(b.Nodes, func(n *dataplane.NodeOutcome) float64 { return float64(n.Requests) })))
			}),
	}
}
