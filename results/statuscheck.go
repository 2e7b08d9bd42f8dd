package results

import (
	"headroom/model/cloud"
	"headroom/model/controlplane"
)

// statusMetrics are those of EC2's status checks.
func statusMetrics() []Metric {
	of := func(name, meaning string, read func(c *controlplane.StatusChecks) int64) Metric {
		return Metric{
			Name: name, Unit: "count", Meaning: meaning, Labels: []string{labelGroup, labelInstance}, where: mayFailChecks,
			read: func(p *part) float64 {
				return sum(p.groups(), func(g *controlplane.GroupOutcome) float64 { return float64(read(&g.Checks)) }) +
					sum(p.fleets(), func(f *controlplane.FleetOutcome) float64 { return float64(read(&f.Checks)) })
			},
		}
	}
	return []Metric{
		of("status_checks.failed", "failed status checks, one a minute and instance: CloudWatch's StatusCheckFailed, summed", func(c *controlplane.StatusChecks) int64 { return c.Any }),
		of("status_checks.failed_system", "of those: of what an instance runs on, StatusCheckFailed_System", func(c *controlplane.StatusChecks) int64 { return c.System }),
		of("status_checks.failed_instance", "of those: of the instance itself, whose memory is exhausted, StatusCheckFailed_Instance", func(c *controlplane.StatusChecks) int64 { return c.Instance }),
		of("status_checks.failed_attached_ebs", "of those: of volumes of instances of Nitro types, StatusCheckFailed_AttachedEBS", func(c *controlplane.StatusChecks) int64 { return c.AttachedEBS }),
	}
}

// mayFailChecks reports whether a scenario has what makes status checks fail: a fault, or an
// application that may run out of memory.
func mayFailChecks(cfg *cloud.Config, s scope) bool {
	return len(cfg.Faults) > 0 || remembers(cfg, s)
}
