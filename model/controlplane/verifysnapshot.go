package controlplane

import (
	"fmt"

	"headroom/model"
	"headroom/model/snapshot"
	"headroom/sim"
)

// verifySnapshots: no block is lost or made up; what is stored is what is billed; who has
// a volume is there, and loans are counted.
func (cp *Plane) verifySnapshots() error {
	var lineages []*lineage
	for i := range cp.volumes {
		v := &cp.volumes[i]
		if v.lineage != nil {
			lineages = append(lineages, v.lineage)
		}
		for _, a := range v.attached {
			if in := cp.instances.Get(a.instance); in == nil || in.life.ended() {
				return fmt.Errorf("volume %s is attached to an instance that has ended", v.spec.Name)
			}
		}
		if u := v.record; u != None && v.exists != (cp.ledger.Volumes[u].To == sim.Never) {
			return fmt.Errorf("volume %s exists: %v, but is billed until %v", v.spec.Name, v.exists, cp.ledger.Volumes[u].To)
		}
	}
	for _, m := range cp.images {
		lineages = append(lineages, m.lineage)
		if m.stored && model.Bytes(m.lineage.chain.Full(m.number))*snapshot.Block != m.full {
			return fmt.Errorf("snapshot %s holds %d bytes, not %d", m.name, m.lineage.chain.Full(m.number)*int64(snapshot.Block), m.full)
		}
		if m.archive != None && cp.ledger.Snapshots[m.archive].To != sim.Never {
			return fmt.Errorf("snapshot %s is archived, and not billed", m.name)
		}
	}
	loans := map[*lineage]map[*lineage]bool{}
	for _, l := range lineages {
		if l.pinned {
			if loans[l.source.lineage] == nil {
				loans[l.source.lineage] = map[*lineage]bool{}
			}
			loans[l.source.lineage][l] = true
		}
	}
	for _, l := range lineages {
		if err := cp.verifyLineage(l); err != nil {
			return err
		}
		if n := len(loans[l]); l.loans < n {
			return fmt.Errorf("%d volumes need blocks of %s, %d counted", n, cp.ledger.Owners[l.owner], l.loans)
		}
	}
	return nil
}

// verifyLineage: what is stored is what is billed.
func (cp *Plane) verifyLineage(l *lineage) error {
	if err := l.chain.Verify(); err != nil {
		return err
	}
	billed := int64(0)
	if l.record != None {
		billed = snapshot.Blocks(cp.ledger.Snapshots[l.record].Stored)
	}
	if stored := l.chain.Stored(); stored != billed {
		return fmt.Errorf("%d blocks are stored of %s, %d billed", stored, cp.ledger.Owners[l.owner], billed)
	}
	return nil
}
