package results

import (
	"math"
	"slices"

	"headroom/model/controlplane"
	"headroom/model/dataplane"
	"headroom/sim"
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
			leastCredit),
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
		of("volume.cold_touches", "count", "blocks that had to come from a snapshot first, when they were read or written", always,
			func(_ *part, disks []dataplane.DiskOutcome) float64 {
				return sum(disks, func(d *dataplane.DiskOutcome) float64 { return float64(d.Touched) })
			}),
		of("volume.stored", "B", "what a file system stores at the end of the run, in all its classes", always,
			storedBytes),
		of("volume.failed", "count", "reads and writes that failed with their disk", always,
			func(_ *part, disks []dataplane.DiskOutcome) float64 {
				return sum(disks, func(d *dataplane.DiskOutcome) float64 { return float64(d.Failed) })
			}),
	}
}

// storedBytes returns what those of some disks store that are file systems.
func storedBytes(_ *part, disks []dataplane.DiskOutcome) float64 {
	if !slices.ContainsFunc(disks, func(d dataplane.DiskOutcome) bool { return d.Kind == dataplane.FileSystemKind }) {
		return math.NaN()
	}
	return sum(disks, func(d *dataplane.DiskOutcome) float64 { return float64(d.Stored) })
}

// leastCredit returns the least burst credit that one of some disks had.
func leastCredit(_ *part, disks []dataplane.DiskOutcome) float64 {
	least := math.NaN()
	for i := range disks {
		if disks[i].Credit && !(disks[i].Least > least) {
			least = disks[i].Least
		}
	}
	return least
}

// disks returns what the part's disks did.
func (p *part) disks() (own []dataplane.DiskOutcome) {
	all := p.outcome.Disks
	for i := range all {
		owner := p.outcome.Ledger.Owners[all[i].Owner]
		mine := p.disk.Disk == all[i].Name && (p.disk.Owner == owner || p.disk.Owner == "" && (all[i].Volume > 0 || all[i].Kind == dataplane.FileSystemKind))
		if p.Label == "" || p.Label == labelVolume && mine || owner == p.Label+"."+p.Name {
			own = append(own, all[i])
		}
	}
	return own
}

// backupMetrics are the snapshots of volumes.
func backupMetrics() []Metric {
	of := func(name, unit, meaning string, read func(*controlplane.BackupOutcome) float64) Metric {
		return Metric{
			Name: name, Unit: unit, Labels: []string{labelVolume}, Meaning: meaning, needs: labelVolume, whole: never,
			read: func(p *part) float64 {
				b := p.backup()
				if b == nil {
					return math.NaN()
				}
				return read(b)
			},
		}
	}
	return []Metric{
		of("snapshots.taken", "count", "snapshots of the volume that were asked for", func(b *controlplane.BackupOutcome) float64 { return float64(b.Taken) }),
		of("snapshots.written", "B", "what they stored when they were taken: 512 KiB for each block that was written since the one before",
			func(b *controlplane.BackupOutcome) float64 { return float64(b.Written) }),
		of("snapshots.kept", "count", "of them at the end, the recycle bin not counted", func(b *controlplane.BackupOutcome) float64 { return float64(b.Kept) }),
		of("snapshots.stored", "B", "what they store at the end, in the standard tier", func(b *controlplane.BackupOutcome) float64 { return float64(b.Stored) }),
		of("snapshots.archived", "B", "what they store at the end, in the archive", func(b *controlplane.BackupOutcome) float64 { return float64(b.Archived) }),
		of("snapshots.age", "s", "of the newest complete one at the end: what would be lost then", func(b *controlplane.BackupOutcome) float64 {
			if b.Age == sim.Never {
				return math.NaN()
			}
			return b.Age.Seconds()
		}),
	}
}

// backup returns the snapshots of the part's volume; nil without.
func (p *part) backup() *controlplane.BackupOutcome {
	for i := range p.outcome.Backups {
		if p.Label == labelVolume && p.disk.Owner == "" && p.outcome.Config.Volumes[i].Name == p.disk.Disk && p.outcome.Config.Volumes[i].Backed {
			return &p.outcome.Backups[i]
		}
	}
	return nil
}
