package dataplane

import (
	"slices"

	"headroom/model"
	"headroom/model/bandwidth"
	"headroom/sim"
)

// NetworkOutcome is what the network interfaces of one owner's servers did.
type NetworkOutcome struct {
	Owner   int32 `window:"key"` // index into Ledger.Owners
	Servers int   `window:"to"`  // that there were, of types whose bandwidth is known
	Limited int   `window:"to"`  // of those: where bytes take their time

	There      sim.Time // of all servers together
	In, Out    model.Bytes
	Base, Peak float64 // bytes that would have passed in that time, each way, at the base and at the peak

	// Where bytes take their time:

	Most       bandwidth.Rate `window:"to"` // of any server, one way
	Throttled  sim.Time       // of all servers together, held to the base for want of credits, in and out apart
	Overloaded sim.Time       // the same with more to pass than there is bandwidth, in rates
	Bursts     bool           // there are credits
	Least      float64        `window:"to"` // of them, of 1
	LeftArea   float64        `window:"to"` // at the end, summed over the directions of the servers that there are then
	Left       int            `window:"to"` // those directions
}

// Merge adds the interfaces of another owner's servers.
func (u *NetworkOutcome) Merge(o *NetworkOutcome) {
	if o.Bursts {
		if !u.Bursts || o.Least < u.Least {
			u.Least = o.Least
		}
		u.Bursts = true
	}
	u.Servers += o.Servers
	u.Limited += o.Limited
	u.There = sim.Sum(u.There, o.There)
	u.In, u.Out = u.In.Plus(o.In), u.Out.Plus(o.Out)
	u.Base += o.Base
	u.Peak += o.Peak
	u.Most = max(u.Most, o.Most)
	u.Throttled = sim.Sum(u.Throttled, o.Throttled)
	u.Overloaded = sim.Sum(u.Overloaded, o.Overloaded)
	u.LeftArea += o.LeftArea
	u.Left += o.Left
}

// add adds a settled server at an instant, which ends then, or runs at the end of the
// run.
func (u *NetworkOutcome) add(p *Plane, id uint32, s *server, now sim.Time) {
	p.noteNetwork(id)
	use := p.used(id, s, now)
	terms := bandwidth.TermsOf(&p.frame.Types[s.typ], 0, false)
	there := now - s.since
	one := NetworkOutcome{
		Servers: 1, There: there, In: use.In, Out: use.Out,
		Base: terms.Base.PerSecond() * there.Seconds(), Peak: terms.Peak.PerSecond() * there.Seconds(),
	}
	if s.nic != nil {
		one.Limited = 1
		for d := range s.nic.links {
			l := &s.nic.links[d]
			left, least := l.Credits(now)
			if l.Bursts() && (!one.Bursts || least < one.Least) {
				one.Bursts, one.Least = true, least
			}
			one.Most = max(one.Most, l.Most())
			one.Throttled += l.Throttled(now)
			one.Overloaded += l.Overloaded()
			if l.Bursts() && s.listens {
				one.LeftArea += left
				one.Left++
			}
		}
	}
	u.Merge(&one)
}

// networkUse finds the interfaces of an owner's servers in Plane.networkUses.
func (p *Plane) networkUse(owner int32) *NetworkOutcome {
	for int(owner) >= len(p.networkUses) {
		p.networkUses = append(p.networkUses, NetworkOutcome{Owner: int32(len(p.networkUses))})
	}
	return &p.networkUses[owner]
}

// networked reports whether a server's interface is counted.
func (p *Plane) networked(s *server) bool {
	return s.cfg != nil && s.base == noIndex && s.function == nil && p.frame.Types[s.typ].NetworkPeakGbps > 0
}

// endNetwork counts the interface of a server that ends.
func (p *Plane) endNetwork(id uint32, s *server) {
	if p.networked(s) {
		s.listens = false
		p.networkUse(s.payer).add(p, id, s, p.kernel.Now())
		s.since = sim.Never
	}
}

// networksOutcome closes the books of all interfaces at the horizon.
func (p *Plane) networksOutcome() []NetworkOutcome {
	list := slices.Clone(p.networkUses)
	saved := p.networkUses
	p.networkUses = list
	for h, s := range p.servers.All() {
		if p.networked(s) && s.since != sim.Never {
			p.networkUse(s.payer).add(p, indexOf(h), s, p.frame.Duration)
		}
	}
	list, p.networkUses = p.networkUses, saved
	return slices.DeleteFunc(list, func(u NetworkOutcome) bool { return u.Servers == 0 })
}
