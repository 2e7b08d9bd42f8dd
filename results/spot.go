package results

import (
	"math"
	"strings"

	"headroom/model"
	"headroom/model/controlplane"
	"headroom/model/pricing"
	"headroom/sim/stat"
)

// interruptionMetric counts interruptions. In all it is those of the cloud, whoever's.
func interruptionMetric(labels []string) Metric {
	return Metric{
		Name: "spot.interruptions", Unit: "count", Labels: labels, Meaning: "Spot instances reclaimed",
		read: func(p *part) float64 {
			if p.Label == "" {
				return float64(p.outcome.Spot.Interruptions)
			}
			return sum(p.groups(), func(g *controlplane.GroupOutcome) float64 { return float64(g.SpotInterruptions) }) +
				sum(p.fleets(), func(f *controlplane.FleetOutcome) float64 { return float64(f.SpotInterruptions) }) +
				sum(p.tenants(), func(t *controlplane.TenantOutcome) float64 { return float64(t.Interrupted) })
		},
	}
}

// spotMetrics are of interruptions, beside how many there were.
func spotMetrics() []Metric {
	owners := []string{labelGroup, labelInstance}
	interruptions := func(p *part) float64 {
		return sum(p.groups(), func(g *controlplane.GroupOutcome) float64 { return float64(g.SpotInterruptions) }) +
			sum(p.fleets(), func(f *controlplane.FleetOutcome) float64 { return float64(f.SpotInterruptions) })
	}
	return []Metric{
		{
			Name: "spot.rebalance_recommendations", Unit: "count", Labels: owners,
			Meaning: "recommendations to replace a Spot instance that came before the interruption notice",
			read: func(p *part) float64 {
				return sum(p.groups(), func(g *controlplane.GroupOutcome) float64 { return float64(g.SpotRecommendations) }) +
					sum(p.fleets(), func(f *controlplane.FleetOutcome) float64 { return float64(f.SpotRecommendations) })
			},
		},
		{
			Name: "spot.interruption_rate", Unit: "1/h", Labels: owners,
			Meaning: "interruption notices per hour that a Spot instance of a group or an [instance.NAME] runs",
			read: func(p *part) float64 {
				hours := spotHours(p)
				if hours == 0 {
					return math.NaN()
				}
				return interruptions(p) / hours
			},
		},
		{
			Name: "spot.interrupted_together", Unit: "ratio",
			Meaning: "share of these notices that come within three minutes of another in their pool",
			read:    func(p *part) float64 { return ratio(p.outcome.Spot.Together, p.outcome.Spot.Notices) },
		},
	}
}

// spotHours are those of the Spot instances of a part's groups and fleets, without instance workloads.
func spotHours(p *part) float64 {
	hours := stat.Sum{}
	ledger := p.outcome.Ledger
	for i := range p.owned(p.belongs().leases, len(ledger.Leases)) {
		l := &ledger.Leases[i]
		owner := ledger.Owners[l.Owner]
		if l.Option == model.Spot && !strings.HasPrefix(owner, labelTenant+".") && p.owns(owner, pricing.EC2, pricing.Spot) {
			hours.Add(int64(l.To - l.From))
		}
	}
	return hours.Float64() / 3600e9
}
