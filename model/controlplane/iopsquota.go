package controlplane

import (
	"fmt"

	"headroom/model"
	"headroom/sim"
)

// Quotas.IOPS by what they are for.
const (
	IO1Quota = iota
	IO2Quota
	iopsQuotas
)

// iopsQuota returns which quota the IOPS of a volume type count against, None for those
// that have none.
func iopsQuota(kind string) int {
	switch kind {
	case "io1":
		return IO1Quota
	case "io2":
		return IO2Quota
	}
	return None
}

// provision counts the IOPS of a volume that is made, or with sign -1 of one that is no more.
func (cp *Plane) provision(v *model.VolumeSpec, sign int64) {
	if cp.cfg.Quotas.IOPS == nil {
		return
	}
	if k := iopsQuota(v.Type); k != None {
		cp.iopsUsed[k] += sign * v.IOPS
	}
}

// provisionAll counts those that a launch made.
func (cp *Plane) provisionAll(volumes []model.VolumeSpec) {
	for i := range volumes {
		if volumes[i].Volume == 0 {
			cp.provision(&volumes[i], +1)
		}
	}
}

// beyondIOPS reports whether a launch would make volumes of more IOPS than a quota allows.
// Those of their own tables count from their own beginning.
func (cp *Plane) beyondIOPS(volumes []model.VolumeSpec) bool {
	if cp.cfg.Quotas.IOPS == nil {
		return false
	}
	var more [iopsQuotas]int64
	for i := range volumes {
		if k := iopsQuota(volumes[i].Type); k != None && volumes[i].Volume == 0 {
			more[k] += volumes[i].IOPS
		}
	}
	for k, n := range more {
		if cp.lacksIOPS(k, n) {
			return true
		}
	}
	return false
}

// lacksIOPS reports whether a quota has no room for more IOPS.
func (cp *Plane) lacksIOPS(k int, more int64) bool {
	limits := cp.cfg.Quotas.IOPS
	return limits != nil && more > 0 && limits[k] >= 0 && cp.iopsUsed[k]+more > limits[k]
}

// grants says why a volume may not have the IOPS that it is to have, in place of those of
// was, if that is not nil.
func (cp *Plane) grants(was, v *model.VolumeSpec) error {
	k, more := iopsQuota(v.Type), v.IOPS
	if was != nil && was.Type == v.Type {
		more -= was.IOPS
	}
	if k == None || !cp.lacksIOPS(k, more) {
		return nil
	}
	return fmt.Errorf("%s volumes have %d IOPS, %d more would be above the quota of %d [%v]", v.Type, cp.iopsUsed[k], more, cp.cfg.Quotas.IOPS[k], maxIOPSLimitExceeded)
}

// counts returns a volume as it counts against the quotas: as it is to be from the moment
// that it is modified.
func (v *volume) counts() *model.VolumeSpec {
	if v.changes != sim.Never {
		return &v.next
	}
	return &v.spec
}

// volumesAtStart counts the volumes that are there at the start, and returns the first that
// a quota has no room for.
func (cp *Plane) volumesAtStart() *Shortage {
	for i := range cp.cfg.Volumes {
		v := &cp.cfg.Volumes[i]
		if v.Later {
			continue
		}
		if cp.grants(nil, &v.Spec) != nil {
			k := iopsQuota(v.Spec.Type)
			return &Shortage{
				Path: "volume." + v.Name, Code: maxIOPSLimitExceeded.String(),
				Text: fmt.Sprintf("must be at most what the quota leaves at the start, %d of %d IOPS", cp.cfg.Quotas.IOPS[k]-cp.iopsUsed[k], cp.cfg.Quotas.IOPS[k]),
			}
		}
		cp.provision(&v.Spec, +1)
	}
	return nil
}

// verifyIOPS: what counts against the quotas is what is billed, and no more than they are.
func (cp *Plane) verifyIOPS() error {
	limits := cp.cfg.Quotas.IOPS
	if limits == nil {
		return nil
	}
	var used [iopsQuotas]int64
	add := func(kind string, n int64) {
		if k := iopsQuota(kind); k != None {
			used[k] += n
		}
	}
	for i := range cp.ledger.Volumes {
		if u := &cp.ledger.Volumes[i]; u.To == sim.Never {
			add(u.Type, u.IOPS)
		}
	}
	for i := range cp.volumes {
		if v := &cp.volumes[i]; v.exists {
			add(v.spec.Type, -v.spec.IOPS)
			add(v.counts().Type, v.counts().IOPS)
		}
	}
	if used != cp.iopsUsed {
		return fmt.Errorf("quotas: volumes of io1 and io2 have %v IOPS, counted %v", used, cp.iopsUsed)
	}
	for k, n := range used {
		if limits[k] >= 0 && n > limits[k] {
			return fmt.Errorf("quotas: %d IOPS of io%d are provisioned, the quota is %d", n, k+1, limits[k])
		}
	}
	return nil
}
