package results

import (
	"headroom/model/cloud"
	"headroom/model/dataplane"
)

// balanceMetrics are how evenly the targets of a group are asked, where clients stay
// with them or they start slowly.
func balanceMetrics() []Metric {
	return []Metric{
		weighed("target_group.imbalance.mean", "ratio", "requests of the busiest target over the mean of all, by windows of 5 minutes", isWeighed,
			func(t *dataplane.TargetGroupOutcome) float64 { return t.Imbalance }),
		weighed("target_group.imbalance.max", "ratio", "the same of the worst window", isWeighed,
			func(t *dataplane.TargetGroupOutcome) float64 { return t.ImbalanceMax }),
		weighed("target_group.stuck", "count", "requests that followed a cookie to its target", isSticky,
			func(t *dataplane.TargetGroupOutcome) float64 { return float64(t.Stuck) }),
		weighed("target_group.unstuck", "count", "requests whose cookie led to a target that takes no more", isSticky,
			func(t *dataplane.TargetGroupOutcome) float64 { return float64(t.Unstuck) }),
	}
}

func weighed(name, unit, meaning string, where func(*dataplane.TargetGroup) bool, read func(*dataplane.TargetGroupOutcome) float64) Metric {
	return Metric{
		Name: name, Unit: unit, Labels: []string{labelTargetGroup}, whole: never, Meaning: meaning,
		where: func(cfg *cloud.Config, s scope) bool { return where(&cfg.TargetGroups[s.index]) },
		read:  func(p *part) float64 { return read(&p.targets()[0]) },
	}
}

func isSticky(g *dataplane.TargetGroup) bool { return g.Stickiness.Kind != 0 }

func isWeighed(g *dataplane.TargetGroup) bool { return isSticky(g) || g.SlowStart > 0 }
