package dataplane

import (
	"fmt"

	"headroom/model"
)

// verifyMemories: what an application holds is its base and the parts of the requests
// that are there, and who waits for a page is at a server that has swap.
func (p *Plane) verifyMemories() error {
	type count struct {
		began, connected int64
		own              model.Bytes
	}
	at := map[uint32]count{}
	for h, r := range p.requests.All() {
		if (!r.phase.aboard() || r.phase.flows()) && !(p.tracked && p.trips[indexOf(h)].hung) {
			continue
		}
		if r.phase == paging && p.servers.at(r.server).memory.terms.Swap == 0 {
			return fmt.Errorf("request %v: waits for a page of a server without swap", h)
		}
		c := at[r.server]
		c.connected++
		if p.tracked && p.trips[indexOf(h)].boarded {
			c.began++
			if p.holds {
				c.own += p.holdings[indexOf(h)].holds
			}
		}
		at[r.server] = c
	}
	for _, k := range p.sockets.All() {
		if k.state == socketIsOpen && !k.busy {
			server := p.targets.Get(k.target).server
			c := at[server]
			c.connected++
			at[server] = c
		}
	}
	for h, s := range p.servers.All() {
		m := s.memory
		if m == nil {
			continue
		}
		c := at[indexOf(h)]
		requests, connections := m.Serving()
		if !m.runs && c.connected > 0 || m.runs && (requests != c.began || connections != c.connected) {
			return fmt.Errorf("server %v: memory of %d requests and %d connections, counted %d and %d", h, requests, connections, c.began, c.connected)
		}
		if !m.runs {
			continue
		}
		held := m.terms.Base.Plus(m.terms.PerRequest * model.Bytes(c.began)).Plus(m.terms.PerConnection * model.Bytes(c.connected)).Plus(c.own)
		if m.Holds() != held {
			return fmt.Errorf("server %v: holds %d bytes, its parts are %d", h, m.Holds(), held)
		}
		if m.Exhausted() && !m.ends && !p.anyEnds(s) {
			return fmt.Errorf("server %v: holds %d bytes, more than it has, and goes on", h, held)
		}
	}
	return nil
}
