package results

import (
	"math"
	"slices"

	"headroom/model/cloud"
	"headroom/model/controlplane"
	"headroom/model/pricing"
	"headroom/sim"
)

// losesZones reports whether a Region or a zone is lost in a scenario.
func losesZones(cfg *cloud.Config, _ scope) bool {
	for i := range cfg.Faults {
		if k := cfg.Faults[i].Kind; k == controlplane.RegionOutage || k == controlplane.ZoneOutage {
			return true
		}
	}
	return false
}

// losesVolumes is [losesZones] where there are volumes to lose.
func losesVolumes(cfg *cloud.Config, s scope) bool {
	return losesZones(cfg, s) && len(cfg.Volumes) > 0
}

// recoveryMetrics are what the loss of a Region or a zone costs in time.
func recoveryMetrics() []Metric {
	return []Metric{
		{
			Name: "dr.rto", Unit: "s", Labels: []string{labelWorkload}, needs: labelWorkload, where: losesZones,
			Meaning: "from the loss of a Region or a zone until nine of ten requests that are sent within ten seconds are served; none if that never comes",
			read: func(p *part) float64 {
				at, lost := restored(p)
				if !lost || at == sim.Never {
					return math.NaN()
				}
				return at.Seconds()
			},
		},
		{
			Name: "dr.unrecovered", Unit: "ratio", Labels: []string{labelWorkload}, needs: labelWorkload, where: losesZones,
			Meaning: "1 where a Region or a zone was lost and dr.rto was not over when the run ended, 0 where it was: the mean is the share of replications that did not recover",
			read: func(p *part) float64 {
				switch at, lost := restored(p); {
				case !lost:
					return math.NaN()
				case at == sim.Never:
					return 1
				}
				return 0
			},
		},
		{
			Name: "dr.rpo", Unit: "s", where: losesVolumes,
			Meaning: "how old the newest snapshot elsewhere was when a Region or a zone was lost, of the volume that lost most; the volume's own age without one",
			read: func(p *part) float64 {
				lost, any := sim.Time(0), false
				for i := range p.outcome.Backups {
					if b := &p.outcome.Backups[i]; b.LostAny {
						lost, any = max(lost, b.Lost), true
					}
				}
				if !any {
					return math.NaN()
				}
				return lost.Seconds()
			},
		},
	}
}

// restored is how long after the loss of a Region or a zone a part was served again, Never if it
// was not, or false without a loss.
func restored(p *part) (after sim.Time, lost bool) {
	k := len(p.outcome.Restored) - 1
	if p.Label == labelWorkload {
		k = p.index
	}
	if k < 0 || k >= len(p.outcome.Restored) {
		return 0, false
	}
	return p.outcome.Restored[k], true
}

// servicesOf lists the services that may charge for a scenario: Route 53 only where names are.
func servicesOf(cfg *cloud.Config) []pricing.Service {
	services := pricing.Services()
	if len(cfg.Records) == 0 {
		services = slices.DeleteFunc(services, func(s pricing.Service) bool { return s == pricing.Route53 })
	}
	return services
}
