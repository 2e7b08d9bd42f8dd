package dataplane

import (
	"fmt"

	"headroom/sim"
)

// A server that shares its CPU among its requests, and its machine with nobody, has the fast path
// that applications of one machine have together (sharedpath.go): it is its own base. Where it lets
// few in at once, who waits for a place stands at its gate meanwhile, as before an application
// (sharedline.go), and at its station when the path is left. Time limits that may strike are kept
// here for both.

// keepsLimit is what stands for the bytes of an answer in a compact request for a full one that
// is still on the list of its source's time limits.
const keepsLimit = 1

// foreseeableAlone reports whether a new server of its own may have such a path: where its
// requests make one step, of which nobody must hear at once, on its CPU alone, of which it has
// all for good. Requests to it may be compact from then on.
func (p *Plane) foreseeableAlone(s *server) bool {
	if p.calls[s.service].tracked || p.needsKernel(int(s.service)) || !s.sharesCPU() {
		return false
	}
	if s.disturbed() || s.memory != nil || len(s.disks) > 0 {
		return false
	}
	if calls := &p.calls[s.service]; !calls.shared {
		calls.shared = true
		p.findWays()
	}
	return true
}

// sharesCPU reports whether a server that is no base may serve requests that are slower for each other, or
// all at once.
func (s *server) sharesCPU() bool {
	spec := s.station.Spec()
	return s.cfg.Discipline == ProcessorSharing || int64(spec.Limit) > spec.Servers
}

// openAlone takes such a fast path of a server, which is settled, empty and undisturbed, from now
// on.
func (p *Plane) openAlone(f *fastPath, s *server) {
	spec := s.station.Spec()
	s.gate = gate{limit: spec.Limit, backlog: spec.Backlog, line: s.station.TakeLine()}
	s.shared = newSharedCPU(spec.Servers, min(int64(spec.Limit), mostSharing*spec.Servers<<f.impatient), p.foreseeUpTo(s))
	s.shared.lines = int64(spec.Limit) < mostSharing*spec.Servers
	f.opensFor(s, s)
	s.settles = settlesShared
}

// verifyFastPath: who is on the fast path of a server has a place, or stands in its line.
func (p *Plane) verifyFastPath(s *server, id uint32) error {
	if s.settles != settlesShared || len(s.applications) > 0 {
		return p.fastPaths[id].station.Verify(p.kernel.Now())
	}
	if waits := s.gate.line.Len(); int(s.shared.waits) != waits {
		return fmt.Errorf("%d requests wait before its CPU, counted %d", waits, s.shared.waits)
	}
	return p.verifyPlaces(s, id)
}

// completeLimited ends a full request that has kept its time limit, as [Plane.settleStation] does:
// its response may come too late.
func (p *Plane) completeLimited(i uint32, at sim.Time) {
	p.stepsEnded++
	r := p.requests.at(i)
	p.complete(job{i: i, r: r, s: p.servers.at(r.server)}, at)
}

// limitKept reports whether a compact request stands for one that is on the list of its source's
// time limits.
func (p *Plane) limitKept(k uint32) bool {
	r := p.compact.at(k)
	return r.source == fullRequest && r.out == keepsLimit && !p.requests.at(r.in).gone
}

// eachLimitKept calls see with each request on such a path that is on the list of its source's
// time limits: who checks the plane asks.
func (p *Plane) eachLimitKept(see func(r *request)) {
	for _, s := range p.servers.All() {
		if s.settles != settlesShared {
			continue
		}
		for _, k := range s.station.Jobs(nil) {
			if p.limitKept(k) {
				see(p.requests.at(p.compact.at(k).in))
			}
		}
	}
}
