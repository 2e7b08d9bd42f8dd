package pricing

import (
	"math/big"

	"headroom/model"
	"headroom/sim"
)

// The dimensions of a capacity unit.
const (
	newConnections = iota
	activeConnections
	processedBytes
	ruleEvaluations
	dimensions
)

// balancerRates is how one kind of load balancer is charged. One capacity unit
// lasts an hour for so much of each dimension; 0 is a dimension that
// does not count.
type balancerRates struct {
	kind     string
	item     string // ITEM_hour and ITEM_lcu_hour
	unit     string
	capacity [dimensions]int64 // connections, connection-nanoseconds, bytes, evaluations
}

// balancerKinds are the kinds of load balancer.
var balancerKinds = []balancerRates{
	{"application", "alb", "LCU", [...]int64{25 * hour, 3000 * int64(sim.Hour), int64(model.GiB), 1000 * hour}},
	{"network", "nlb", "NLCU", [...]int64{800 * hour, 100_000 * int64(sim.Hour), int64(model.GiB), 0}},
	{"network_udp", "nlb", "NLCU", [...]int64{400 * hour, 50_000 * int64(sim.Hour), int64(model.GiB), 0}},
	{"network_tls", "nlb", "NLCU", [...]int64{50 * hour, 3000 * int64(sim.Hour), int64(model.GiB), 0}},
	{"gateway", "gwlb", "GLCU", [...]int64{600 * hour, 60_000 * int64(sim.Hour), int64(model.GiB), 0}},
}

type balancerGroup struct {
	owner int32
	kind  string
	month int
}

type balancerSum struct {
	span             span
	hours            int64
	endpoints, bytes total                              // of a Gateway Load Balancer
	reserved         total                              // capacity units of the hours that used less than was kept ready
	used             [dimensions]total                  // by the dimension that decided the hour
	flows            [model.FlowParts][dimensions]total // the same, of each kind of flows
}

// billBalancers bills every record as a full hour, and as the largest of its
// dimensions in capacity units, each averaged over the hour.
func billBalancers(s *sheet) {
	var groups fold[balancerGroup, balancerSum]
	for i := range s.ledger.Balancers {
		b := &s.ledger.Balancers[i]
		rates := balancerOf(b.Kind)
		month, period := s.calendar.place(billed(b.From, b.To, 1))
		sum := groups.at(balancerGroup{b.Owner, b.Kind, month})
		sum.span = sum.span.join(period)
		sum.hours++
		sum.endpoints.add(uint64(b.Endpoints))
		if b.Endpoints > 0 {
			sum.bytes.add(uint64(b.Processed))
		}
		if keptAreMore(b) {
			sum.reserved.add(uint64(b.Reserved))
			continue
		}
		used := [dimensions]int64{b.NewConnections, int64(b.ActiveTime), int64(b.Processed), b.Evaluations}
		most := rates.most(used)
		sum.used[most].add(uint64(used[most]))
		sum.addFlows(b)
	}
	for i, group := range groups.keys {
		s.addBalancers(group, &groups.sums[i])
	}
}

// flowKinds are the rates of the kinds of flows: what a Network Load Balancer did with
// each of them makes capacity units of its own.
var flowKinds = [model.FlowParts]string{model.FlowsTCP: "network", model.FlowsUDP: "network_udp", model.FlowsTLS: "network_tls"}

// keptAreMore reports whether an hour is billed by the capacity units that were kept ready:
// as many as it used, or more.
func keptAreMore(b *model.BalancerHour) bool {
	return b.Reserved > 0 && float64(b.Reserved) >= unitsOf(b)
}

// unitsOf is how many capacity units an hour used.
func unitsOf(b *model.BalancerHour) float64 {
	units := unitsIn(b.Kind, [dimensions]int64{b.NewConnections, int64(b.ActiveTime), int64(b.Processed), b.Evaluations})
	for k, u := range b.Flows {
		units += unitsIn(flowKinds[k], [dimensions]int64{u.NewConnections, int64(u.ActiveTime), int64(u.Processed), 0})
	}
	return units
}

