package snapshot

import (
	"errors"
	"maps"
	"slices"

	"headroom/model"
	"headroom/sim"
)

// Errors of snapshots, by their codes.
var (
	ErrOperation = errors.New("InvalidSnapshotOperation")
	ErrLimit     = errors.New("ResourceLimitExceeded")
)

// Quotas (Amazon EBS User Guide, "Archive Amazon EBS snapshots", "Copy an Amazon EBS
// snapshot").
const (
	MostCopies     = 20 // at once to one Region
	MostArchived   = 25 // of one volume
	MostRestoring  = 5  // at once
	LeastRetention = sim.Day
	MostRetention  = 365 * sim.Day
	// BinDelay is how long the first rule of a recycle bin may take to become active.
	BinDelay = 30 * sim.Minute
)

// Times and rates of snapshots, ours.
const (
	setUp        = 30 * sim.Second
	copyRate     = 80 * model.MiB // a second
	leastRestore = 24 * sim.Hour
	mostRestore  = 72 * sim.Hour
	// FirstTouch is what the first I/O of a block of a volume that is made from a
	// snapshot takes longer.
	FirstTouch = 10 * sim.Millisecond
	// HydrateRate is how many bytes a second of such a volume come by themselves.
	HydrateRate = 20 * model.MiB
	// Recovery is how long a volume is of no use that is made from a snapshot of one that
	// was attached: what was in flight is recovered from its journal.
	Recovery = sim.Minute
)

// Duration returns how long it takes to store blocks.
func Duration(blocks int64) sim.Time {
	return setUp + sim.Seconds(float64(blocks)*float64(Block)/float64(copyRate))
}

// RestoreDuration returns how long it takes to bring a snapshot back from the archive,
// for a uniform variate of 0 to 1.
func RestoreDuration(u float64) sim.Time {
	return leastRestore + sim.Time(u*float64(mostRestore-leastRestore))
}

// MostBinRules is how many rules a Region may have.
const MostBinRules = 250

// Bin keeps what is deleted. The zero Bin keeps nothing.
type Bin struct {
	Retention sim.Time // of everything; 0: only what a rule is about
	Rules     []BinRule
}

// BinRule keeps what has one of its tags.
type BinRule struct {
	Tags      map[string]string
	Retention sim.Time
}

// Keeps returns until when a bin keeps what is deleted with some tags, and whether it does:
// of the rules that match, the one that keeps it longest holds.
func (b Bin) Keeps(now sim.Time, tags map[string]string) (until sim.Time, ok bool) {
	longest := b.Retention
	for _, r := range b.Rules {
		for _, key := range slices.Sorted(maps.Keys(r.Tags)) {
			if own, has := tags[key]; has && own == r.Tags[key] {
				longest = max(longest, r.Retention)
			}
		}
	}
	return sim.Sum(now, longest), longest > 0
}
