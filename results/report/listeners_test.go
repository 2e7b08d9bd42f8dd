package report

import (
	"strings"
	"testing"

	"headroom/model"
	"headroom/model/cloud"
	"headroom/results"
	"headroom/sim"
	"headroom/sim/stat"
)

// The capacity units of a load balancer are shown where they cost more than its hours, of
// which a part of one counts as a whole, with the dimension that is billed.
func TestCapacityUnitsAreShownWhereTheyCostMost(t *testing.T) {
	shown := func(units float64, duration sim.Time) bool {
		lb := results.Part{Label: "load_balancer", Name: "edge"}
		value := func(key string, v float64) results.Value {
			return results.Value{Key: lb.Key(key), Unit: "count", Estimate: stat.Estimate{Value: v, N: 1}}
		}
		s := &results.Summary{
			Scenario: "s", Replications: 1, Asked: 1, Config: &cloud.Config{Name: "s", Frame: model.Frame{Duration: duration}}, Parts: []results.Part{{}, lb},
			Metrics: []results.Value{value("lcu.hours", units), value("lcu.billed.new_connections", 0), value("lcu.billed.processed_bytes", units)},
		}
		text := render(t, Table, s)
		if _, units, ok := strings.Cut(text, "Capacity units"); ok && (!strings.Contains(units, "for processed bytes") || strings.Contains(units, "for new connections")) {
			t.Errorf("not what is billed:\n%s", text)
		}
		return strings.Contains(text, "unit-hours billed")
	}
	for _, c := range []struct {
		units    float64
		duration sim.Time
		want     bool
	}{{173, sim.Hour, true}, {3.1, sim.Hour, true}, {2.9, sim.Hour, false}, {2.9, sim.Hour / 2, false}, {6.1, 2 * sim.Hour, true}, {5.9, 2 * sim.Hour, false}} {
		if got := shown(c.units, c.duration); got != c.want {
			t.Errorf("%g capacity-unit-hours of %v: shown %t, want %t", c.units, c.duration, got, c.want)
		}
	}
}
