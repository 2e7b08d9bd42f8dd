package controlplane

import (
	"testing"

	"headroom/model"
	"headroom/sim"
)

// What there is no rule for is no average, no CPU and no count of healthy hosts.
func TestUnknownMetricsPanic(t *testing.T) {
	b := start(t, baseFrame(), fargateEstate(1))
	b.clocks = []clock{{period: sim.Minute, marks: make([]model.TargetCounts, 1)}}
	in := &instance{marks: make([]mark, 1)}
	for name, measure := range map[string]func(){
		"statistic":       func() { (&spread{}).aggregate(Percentile) },
		"of an instance":  func() { in.usage(HealthyHostCount, usedIn{0, sim.Minute, 1}) },
		"of target group": func() { b.measureTargets(&Metric{Kind: CPUUtilization}, 0) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: what is none is measured", name)
				}
			}()
			measure()
		}()
	}
}
