package controlplane

import (
	"fmt"

	"headroom/model"
	"headroom/model/placement"
)

// newPlacementGroups makes the placement groups, empty.
func (cp *Plane) newPlacementGroups() error {
	for i := range cp.cfg.PlacementGroups {
		cfg := &cp.cfg.PlacementGroups[i]
		cp.placementGroups = append(cp.placementGroups, placement.Group{Strategy: cfg.Strategy, Partitions: cfg.Partitions})
	}
	return nil
}

// group returns the placement group of a launch, None without one.
func (w *placementRequest) group() int {
	if w.place == nil {
		return None
	}
	return w.place.Group
}

// inCluster reports whether a place is in a cluster placement group.
func (cp *Plane) inCluster(at hostPlace) bool {
	return at.group > 0 && cp.placementGroups[at.group-1].Strategy == placement.Cluster
}

// racks says how the hosts of a pool lie in racks in a zone.
func (p *hostPool) racks(zone model.Zone) placement.Racks {
	return placement.Racks{Hosts: p.cfg.PerZone[zone], Racks: p.cfg.Racks}
}

// placeInGroup places an instance of a placement group, where its strategy lets it lie.
func (cp *Plane) placeInGroup(w *placementRequest) (b hostPlace, ok bool) {
	i := w.group()
	g := &cp.placementGroups[i]
	if !g.Admits(int(w.zone)) {
		return unlimited, false
	}
	for _, partition := range g.Order(int(w.zone), w.place.Partition) {
		at := placement.Position{Zone: int(w.zone), Pool: w.need.Pool, Partition: partition}
		if w.need.Pool == None {
			b, ok = cp.placeAnywhere(w), true
		} else if b, ok = cp.placeAmong(w, g, at); ok {
			at.Rack = cp.hostPools[w.need.Pool].racks(w.zone).Of(int(b.host))
		}
		if ok {
			g.Add(at, +1)
			b.group, b.partition = int32(i+1), int32(partition)
			return b, true
		}
	}
	return unlimited, false
}

// placeAmong finds a host on a rack that the group may use. A cluster takes places of
// Capacity Reservations in it first, and begins on the roomiest rack.
func (cp *Plane) placeAmong(w *placementRequest, g *placement.Group, at placement.Position) (b hostPlace, ok bool) {
	p := &cp.hostPools[w.need.Pool]
	z := &p.zones[w.zone]
	if !cp.open(z, w) {
		return unlimited, false
	}
	b = hostPlace{hold: None, dedicated: w.tenancy == model.TenancyDedicated}
	hosts, _ := z.view(b.dedicated)
	racks := p.racks(w.zone)
	there, hold, held := cp.takeHeld(z.holds, *w)
	if held {
		b.hold = hold
	} else {
		start := None
		if g.Strategy == placement.Cluster && !g.Chosen(at.Zone, at.Pool) {
			if start, ok = cp.startOfCluster(w, hosts, racks); !ok {
				return unlimited, false
			}
		}
		there, ok = hosts.AllocateWhere(w.need.onHost(), func(host int) bool {
			at.Rack = racks.Of(host)
			return (start == None || at.Rack == start) && g.Allows(at)
		})
		if !ok {
			return unlimited, false
		}
	}
	b.host, b.nodes = int32(there.Host), there.Nodes
	p.changed(cp.kernel.Now(), w.need, +1)
	return b, true
}

// startOfCluster returns the rack where a cluster begins: that of its Capacity
// Reservations, else the one with the most room.
func (cp *Plane) startOfCluster(w *placementRequest, hosts *placement.Hosts, racks placement.Racks) (rack int, ok bool) {
	for i := range cp.holds {
		h := &cp.holds[i]
		if h.places == nil || h.cfg.Group != w.group()+1 || h.cfg.Need.Pool != w.need.Pool || h.cfg.Zone != w.zone {
			continue
		}
		for at := range h.places.Unused() {
			return racks.Of(at.Host), true
		}
	}
	return hosts.RoomiestRack(w.need.onHost(), racks)
}

// leaveGroup takes an instance out of its placement group.
func (cp *Plane) leaveGroup(n Need, zone model.Zone, b hostPlace) {
	at := placement.Position{Zone: int(zone), Pool: n.Pool, Partition: int(b.partition)}
	if n.Pool != None {
		at.Rack = cp.hostPools[n.Pool].racks(zone).Of(int(b.host))
	}
	cp.placementGroups[b.group-1].Add(at, -1)
}

// verifyPlacementGroups: no limit of a strategy is broken, and members are counted.
func (cp *Plane) verifyPlacementGroups() error {
	if len(cp.placementGroups) == 0 {
		return nil
	}
	again := make([]placement.Group, len(cp.placementGroups))
	for i := range again {
		again[i] = placement.Group{Strategy: cp.placementGroups[i].Strategy, Partitions: cp.placementGroups[i].Partitions}
	}
	for h, in := range cp.instances.All() {
		if in.group == 0 {
			continue
		}
		g := &again[in.group-1]
		at := placement.Position{Zone: int(in.zone), Pool: in.order.need.Pool, Partition: int(in.partition)}
		if at.Pool != None {
			at.Rack = cp.hostPools[at.Pool].racks(in.zone).Of(int(in.host))
		}
		if !g.Admits(at.Zone) || at.Pool != None && !g.Allows(at) {
			return fmt.Errorf("placement_group.%s: instance %v must not be at %+v", cp.cfg.PlacementGroups[in.group-1].Name, h, at)
		}
		g.Add(at, +1)
	}
	for i := range again {
		for z := range cp.frame.Zones {
			if got, want := cp.placementGroups[i].Members(z), again[i].Members(z); got != want {
				return fmt.Errorf("placement_group.%s: %d members in zone %d, counted %d", cp.cfg.PlacementGroups[i].Name, got, z, want)
			}
		}
	}
	return nil
}
