package dataplane

import (
	"math"
	"testing"

	"headroom/model"
	"headroom/sim"
	"headroom/sim/rng"
)

// Clients have answers of DNS of any age up to how long they keep them: what they know is, to
// within one of the ages, what it answered over that time. Some may keep them longer.
func TestClientsFollowDNSOneAfterAnother(t *testing.T) {
	const ttl = 60 * sim.Second
	for _, test := range []struct {
		long    LongCache
		ages    int
		changes int // one in so many seconds
	}{
		{LongCache{}, dnsAges, 40},
		{LongCache{10, 240 * sim.Second}, dnsAges, 160},
		{LongCache{37, 240 * sim.Second}, dnsAges, 160},
		{LongCache{100, 240 * sim.Second}, dnsAges, 160},
		{LongCache{75, 240 * sim.Second}, 1, 160}, // as by rates
	} {
		stream := rng.New(1, 0, "zones")
		zones := []model.Zone{0, 1, 2}
		b := &balancer{cfg: &LoadBalancer{Zones: zones, DNSTTL: ttl, LongCache: test.long}}
		b.newNodes(test.ages)
		past := []nodeAnswer{{0, zones}}
		for now := sim.Time(0); now < sim.Hour; now += sim.Second {
			if stream.Below(test.changes) == 0 {
				answer := nodeAnswer{now, [][]model.Zone{{0}, {1}, {0, 2}, {1, 2}, {0, 1, 2}}[stream.Below(5)]}
				b.told, past = append(b.told, answer), append(past, answer)
			}
			b.follow(now)
			var known, want [3]float64
			for _, z := range b.dns {
				known[z] += 1 / float64(len(b.dns))
			}
			long := float64(test.long.Percent) / 100
			addKnown(&want, past, now, ttl, 1-long)
			addKnown(&want, past, now, test.long.Kept, long)
			for z := range known {
				if math.Abs(known[z]-want[z]) > 3.0/dnsAges { // three changes may be under way
					t.Fatalf("%+v: at %v %v of the clients know zone %d, want %v: %v", test, now, known[z], z, want[z], past)
				}
			}
			if last := past[len(past)-1]; now-last.from >= max(ttl, test.long.Kept) && (len(b.dns) != len(last.zones) || len(b.told) != 1) {
				t.Fatalf("%+v: at %v clients know %v, want %v, which is old", test, now, b.dns, last.zones)
			}
		}
	}
}

// addKnown adds what a share of clients know who keep answers for so long, second by second.
func addKnown(known *[3]float64, past []nodeAnswer, now, kept sim.Time, share float64) {
	for age := sim.Second / 2; age < kept; age += sim.Second {
		k := len(past) - 1
		for past[k].from > max(0, now-age) {
			k--
		}
		for _, z := range past[k].zones {
			known[z] += share / float64(len(past[k].zones)) * float64(sim.Second) / float64(kept)
		}
	}
}

// Just after a change of zones each part of the clients is there to the percent: half of the ages
// of those who keep answers longer are too old for the first to have followed.
func TestLongCachesAreOfThePercentGiven(t *testing.T) {
	for percent := 1; percent <= 100; percent++ {
		for _, ages := range []int{1, dnsAges} {
			b := &balancer{cfg: &LoadBalancer{Zones: []model.Zone{0, 1}, DNSTTL: sim.Minute, LongCache: LongCache{percent, sim.Hour}}}
			b.newNodes(ages)
			b.told = append(b.told, nodeAnswer{sim.Hour, []model.Zone{0}})
			b.follow(sim.Hour + sim.Minute) // the others have followed
			gone := 0
			for _, z := range b.dns {
				gone += int(z)
			}
			if got, want := float64(gone)/float64(len(b.dns)), float64(percent)/200; math.Abs(got-want) > 1e-12 {
				t.Errorf("%d%% keep answers longer, %d ages: %v of the clients go on to the node that is gone, want %v", percent, ages, got, want)
			}
		}
	}
}

// The answers of a DNS name are kept as long as its clients keep them, by rates as by draws.
func TestNamesAreKeptLongerBySome(t *testing.T) {
	cfg := &Record{TTL: sim.Minute, Long: LongCache{30, 20 * sim.Minute}, Answers: make([]Answer, 2)}
	r := &record{cfg: cfg, past: []answers{{0, []float64{1, 1}}, {sim.Hour, []float64{0, 1}}}}
	for since := sim.Time(0); since <= 21*sim.Minute; since += 7 * sim.Second {
		const draws = 10_000
		late := 0
		for u := range draws {
			if cfg.kept((float64(u)+0.5)/draws) > since {
				late++
			}
		}
		shares := make([]float64, 2)
		r.addShares(shares, sim.Hour+since, cfg.Long.Kept, 0.3)
		r.addShares(shares, sim.Hour+since, cfg.TTL, 0.7)
		want := 0.7*max(0, 1-since.Seconds()/60) + 0.3*max(0, 1-since.Seconds()/1200)
		if got := float64(late) / draws; math.Abs(got-want) > 1e-3 || math.Abs(shares[0]-want) > 1e-9 {
			t.Errorf("%v after a change %v of the draws and %v by rates have the answer of before, want %v", since, got, shares[0], want)
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
