package results

import (
	"math"

	"headroom/model/dataplane"
	"headroom/sim/stat"
)

// volumeMetrics are what disks did that steps read from and write to.
func volumeMetrics() []Metric {
	of := func(name, unit, meaning string, w whole, read func(*part, []dataplane.DiskOutcome) float64) Metric {
		return Metric{
			Name: name, Unit: unit, Labels: []string{labelVolume, labelGroup, labelInstance}, Meaning: meaning, needs: labelVolume, whole: w,
			read: func(p *part) float64 {
				disks := p.disks()
				if len(disks) == 0 {
					return math.NaN()
				}
				return read(p, disks)
			},
		}
	}
	perSecond := func(read func(*dataplane.DiskOutcome) float64) func(*part, []dataplane.DiskOutcome) float64 {
		return func(p *part, disks []dataplane.DiskOutcome) float64 {
			return sum(disks, read) / p.outcome.Config.Duration.Seconds()
		}
	}
	return []Metric{
		of("volume.iops", "1/s", "I/Os done a second of the run, of all disks together", always,
			perSecond(func(d *dataplane.DiskOutcome) float64 { return float64(d.Reads + d.Writes) })),
		of("volume.throughput", "B/s", "bytes read and written a second of the run", always,
			perSecond(func(d *dataplane.DiskOutcome) float64 { return float64(d.Read) + float64(d.Written) })),
		of("volume.wait.mean", "s", "time that what a step reads or writes waits for what was asked before", always,
			func(_ *part, disks []dataplane.DiskOutcome) float64 {
				var all stat.Tally
				for i := range disks {
					all.Merge(&disks[i].Wait)
				}
				return all.Mean() / 1e9
			}),
		of("volume.burst_balance.min", "ratio", "least burst credit of a disk", always,
			func(_ *part, disks []dataplane.DiskOutcome) float64 {
				least := math.NaN()
				for i := range disks {
					if disks[i].Credit && !(disks[i].Least > least) {
						least = disks[i].Least
					}
				}
				return least
			}),
		of("volume.burst_balance.end", "ratio", "mean burst credit of the disks at the end of the run", always,
			func(_ *part, disks []dataplane.DiskOutcome) float64 {
				n := sum(disks, func(d *dataplane.DiskOutcome) float64 { return float64(d.Left) })
				if n == 0 {
					return math.NaN()
				}
				return sum(disks, func(d *dataplane.DiskOutcome) float64 { return d.LeftArea }) / n
			}),
		of("volume.throttled_time", "s", "time of disks with something to do and no credit to burst, of their own or of their instance", always,
			func(_ *part, disks []dataplane.DiskOutcome) float64 {
				return sum(disks, func(d *dataplane.DiskOutcome) float64 { return d.Throttled.Seconds() })
			}),
		of("volume.failed", "count", "reads and writes that failed with their disk", always,
			func(_ *part, disks []dataplane.DiskOutcome) float64 {
				return sum(disks, func(d *dataplane.DiskOutcome) float64 { return float64(d.Failed) })
			}),
	}
}

// disks returns what the part's disks did.
func (p *part) disks() (own []dataplane.DiskOutcome) {
	all := p.outcome.Disks
	for i := range all {
		owner := p.outcome.Ledger.Owners[all[i].Owner]
		mine := p.disk.Disk == all[i].Name && (p.disk.Owner == owner || p.disk.Owner == "" && all[i].Volume > 0)
		if p.Label == "" || p.Label == labelVolume && mine || owner == p.Label+"."+p.Name {
			own = append(own, all[i])
		}
	}
	return own
}
