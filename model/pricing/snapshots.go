package pricing

import (
	"math/big"

	"headroom/model"
)

// leastArchivedMonths are the months that a snapshot in the archive costs at least: 90
// days, each a thirtieth of one.
const leastArchivedMonths = 3

// snapshotSum is what snapshots stored in a month.
type snapshotSum struct {
	usage
	blocks int64 // units of snapshotUnit, times seconds
}

// snapshotUnit is what snapshots count in: no sum of a month overflows with it.
const snapshotUnit = 512 * model.KiB

func blocksOf(b model.Bytes) int64 { return int64((b + snapshotUnit - 1) / snapshotUnit) }

// perGiB is how many units a GB is.
const perGiB = int64(model.GiB / snapshotUnit)

// billSnapshots bills what snapshots store, in each tier, what was restored from the
// archive, and fast restore.
func billSnapshots(s *sheet) {
	type group struct {
		ownerMonth
		archived bool
	}
	var groups fold[group, snapshotSum]
	for i := range s.ledger.Snapshots {
		u := &s.ledger.Snapshots[i]
		s.calendar.cut(billed(u.From, u.To, 0), func(month int, part span) {
			sum := groups.at(group{ownerMonth{u.Owner, month}, u.Archived})
			sum.add(part)
			sum.blocks += blocksOf(u.Stored) * part.seconds()
		})
	}
	for i, g := range groups.keys {
		sum := &groups.sums[i]
		c := snapshotCharge(g.ownerMonth, sum.span, g.archived)
		c.consumed = quantity{ratio(sum.blocks, hour*perGiB), "GB-Hours"}
		c.priced = quantity{ratio(sum.blocks, s.calendar.seconds(g.month)*perGiB), "GB-Months"}
		c.price = s.service("ebs", c.sku)
		s.add(c)
	}
	for i := range s.ledger.Snapshots {
		s.addEarly(&s.ledger.Snapshots[i])
	}
	for i := range s.ledger.Restored {
		s.addRestore(&s.ledger.Restored[i])
	}
	for i := range s.ledger.FastUses {
		s.addFastRestore(&s.ledger.FastUses[i])
	}
}

func snapshotCharge(g ownerMonth, part span, archived bool) charge {
	c := charge{service: EBS, owner: g.owner, month: g.month, span: part, zone: noZone, resource: "snapshot", sku: "snapshot_storage", description: "snapshots"}
	if archived {
		c.sku, c.description = "snapshot_archive_storage", "snapshots in the archive"
	}
	return c
}

// addEarly charges the rest of its first three months of thirty days for a snapshot that
// left the archive before.
func (s *sheet) addEarly(u *model.SnapshotUse) {
	if !u.Archived || !u.Deleted {
		return
	}
	rest := ratio(leastArchivedMonths, 1)
	s.calendar.cut(billed(u.From, u.To, 0), func(month int, part span) {
		rest.Sub(rest, ratio(part.seconds(), s.calendar.seconds(month)))
	})
	if rest.Sign() <= 0 {
		return
	}
	month, part := s.calendar.place(billed(u.To, u.To, 1))
	c := snapshotCharge(ownerMonth{u.Owner, month}, part, true)
	c.description = "the rest of 90 days of a snapshot in the archive"
	rest.Mul(rest, ratio(blocksOf(u.Stored), perGiB))
	c.priced = quantity{rest, "GB-Months"}
	c.consumed = quantity{new(big.Rat).Mul(rest, ratio(s.calendar.seconds(month)/hour, 1)), "GB-Hours"}
	c.price = s.service("ebs", c.sku)
	s.add(c)
}

func (s *sheet) addRestore(u *model.RestoreUse) {
	month, part := s.calendar.place(billed(u.At, u.At, 1))
	c := charge{service: EBS, owner: u.Owner, month: month, span: part, zone: noZone, resource: "snapshot", sku: "snapshot_archive_restore", description: "snapshots restored from the archive"}
	c.consumed = quantity{ratio(blocksOf(u.Amount), perGiB), "GB"}
	c.priced, c.price = c.consumed, s.service("ebs", c.sku)
	s.add(c)
}

// addFastRestore charges fast restore by the minute, an hour at least.
func (s *sheet) addFastRestore(u *model.FastRestoreUse) {
	whole := billed(u.From, u.To, hour)
	minutes := max(60, ceilDivide(whole.seconds(), minute))
	month, part := s.calendar.place(whole)
	c := charge{service: EBS, owner: u.Owner, month: month, span: part, zone: u.Zone, resource: "snapshot", sku: "fast_snapshot_restore", description: "fast snapshot restore"}
	c.consumed = quantity{ratio(minutes, 60), "DSU-Hours"}
	c.priced, c.price = c.consumed, s.service("ebs", c.sku)
	s.add(c)
}
