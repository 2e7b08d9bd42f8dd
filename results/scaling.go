package results

import (
	"headroom/model/cloud"
	"headroom/model/controlplane"
)

// scalingMetrics are how the desired capacity of groups moved, and the desired count of ECS
// services.
func scalingMetrics() []Metric {
	changes := func(name, unit, meaning string, read func(*controlplane.GroupOutcome) float64) Metric {
		return Metric{
			Name: name, Unit: unit, Labels: []string{labelGroup, labelContainer}, Meaning: meaning,
			where: func(cfg *cloud.Config, _ scope) bool { return len(cfg.Groups) > 0 },
			read:  func(p *part) float64 { return sum(p.groups(), read) + sum(p.containers(), read) },
		}
	}
	return []Metric{
		changes("scaling.activities", "count", "changes of desired capacity",
			func(g *controlplane.GroupOutcome) float64 { return float64(g.ScalingActivities) }),
		changes("scaling.blocked_by_cooldown", "count", "decisions that waited for a cooldown to end",
			func(g *controlplane.GroupOutcome) float64 { return float64(g.BlockedByCooldown) }),
		changes("scaling.time_at_max", "s", "time at the group's max_size while a policy wanted more",
			func(g *controlplane.GroupOutcome) float64 { return g.TimeAtMax.Seconds() }),
		changes("scaling.reversals", "count", "changes of desired capacity that undid some of the hour before",
			func(g *controlplane.GroupOutcome) float64 { return float64(g.Thrash.Reversals) }),
		changes("scaling.thrash", "times", "flapping: Σ over reversals of the share of the capacity that they undid",
			func(g *controlplane.GroupOutcome) float64 { return g.Thrash.Share }),
	}
}
