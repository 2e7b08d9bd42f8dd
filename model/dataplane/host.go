package dataplane

import (
	"slices"

	"headroom/model"
	"headroom/model/contention"
	"headroom/sim/station"
)

// host is a machine that may have promised more vCPUs than it has threads, and the
// servers on it that compute.
type host struct {
	threads  uint64 // millionths
	servers  []uint32
	vcpus    uint64 // of the servers, in millionths
	asked    uint64 // by all of them
	requests uint64 // of it for requests, where these are rates
	serving  int    // servers that ask for that
	bounded  bool   // they have less than they ask for
	due      bool   // an event that shares it out is pending
}

// growHosts makes room for a host.
func (p *Plane) growHosts(i int32, threads uint64) {
	for int(i) >= len(p.hosts) {
		p.hosts = append(p.hosts, host{})
	}
	p.hosts[i].threads = threads
}

// joinHost adds a server to those that compute on its host. Once they can ask for more
// than there is, what happens at one of them concerns all, and happens in the kernel.
func (p *Plane) joinHost(id uint32, s *server) {
	if s.supply == nil || s.supply.host == None || slices.Contains(p.hosts[s.supply.host].servers, id) {
		return
	}
	h := &p.hosts[s.supply.host]
	h.servers = append(h.servers, id)
	h.vcpus += s.supply.vcpus * million
	if h.vcpus <= h.threads {
		return
	}
	for _, other := range slices.Clone(h.servers) {
		if p.servers.at(other).watch != inKernel {
			p.watchClosely(other)
		}
	}
}

// leaveHost takes a server that does nothing any more off its host.
func (p *Plane) leaveHost(id uint32, s *server) {
	if s.supply == nil || s.supply.host == None {
		return
	}
	h := &p.hosts[s.supply.host]
	if k := slices.Index(h.servers, id); k >= 0 {
		h.servers = slices.Delete(h.servers, k, k+1)
		h.vcpus -= s.supply.vcpus * million
		h.asked -= s.supply.asks
	}
}

// askHost changes what a server asks of its host, which shares itself out anew if it has
// less than is asked for, or had.
func (p *Plane) askHost(u *supply, asks uint64) {
	h := &p.hosts[u.host]
	h.asked += asks - u.asks
	u.asks = asks
	if (h.asked > h.threads || h.bounded) && !h.due {
		h.due = true
		p.schedule(p.kernel.Now(), indexed(hostIsShared, int(u.host)))
	}
}

// onHostIsShared shares a host out among its servers.
func (p *Plane) onHostIsShared(ev model.Event) {
	p.housekeeping++
	now := p.kernel.Now()
	h := &p.hosts[ev.Index()]
	for _, id := range h.servers {
		p.settle(id, now)
	}
	h = &p.hosts[ev.Index()]
	h.due = false
	p.claims = p.claims[:0]
	for _, id := range h.servers {
		u := p.servers.at(id).supply
		p.claims = append(p.claims, contention.Claim{Weight: u.vcpus, Wants: u.asks})
	}
	share := contention.Level(h.threads, p.claims)
	h.bounded = share.Bounded()
	for k, id := range h.servers {
		s := p.servers.at(id)
		most := station.NoCeiling
		if millionths, bounded := p.shareOf(k, id, share).Of(s.supply.vcpus); bounded {
			most = station.Speed(min(millionths, uint64(station.NoCeiling)))
		}
		if p.isPlaced(id) && most != station.NoCeiling {
			most = finely(most)
		}
		if s.supply.most != most {
			s.supply.most = most
			p.follow(id, s, now)
			p.changed(id, s)
			p.regroup(id)
		}
	}
}
