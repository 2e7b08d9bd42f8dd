package dataplane

import (
	"fmt"
	"math"

	"headroom/sim"
)

// verifySupplies: a server computes with what it may have and no more, what it computes
// is what it spends, and hosts give no more than they have.
func (p *Plane) verifySupplies() error {
	now := p.kernel.Now()
	for h, s := range p.servers.All() {
		if f := &p.fastPaths[indexOf(h)]; s.idle() && !f.open && s.settles != settlesApart && (s.next() != sim.Never || s.busyBefore() != s.busy(now)) {
			return fmt.Errorf("server %v is idle, expects something at %v, and has worked %d vCPU-ns, said to be %d", h, s.next(), s.busy(now), s.busyBefore())
		}
		u := s.supply
		if u == nil || p.fluid != nil { // rates spend what their requests ask for, without a station
			continue
		}
		gets := s.station.Rate() + u.load.gets
		switch {
		case u.wants != s.station.Wants()+u.load.wants:
			return fmt.Errorf("server %v wants %d millionths of a vCPU, known as %d", h, s.station.Wants()+u.load.wants, u.wants)
		case gets > min(u.wants, uint64(u.most)):
			return fmt.Errorf("server %v gets %d of the %d millionths of a vCPU that it wants, of %d at most", h, gets, u.wants, u.most)
		case u.credits.Mode() == 0:
			continue
		case gets != u.credits.Rate():
			return fmt.Errorf("server %v computes with %d millionths of a vCPU, and spends %d", h, gets, u.credits.Rate())
		}
		if u.credits.Stopped() || u.switched || u.outAt < now {
			continue
		}
		busy, spent := float64(s.busy(now)), float64(u.credits.Spent(now, u.opened))
		// A station at another speed than full loses less than 1 at each of its changes.
		if slack := 1000 + float64(u.changes)*8 + busy*1e-7; math.Abs(busy-spent) > slack {
			return fmt.Errorf("server %v worked %.0f vCPU-ns, and spent %.0f", h, busy, spent)
		}
	}
	return p.verifyHosts()
}

// verifyHosts: what the servers of a host ask for is counted, and together they get no
// more than it has.
func (p *Plane) verifyHosts() error {
	for i := range p.hosts {
		h := &p.hosts[i]
		asked, given := uint64(0), uint64(0)
		for _, id := range h.servers {
			s := p.servers.at(id)
			asked += s.supply.asks
			given += s.station.Rate() + s.supply.load.gets
		}
		if asked != h.asked {
			return fmt.Errorf("host %d is asked for %d, counted %d", i, asked, h.asked)
		}
		if given > h.threads && !h.due {
			return fmt.Errorf("host %d gives %d of its %d millionths of threads", i, given, h.threads)
		}
	}
	return nil
}
