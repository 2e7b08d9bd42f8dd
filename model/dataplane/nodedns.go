package dataplane

import (
	"slices"

	"headroom/model"
	"headroom/sim"
)

// What clients know of the nodes of a load balancer. Each keeps the answer of DNS for its time
// to live, and the answers that clients have are of any age up to that, each as likely as
// another: when the zones change they follow one after another, half of them after half of it.
// Some may keep theirs longer than its time to live.

// dnsAges are how many ages of an answer are told apart; runs of rates know one, of half the
// time to live, which sends as many clients to a node that is gone. Of answers that are kept
// longer they know as many, for a zone may come back before that.
const dnsAges = 12

// dnsAge is an age of answers, and how often it is counted for those of the other ages.
type dnsAge struct {
	old   sim.Time
	times int
}

// appendAges appends some ages of answers that are kept for so long: the middles of its parts.
func appendAges(ages []dnsAge, kept sim.Time, count, times int) []dnsAge {
	for age := range count {
		ages = append(ages, dnsAge{kept / sim.Time(2*count) * sim.Time(2*age+1), times})
	}
	return ages
}

// nodeAnswer is the zones whose nodes DNS answers with from an instant on.
type nodeAnswer struct {
	from  sim.Time
	zones []model.Zone
}

// newNodes has DNS answer with all zones, as all clients know.
func (b *balancer) newNodes(ages int) {
	b.ages = b.ages[:0]
	long := b.cfg.LongCache
	fresh, late := (100-long.Percent)*dnsAges, long.Percent*ages
	common := greatestDivisor(fresh, late)
	if fresh > 0 {
		b.ages = appendAges(b.ages, b.cfg.DNSTTL, ages, fresh/common)
	}
	if late > 0 {
		b.ages = appendAges(b.ages, long.Kept, dnsAges, late/common)
	}
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
	for i, age := range b.ages {
		if i == 0 || age.old > 0 {
			p.scheduleAfter(age.old, indexed(nodesChange, balancer))
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

// onNodesChange sends the clients whose answer is too old where DNS says now.
func (p *Plane) onNodesChange(ev model.Event) {
	p.regroupAll()
	b := &p.balancers[ev.Index()]
	b.follow(p.kernel.Now())
	p.darken(b)
}

// follow makes dns those nodes that clients know, each as often as clients of all ages do.
func (b *balancer) follow(now sim.Time) {
	var all [2 * dnsAges][]model.Zone
	known, oldest, turn := all[:len(b.ages)], len(b.told), 1
	for i, age := range b.ages {
		k := len(b.told) - 1
		for k > 0 && b.told[k].from+age.old > now {
			k--
		}
		known[i] = b.told[k].zones
		oldest, turn = min(oldest, k), leastMultiple(turn, len(known[i]))
	}
	b.dns = b.dns[:0]
	if oldest == len(b.told)-1 {
		b.dns = append(b.dns, known[0]...)
	} else {
		for age, zones := range known {
			for i := range turn * b.ages[age].times { // in this order, a hash stays with its node as long as that is known
				b.dns = append(b.dns, zones[i%len(zones)])
			}
		}
	}
	b.told = slices.Delete(b.told, 0, oldest)
}

// leastMultiple is the least common one of two numbers above 0.
func leastMultiple(a, b int) int { return a / greatestDivisor(a, b) * b }

// greatestDivisor is the greatest common one of two numbers, of which one is above 0.
func greatestDivisor(a, b int) int {
	for b > 0 {
		a, b = b, a%b
	}
	return a
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
