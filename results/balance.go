package results

import (
	"headroom/model/cloud"
	"headroom/model/dataplane"
)

// balanceMetrics are how evenly the targets of a group are asked, where clients stay
// with them or they start slowly, or somebody looks.
func balanceMetrics() []Metric {
	metrics := []weighed{
		{"target_group.imbalance", "times", "requests of the busiest target over the mean of all, by windows of 5 minutes; where targets are neither sticky nor start slowly it is counted if a threshold or run.metrics names it", isWeighed,
			func(t *dataplane.TargetGroupOutcome) float64 { return t.Imbalance }},
		{"target_group.imbalance.max", "times", "the same of the worst window", isWeighed,
			func(t *dataplane.TargetGroupOutcome) float64 { return t.ImbalanceMax }},
		{"target_group.stuck", "count", "requests that followed a cookie to its target", isSticky,
			func(t *dataplane.TargetGroupOutcome) float64 { return float64(t.Stuck) }},
		{"target_group.unstuck", "count", "requests whose cookie led to a target that takes no more", isSticky,
			func(t *dataplane.TargetGroupOutcome) float64 { return float64(t.Unstuck) }},
	}
	all := make([]Metric, len(metrics))
	for i, m := range metrics {
		all[i] = m.metric()
	}
	return all
}

// sharesPrefix begins the names of metrics that groups are weighed for.
const sharesPrefix = "target_group.imbalance"

// weighed is a metric of target groups that are weighed, or that are sticky.
type weighed struct {
	name, unit, meaning string
	where               func(*cloud.Config, *dataplane.TargetGroup) bool
	read                func(*dataplane.TargetGroupOutcome) float64
}

func (w weighed) metric() Metric {
	return Metric{
		Name: w.name, Unit: w.unit, Labels: []string{labelTargetGroup}, whole: never, Meaning: w.meaning,
		where: func(cfg *cloud.Config, s scope) bool { return w.where(cfg, &cfg.TargetGroups[s.index]) },
		read:  func(p *part) float64 { return w.read(&p.targets()[0]) },
	}
}

func isSticky(_ *cloud.Config, g *dataplane.TargetGroup) bool { return g.Stickiness.Kind != 0 }

func isWeighed(cfg *cloud.Config, g *dataplane.TargetGroup) bool {
	return g.Weighed() || cfg.Observe.Shares && g.Picks()
}
