package controlplane

import (
	"headroom/model"
	"headroom/model/placement"
	"headroom/sim"
	"headroom/sim/slab"
	"headroom/sim/stat"
)

// hostPool is the hosts of one pool, by zone, and who on them is Spot.
type hostPool struct {
	cfg   *HostPool
	zones []*placement.Hosts
	spot  [][]occupant // by zone, oldest first; stale entries are dropped in passing
	// claimed is until when a zone takes no Spot: what is reclaimed is for who
	// asked for it, not for the next Spot request.
	claimed []sim.Time

	series      []int64 // hosts in use, by minute
	used        stat.Level
	cpu, memory stat.Level
}

// occupant is a Spot instance or tenant that could be reclaimed.
type occupant struct {
	handle slab.Handle
	tenant bool
}

// claim is how long reclaimed capacity is kept from Spot: time enough for the
// request that failed to be made again.
const claim = sim.Minute

// place reserves a host in a zone. Without a pool capacity is unlimited.
func (cp *Plane) place(n Need, zone model.Zone, option model.PurchaseOption) (host int32, ok bool) {
	if cp.zoneDown[zone] > 0 {
		return None, false
	}
	if n.Pool == None {
		return None, true
	}
	p := &cp.hostPools[n.Pool]
	hosts := p.zones[zone]
	if hosts == nil || option == model.Spot && cp.kernel.Now() < p.claimed[zone] {
		return None, false
	}
	at, ok := hosts.Place(placement.Need{CPU: n.CPU, MemoryMiB: n.MemoryMiB})
	if !ok {
		return None, false
	}
	p.changed(cp.kernel.Now(), n, +1)
	return int32(at), true
}

// unplace frees what place reserved.
func (cp *Plane) unplace(n Need, zone model.Zone, host int32) {
	if host == None {
		return
	}
	p := &cp.hostPools[n.Pool]
	p.zones[zone].Release(int(host), placement.Need{CPU: n.CPU, MemoryMiB: n.MemoryMiB})
	p.changed(cp.kernel.Now(), n, -1)
}

// changed keeps the pool's levels.
func (p *hostPool) changed(now sim.Time, n Need, sign int64) {
	p.cpu.Add(now, sign*int64(n.CPU))
	p.memory.Add(now, sign*n.MemoryMiB)
	used := 0
	for _, hosts := range p.zones {
		if hosts != nil {
			used += hosts.Used()
		}
	}
	p.used.Set(now, int64(used))
}

// board remembers a Spot instance on the hosts of its zone.
func (cp *Plane) board(o order, h slab.Handle) {
	if o.option == model.Spot && o.need.Pool != None {
		p := &cp.hostPools[o.need.Pool]
		p.spot[o.zone] = append(p.spot[o.zone], occupant{handle: h})
	}
}

// view is what reclaiming needs to know of an occupant.
type view struct {
	host    int32
	need    Need
	noticed bool
}

// viewOf returns false for an occupant that has gone.
func (cp *Plane) viewOf(o occupant) (view, bool) {
	if o.tenant {
		t := cp.tenants.Get(o.handle)
		if t == nil {
			return view{}, false
		}
		return view{t.host, cp.cfg.InstanceWorkloads[t.workload].Sizes[t.size].Need, t.noticed}, true
	}
	in := cp.instances.Get(o.handle)
	if in == nil || in.life.ended() {
		return view{}, false
	}
	return view{in.host, in.order.need, in.noticed}, true
}

// reclaimFor gives notice to the newest Spot instances of one host, so that a
// request of on-demand capacity that found none will fit when they have gone:
// after the two minutes of the notice. It returns false when no host's Spot
// instances would make room.
func (cp *Plane) reclaimFor(n Need, zone model.Zone) bool {
	if n.Pool == None || cp.zoneDown[zone] > 0 || cp.hostPools[n.Pool].zones[zone] == nil {
		return false
	}
	p := &cp.hostPools[n.Pool]
	live := p.spot[zone][:0]
	for _, o := range p.spot[zone] {
		if _, ok := cp.viewOf(o); ok {
			live = append(live, o)
		}
	}
	p.spot[zone] = live
	host := cp.hostToClear(p.zones[zone], live, n)
	if host == None {
		return false
	}
	p.claimed[zone] = cp.kernel.Now() + noticeTime + claim
	free := p.zones[zone].Free(int(host))
	cpu, memory := free.CPU, free.MemoryMiB
	for i := len(live) - 1; i >= 0 && !(cpu >= n.CPU && memory >= n.MemoryMiB); i-- {
		v, _ := cp.viewOf(live[i])
		if v.host != host {
			continue
		}
		cpu += v.need.CPU
		memory += v.need.MemoryMiB
		if !v.noticed {
			cp.giveNotice(live[i], "capacity reclaimed for on-demand")
		}
	}
	return true
}

// hostToClear finds the host that the newest Spot instances free first; those
// under notice count as leaving already, and a host that they clear wins.
func (cp *Plane) hostToClear(hosts *placement.Hosts, live []occupant, n Need) int32 {
	type room struct {
		cpu    int32
		memory int64
	}
	freed := make(map[int32]room, 16)
	for _, noticedOnly := range []bool{true, false} {
		for i := len(live) - 1; i >= 0; i-- {
			v, _ := cp.viewOf(live[i])
			if v.noticed != noticedOnly || v.host == None {
				continue
			}
			r, seen := freed[v.host]
			if !seen {
				free := hosts.Free(int(v.host))
				r = room{free.CPU, free.MemoryMiB}
			}
			r.cpu += v.need.CPU
			r.memory += v.need.MemoryMiB
			freed[v.host] = r
			if r.cpu >= n.CPU && r.memory >= n.MemoryMiB {
				return v.host
			}
		}
	}
	return None
}