// unitsIn is the largest of the dimensions, in capacity units of a kind of load balancer.
func unitsIn(kind string, used [dimensions]int64) float64 {
	r := balancerOf(kind)
	d := r.most(used)
	if r.capacity[d] == 0 {
		return 0
	}
	return float64(used[d]) / float64(r.capacity[d])
}

// addFlows adds what a load balancer did with flows in an hour.
func (sum *balancerSum) addFlows(b *model.BalancerHour) {
	for k, u := range b.Flows {
		used := [dimensions]int64{u.NewConnections, int64(u.ActiveTime), int64(u.Processed), 0}
		rates := balancerOf(flowKinds[k])
		most := rates.most(used)
		sum.flows[k][most].add(uint64(used[most]))
	}
}

// addBalancers adds the two lines of one group.
func (s *sheet) addBalancers(group balancerGroup, sum *balancerSum) {
	rates := balancerOf(group.kind)
	c := charge{
		service: ELB, owner: group.owner, resource: group.kind, zone: noZone,
		month: group.month, span: sum.span,
		sku: rates.item + "_hour", description: group.kind + " load balancer, hours",
		consumed: quantity{ratio(sum.hours, 1), "Hours"},
		priced:   quantity{ratio(sum.hours, 1), "Hours"},
		price:    s.service("elb", rates.item+"_hour"),
	}
	if rates.kind == "" {
		c.sku = group.kind + "_hour"
		c.price = price{missing: "no such kind of load balancer"}
		s.add(c)
		return
	}
	s.add(c)
	units := new(big.Rat)
	for d, capacity := range rates.capacity {
		if capacity > 0 {
			units.Add(units, sum.used[d].rat(capacity))
		}
	}
	units.Add(units, sum.reserved.rat(1))
	for k, kind := range flowKinds {
		for d, capacity := range balancerOf(kind).capacity {
			if capacity > 0 {
				units.Add(units, sum.flows[k][d].rat(capacity))
			}
		}
	}
	c.sku = rates.item + "_lcu_hour"
	c.description = group.kind + " load balancer, capacity units"
	c.consumed = quantity{units, rates.unit + "-Hours"}
	c.priced = c.consumed
	c.price = s.service("elb", c.sku)
	s.add(c)
	if sum.endpoints != (total{}) {
		s.addEndpoints(c, sum)
	}
}

// addEndpoints adds what the endpoints of a Gateway Load Balancer cost, one in each of its
// zones: by the hour, and by what passes.
func (s *sheet) addEndpoints(c charge, sum *balancerSum) {
	c.service = VPC
	c.sku, c.description = "gwlb_endpoint_hour", "Gateway Load Balancer endpoints, hours"
	c.consumed = quantity{sum.endpoints.rat(1), "Hours"}
	c.priced, c.price = c.consumed, s.service("vpc", c.sku)
	s.add(c)
	c.sku, c.description = "gwlb_endpoint_bytes", "data that Gateway Load Balancer endpoints processed"
	c.consumed = quantity{sum.bytes.rat(int64(model.GiB)), "GB"}
	c.priced, c.price = c.consumed, s.service("vpc", c.sku)
	s.add(c)
}

// most returns the dimension that makes the most capacity units.
func (r *balancerRates) most(used [dimensions]int64) int {
	best, most := 0, 0.0
	for d, capacity := range r.capacity {
		if used[d] < 0 {
			panic("pricing: negative usage of a load balancer")
		}
		if capacity == 0 {
			continue
		}
		if units := float64(used[d]) / float64(capacity); units > most {
			best, most = d, units
		}
	}
	return best
}

// balancerOf returns the rates of a kind, empty if there is no such kind.
func balancerOf(kind string) balancerRates {
	for _, rates := range balancerKinds {
		if rates.kind == kind {
			return rates
		}
	}
	return balancerRates{}
}
