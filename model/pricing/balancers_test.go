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
