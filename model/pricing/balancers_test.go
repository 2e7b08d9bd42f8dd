package pricing

import (
	"testing"

	"headroom/model"
	"headroom/sim"
)

// Each kind of flows makes capacity units by the dimension that it has most of; those of
// all kinds add up: TCP 1,600 new connections a second are 2 NLCU, UDP 25,000 active ones
// half of one, and 2 GB of TLS two.
func TestFlowsMakeCapacityUnitsByKind(t *testing.T) {
	h := model.BalancerHour{Kind: "network", To: sim.Hour}
	h.Flows[model.FlowsTCP] = model.FlowUse{NewConnections: 1600 * 3600, ActiveTime: sim.Time(150_000 * int64(sim.Hour)), Processed: model.GiB}
	h.Flows[model.FlowsUDP] = model.FlowUse{NewConnections: 100 * 3600, ActiveTime: sim.Time(25_000 * int64(sim.Hour))}
	h.Flows[model.FlowsTLS] = model.FlowUse{NewConnections: 50 * 3600, Processed: 2 * model.GiB}
	var sum balancerSum
	sum.addFlows(&h)
	for k, want := range []struct {
		dimension int
		units     float64
	}{{newConnections, 2}, {activeConnections, 0.5}, {processedBytes, 2}} {
		got, _ := sum.flows[k][want.dimension].rat(balancerOf(flowKinds[k]).capacity[want.dimension]).Float64()
		if got != want.units {
			t.Errorf("flows of kind %d: %g units of dimension %d, want %g", k, got, want.dimension, want.units)
		}
	}
}

// Capacity that is kept ready is billed where less is used, and what is used where that is
// more: here 200 units of an hour of an Application Load Balancer, and 2.5 of a Network one.
func TestKeptCapacityIsTheLeastThatIsBilled(t *testing.T) {
	application := model.BalancerHour{Kind: "application", To: sim.Hour, NewConnections: 200 * 90_000}
	network := model.BalancerHour{Kind: "network", To: sim.Hour}
	network.Flows[model.FlowsTCP] = model.FlowUse{Processed: 2 * model.GiB}
	network.Flows[model.FlowsUDP] = model.FlowUse{Processed: model.GiB / 2}
	for _, c := range []struct {
		hour model.BalancerHour
		kept int64
		want bool
	}{{application, 0, false}, {application, 199, false}, {application, 200, true}, {application, 201, true}, {network, 2, false}, {network, 3, true}} {
		c.hour.Reserved = c.kept
		if got := keptAreMore(&c.hour); got != c.want {
			t.Errorf("%s, %d units kept, %g used: got %v, want %v", c.hour.Kind, c.kept, unitsOf(&c.hour), got, c.want)
		}
	}
}
