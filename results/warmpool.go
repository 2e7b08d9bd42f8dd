package results

import (
	"slices"

	"headroom/model/cloud"
	"headroom/model/controlplane"
)

// pooled reports whether a part has a group with a warm pool.
func pooled(cfg *cloud.Config, s scope) bool {
	return slices.ContainsFunc(within(s, labelGroup, cfg.Groups), func(g controlplane.Group) bool { return g.Pool != nil })
}

// warmPoolMetrics are what warm pools have, and give.
func warmPoolMetrics() []Metric {
	of := func(name, meaning string, read func(*controlplane.GroupOutcome) float64) Metric {
		return Metric{
			Name: name, Unit: "count", Labels: []string{labelGroup}, Meaning: meaning, needs: labelGroup, where: pooled,
			read: func(p *part) float64 { return sum(p.groups(), read) },
		}
	}
	return []Metric{
		of("warm_pool.size.mean", "instances in warm pools, being prepared or ready, time-weighted",
			func(g *controlplane.GroupOutcome) float64 { return g.WarmMean }),
		of("warm_pool.starts", "instances of warm pools that were taken into service",
			func(g *controlplane.GroupOutcome) float64 { return float64(g.WarmStarts) }),
	}
}
