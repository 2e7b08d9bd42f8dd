package dataplane

import (
	"fmt"

	"headroom/model"
)

// flowCounts are what requests say of the flows in an interface.
type flowCounts struct {
	flows     [2]int
	receiving int32
}

// verifyNetworks: each interface has the flows of the requests that say so, and those
// of their disks, and knows how many of them come in.
func (p *Plane) verifyNetworks() error {
	at, err := p.countFlows()
	if err != nil {
		return err
	}
	for h, s := range p.servers.All() {
		if s.nic == nil || s.base != noIndex {
			continue
		}
		want := at[indexOf(h)]
		if want == nil {
			want = &flowCounts{}
		}
		if err := p.verifyFlows(indexOf(h), s, want); err != nil {
			return fmt.Errorf("server %v: %w", h, err)
		}
		if err := p.verifyBytes(s); err != nil {
			return fmt.Errorf("server %v: %w", h, err)
		}
	}
	return nil
}

// countFlows counts by server the flows that requests say there are.
func (p *Plane) countFlows() (map[uint32]*flowCounts, error) {
	at := map[uint32]*flowCounts{}
	of := func(id uint32) *flowCounts {
		id = p.baseOf(id)
		if at[id] == nil {
			at[id] = &flowCounts{}
		}
		return at[id]
	}
	for h, r := range p.requests.All() {
		if !r.phase.flows() {
			continue
		}
		own, callers := outward, inward
		if r.phase == receiving {
			own, callers = inward, outward
			of(r.server).receiving++
		}
		flows := 1
		if p.tracked && !p.takesFastPath(r) {
			t := &p.trips[indexOf(h)]
			flows = int(t.flows)
			if flows == 0 {
				return nil, fmt.Errorf("request %v: its bytes are in no interface", h)
			}
			if t.atCaller {
				id, n := p.callersNetwork(t.parent)
				if n == nil {
					return nil, fmt.Errorf("request %v: its caller has no interface", h)
				}
				of(id).flows[callers]++
				flows--
			}
		}
		of(r.server).flows[own] += flows
	}
	p.eachCompact(func(r *request) {
		switch r.phase {
		case receiving:
			of(r.server).receiving++
			of(r.server).flows[inward]++
		case sending:
			of(r.server).flows[outward]++
		}
	})
	return at, nil
}

// verifyFlows compares the flows in the interface of a server with those that there are.
func (p *Plane) verifyFlows(id uint32, s *server, want *flowCounts) error {
	comes := s.receiving
	if p.fastPaths[id].open {
		comes = s.nic.fast.coming
	}
	for _, a := range s.applications {
		comes += p.servers.Get(a).receiving
	}
	if comes != want.receiving {
		return fmt.Errorf("%d requests come in, counted %d", want.receiving, comes)
	}
	for d := range s.nic.links {
		got := 0
		for _, job := range s.nic.links[d].Jobs(nil) {
			if job&stepFlow == 0 {
				got++
			} else if r := p.requests.at(job &^ stepFlow); !r.phase.reads() || p.baseOf(r.server) != id {
				return fmt.Errorf("a flow of request %d, which waits for no disk", job&^stepFlow)
			}
		}
		if got != want.flows[d] {
			return fmt.Errorf("%d flows in direction %d, requests say %d", got, d, want.flows[d])
		}
	}
	return nil
}

// verifyBytes: what has passed an interface is at least what the requests had that were
// served there, but for the responses that a client did not wait for.
func (p *Plane) verifyBytes(s *server) error {
	now := p.kernel.Now()
	f := &p.fastPaths[s.id]
	in, out := s.in.Plus(f.in), s.out.Plus(f.out)
	for _, a := range s.applications {
		in, out = in.Plus(p.servers.Get(a).in), out.Plus(p.servers.Get(a).out)
	}
	for d, served := range []model.Bytes{in, out - s.nic.unsent} {
		if passed := s.nic.links[d].Passed(now); passed < served {
			return fmt.Errorf("%d bytes have passed in direction %d, of requests that had %d", passed, d, served)
		}
	}
	return nil
}
