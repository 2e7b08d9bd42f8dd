package controlplane

import (
	"errors"

	"headroom/model"
)

// errDark is what an operator hears of a Region that is lost.
var errDark = errors.New("the Region does not answer [ServiceUnavailable]")

// away returns the name of a zone's Region, "" for that of the run.
func (cp *Plane) away(zone model.Zone) string {
	if r := cp.frame.RegionOf(zone); r > 0 {
		return cp.frame.Regions[r]
	}
	return ""
}

// failZone takes a zone off the network, or gives it back.
func (cp *Plane) failZone(zone model.Zone, down bool) {
	if down {
		cp.zoneDown[zone]++
	} else {
		cp.zoneDown[zone]--
	}
	cp.data.FailZone(zone, down)
}

// failRegion does so with all zones of a Region, and with its control plane.
func (cp *Plane) failRegion(region int, down bool) {
	if cp.regionDown == nil {
		cp.regionDown = make([]int, max(1, len(cp.frame.Regions)))
	}
	if down {
		cp.regionDown[region]++
		cp.lose(func(z model.Zone) bool { return cp.frame.RegionOf(z) == region })
	} else {
		cp.regionDown[region]--
	}
	for z := range cp.frame.Zones {
		if cp.frame.RegionOf(model.Zone(z)) == region {
			cp.failZone(model.Zone(z), down)
		}
	}
}

// dark reports whether a Region is lost, as far as anything of the scenario is there.
func (cp *Plane) dark(region string) bool {
	if cp.regionDown == nil {
		return false
	}
	r := cp.frame.RegionIndex(region)
	return r != None && cp.regionDown[r] > 0
}

// darkAt reports whether the Region of a zone is lost.
func (cp *Plane) darkAt(zone model.Zone) bool {
	return cp.regionDown != nil && cp.regionDown[cp.frame.RegionOf(zone)] > 0
}

// lose begins to watch when requests are served again after zones are lost, and counts, of each
// volume there, how old the newest snapshot is from which it can be restored elsewhere: one
// is of its Region, and outlives a zone.
func (cp *Plane) lose(lost func(model.Zone) bool) {
	cp.data.WatchRecovery()
	now := cp.kernel.Now()
	for i := range cp.volumes {
		v := &cp.volumes[i]
		if !v.exists || !lost(cp.cfg.Volumes[i].Zone) {
			continue
		}
		age := now - v.made // all that was ever written, without a copy
		for _, m := range cp.images {
			usable := m.state == snapshotComplete || m.state == snapshotArchived || m.state == snapshotRestoring
			if m.volume == i && usable && !cp.dark(m.region) {
				age = min(age, now-m.taken)
			}
		}
		o := &cp.backupOutcomes[i]
		o.Lost, o.LostAny = max(o.Lost, age), true
	}
}
