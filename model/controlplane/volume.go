package controlplane

import (
	"headroom/model"
	"headroom/sim"
)

// volume is an EBS volume of its own table.
type volume struct {
	record   int32 // in the ledger
	attached int   // instances that it is attached to
}

// newVolumes creates the volumes of their own tables, which are billed whether they are
// attached or not.
func (cp *Plane) newVolumes() error {
	for i := range cp.cfg.Volumes {
		v := &cp.cfg.Volumes[i]
		cp.volumes = append(cp.volumes, volume{record: int32(len(cp.ledger.Volumes))})
		cp.ledger.Volumes = append(cp.ledger.Volumes, model.VolumeUse{
			To: sim.Never, Owner: cp.owner("volume." + v.Name), Instance: None, Zone: v.Zone,
			Type: v.Spec.Type, SizeGiB: v.Spec.SizeGiB, IOPS: v.Spec.IOPS, ThroughputMiBs: v.Spec.ThroughputMiBs,
		})
	}
	return nil
}

// attach counts an instance that a volume is attached to.
func (cp *Plane) attach(i int) { cp.volumes[i].attached++ }

// detach lets go of a volume whose instance ends. It ends with the last of them, if that
// says so (Amazon EC2 User Guide, "Attach a volume to multiple instances").
func (cp *Plane) detach(i int, deletes bool) {
	v := &cp.volumes[i]
	if v.attached--; v.attached == 0 && deletes {
		cp.ledger.Volumes[v.record].To = cp.kernel.Now()
	}
}
