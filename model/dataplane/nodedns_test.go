package dataplane

import (
	"math"
	"testing"

	"headroom/model"
	"headroom/sim"
	"headroom/sim/rng"
)

// Clients have answers of DNS of any age up to its time to live: what they know is, to within
// one of the ages, what it answered over that time.
func TestClientsFollowDNSOneAfterAnother(t *testing.T) {
	const ttl = 60 * sim.Second
	stream := rng.New(1, 0, "zones")
	zones := []model.Zone{0, 1, 2}
	b := &balancer{cfg: &LoadBalancer{Zones: zones, DNSTTL: ttl}}
	b.newNodes(dnsAges)
	past := []nodeAnswer{{0, zones}}
	for now := sim.Time(0); now < sim.Hour; now += sim.Second {
		if stream.Below(40) == 0 {
			answer := nodeAnswer{now, [][]model.Zone{{0}, {1}, {0, 2}, {1, 2}, {0, 1, 2}}[stream.Below(5)]}
			b.told, past = append(b.told, answer), append(past, answer)
		}
		b.follow(now)
		var known, want [3]float64
		for _, z := range b.dns {
			known[z] += 1 / float64(len(b.dns))
		}
		for age := sim.Second / 2; age < ttl; age += sim.Second {
			k := len(past) - 1
			for past[k].from > max(0, now-age) {
				k--
			}
			for _, z := range past[k].zones {
				want[z] += 1 / float64(len(past[k].zones)) * float64(sim.Second) / float64(ttl)
			}
		}
		for z := range known {
			if math.Abs(known[z]-want[z]) > 3.0/dnsAges { // three changes may be under way
				t.Fatalf("at %v %v of the clients know zone %d, want %v: %v", now, known[z], z, want[z], past)
			}
		}
		if last := past[len(past)-1]; now-last.from >= ttl && (len(b.dns) != len(last.zones) || len(b.told) != 1) {
			t.Fatalf("at %v clients know %v, want %v, which is old", now, b.dns, last.zones)
		}
	}
}

// A flow stays with the node that its hash says as long as that is known.
func TestHashesKeepTheirNodeWhileAnotherLeaves(t *testing.T) {
	b := &balancer{cfg: &LoadBalancer{Zones: []model.Zone{0, 1, 2}, DNSTTL: sim.Minute}}
	b.newNodes(dnsAges)
	b.told = append(b.told, nodeAnswer{sim.Hour, []model.Zone{0, 2}})
	moves := map[uint64]int{}
	known := map[uint64]model.Zone{}
	for now := sim.Hour - sim.Second; now <= sim.Hour+sim.Minute; now += sim.Second {
		b.follow(now)
		for hash := range uint64(720) {
			zone := b.dns[hash%uint64(len(b.dns))]
			if before, ok := known[hash]; ok && before != zone {
				moves[hash]++
			}
			known[hash] = zone
		}
	}
	for hash, n := range moves {
		if n > 1 {
			t.Errorf("hash %d went from node to node %d times, want once", hash, n)
		}
	}
	if len(moves) == 0 {
		t.Error("nobody left the node that is gone")
	}
}
