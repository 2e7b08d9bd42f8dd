package dataplane

import (
	"slices"

	"headroom/model"
	"headroom/sim"
)

// What clients know of the nodes of a load balancer. Each keeps the answer of DNS for its time
// to live, and the answers that clients have are of any age up to that, each as likely as
// another: when the zones change they follow one after another, half of them after half of it.

// dnsAges are how many ages of an answer are told apart; runs of rates know one, of half the
// time to live, which sends as many clients to a node that is gone.
const dnsAges = 12

// nodeAnswer is the zones whose nodes DNS answers with from an instant on.
type nodeAnswer struct {
	from  sim.Time
	zones []model.Zone
}

// newNodes has DNS answer with all zones, as all clients know.
func (b *balancer) newNodes(ages int) {
	b.ages = ages
	b.told = []nodeAnswer{{0, slices.Clone(b.cfg.Zones)}}
	b.dns = append(b.dns[:0], b.cfg.Zones...)
}

// reconsiderNodes has DNS answer with the zones that still have something to offer. What
// they have when the run begins is known.
func (p *Plane) reconsiderNodes(balancer int) {
	b, now := &p.balancers[balancer], p.kernel.Now()
	b.offer = p.appendOffer(b.offer[:0], b)
	last := &b.told[len(b.told)-1]
	switch {
	case slices.Equal(last.zones, b.offer):
		return
	case last.from < now:
		b.told = append(b.told, nodeAnswer{now, slices.Clone(b.offer)})
	default: // nobody has heard what was answered just now
		last.zones = append(last.zones[:0], b.offer...)
	}
	if now == 0 {
		b.dns = append(b.dns[:0], b.offer...)
		p.darken(b)
		return
	}
	for age := range b.ages {
		if d := b.ageOf(age); age == 0 || d > 0 {
			p.scheduleAfter(d, indexed(nodesChange, balancer))
		}
	}
}

// appendOffer appends the zones of a load balancer that are good; where none is, those that it
// is not shifted away from, and where those are none, all.
func (p *Plane) appendOffer(zones []model.Zone, b *balancer) []model.Zone {
	for _, wanted := range []func(model.Zone) bool{
		func(z model.Zone) bool { return z != b.shifted && p.nodeIsGood(b, z) },
		func(z model.Zone) bool { return z != b.shifted },
		func(model.Zone) bool { return true },
	} {
		for _, z := range b.cfg.Zones {
			if wanted(z) {
				zones = append(zones, z)
			}
		}
		if len(zones) > 0 {
			break
		}
	}
	return zones
}

// ageOf is how old the answers of one of the ages are: the middle of its part.
func (b *balancer) ageOf(age int) sim.Time {
	return b.cfg.DNSTTL / sim.Time(2*b.ages) * sim.Time(2*age+1)
}

// onNodesChange sends the clients whose answer is too old where DNS says now.
func (p *Plane) onNodesChange(ev model.Event) {
	p.regroupAll()
	b := &p.balancers[ev.Index()]
	b.follow(p.kernel.Now())
	p.darken(b)
}

// follow makes dns those nodes that clients know, each as often as clients of all ages do.
func (b *balancer) follow(now sim.Time) {
	var all [dnsAges][]model.Zone
	known, oldest, turn := all[:b.ages], len(b.told), 1
	for age := range known {
		k := len(b.told) - 1
		for k > 0 && b.told[k].from+b.ageOf(age) > now {
			k--
		}
		known[age] = b.told[k].zones
		oldest, turn = min(oldest, k), leastMultiple(turn, len(known[age]))
	}
	b.dns = b.dns[:0]
	if oldest == len(b.told)-1 {
		b.dns = append(b.dns, known[0]...)
	} else {
		for _, zones := range known {
			for i := range turn { // in this order, a hash stays with its node as long as that is known
				b.dns = append(b.dns, zones[i%len(zones)])
			}
		}
	}
	b.told = slices.Delete(b.told, 0, oldest)
}

// leastMultiple is the least common one of two numbers above 0.
func leastMultiple(a, b int) int {
	multiple := a
	for multiple%b != 0 {
		multiple += a
	}
	return multiple
}

// nodesKnown is how many nodes clients know.
func (b *balancer) nodesKnown() (count int) {
	for i, z := range b.dns {
		if !slices.Contains(b.dns[:i], z) {
			count++
		}
	}
	return count
}
