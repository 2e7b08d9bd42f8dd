package dataplane

import (
	"headroom/model/contention"
	"headroom/model/fluid"
	"headroom/sim/station"
)

// What hosts that have promised more vCPUs than they have threads are in a run of rates. Where more is asked for on
// average than there is, each server is held to its share, as by requests. Where less is, chance alone has all ask for
// more at times: what requests keep busy on a host is one station of its threads, less those that the rest of it has.

// besides is the hosts of a cohort's servers, by what they add.
type besides struct {
	servers, threads, load, others float64
}

// shareHosts finds after a step what the servers of each host leave to each other.
func (p *Plane) shareHosts() {
	if len(p.hosts) == 0 {
		return
	}
	for i := range p.hosts {
		p.hosts[i].requests, p.hosts[i].serving = 0, 0
	}
	for _, c := range p.fluid.cohorts {
		c.beside = besides{}
	}
	for h, s := range p.servers.All() {
		if s.supply != nil && s.supply.host != None && p.isPlaced(indexOf(h)) {
			on := &p.hosts[s.supply.host]
			on.requests += min(s.supply.rates, s.supply.asks)
			on.serving++
		}
	}
	for h, s := range p.servers.All() {
		if s.supply == nil || s.supply.host == None || !p.isPlaced(indexOf(h)) {
			continue
		}
		c, on := p.fluid.places[indexOf(h)].cohort, &p.hosts[s.supply.host]
		c.beside.servers++
		if room := float64(on.threads) - float64(on.asked-on.requests); on.vcpus > on.threads && !on.bounded && room > 0 {
			c.beside.threads += room / float64(million)
			c.beside.load += float64(on.requests) / room
			c.beside.others += 1 - 1/float64(on.serving)
		}
	}
}

// sharedWith is the threads that each server of a cohort shares with others; none where it has its own.
func (c *cohort) sharedWith() (b fluid.Beside) {
	if of := &c.beside; of.load > 0 && c.key.ceiling == station.NoCeiling {
		b = fluid.Beside{Threads: of.threads / of.servers, Load: of.load / of.servers, Others: of.others / of.servers}
	}
	return b
}

// shareOf is the share of a host for one of its servers, whose claim is one of a list. Rates know what it wants on
// average; when it is held to its share it wants all that it can get.
func (p *Plane) shareOf(claim int, id uint32, all contention.Share) contention.Share {
	if !all.Bounded() || !p.isPlaced(id) {
		return all
	}
	u := p.servers.at(id).supply
	wants := p.claims[claim].Wants
	p.claims[claim].Wants = max(wants, u.vcpus*million)
	all = contention.Level(p.hosts[u.host].threads, p.claims)
	p.claims[claim].Wants = wants
	return all
}

// finely is a ceiling to within what nobody sees, so that servers which are alike stay so.
func finely(most station.Speed) station.Speed {
	const parts = 128 // of a vCPU
	return (most + station.FullSpeed/parts/2) / (station.FullSpeed / parts) * (station.FullSpeed / parts)
}
