package dataplane

import (
	"reflect"
	"testing"

	"headroom/model"
	"headroom/sim"
	"headroom/sim/rng"
	"headroom/sim/slab"
)

// TestAskingAheadChangesNothing plays requests, and targets that come and go, with and without
// asking for what comes next.
func TestAskingAheadChangesNothing(t *testing.T) {
	const requests = 2000
	play := func(many int) (b *bench, looks int) {
		var arrivals script
		draws, last := rng.New(1, 0, "arrivals"), sim.Time(0)
		for range requests {
			last += sim.Seconds(draws.Exponential() / 400)
			arrivals = append(arrivals, last)
		}
		traffic := behindBalancer(arrivals, must(rng.Exponential(0.05)))
		traffic.TargetGroups[0].Algorithm = "least_outstanding_requests"
		traffic.TargetGroups[0].HealthCheck.Enabled = false
		b = start(t, traffic)
		b.many = many
		var servers []slab.Handle
		for k := range 40 {
			servers = append(servers, b.serve(model.Zone(k%2), 0))
		}
		for k, h := range servers[:10] {
			b.until(sim.Time(k+1) * sim.Second / 2)
			b.Kill(h, model.Reclaimed)
			b.Close(h)
			b.serve(model.Zone(k%2), 0)
			if b.compact.ends.scout != noIndex {
				looks++
			}
		}
		return b, looks
	}
	ahead, looks := play(0)
	plain, none := play(manyFastPaths)
	if looks == 0 || none > 0 {
		t.Errorf("the scout was under way %d times with asking ahead and %d times without", looks, none)
	}
	for k := range ahead.meter.routes {
		a, b := &ahead.meter.routes[k], &plain.meter.routes[k]
		if a.Arrived != b.Arrived || a.Completed != b.Completed || !reflect.DeepEqual(a.Latency, b.Latency) {
			t.Errorf("route %d: %d arrived and %d completed, want %d and %d, with the same latencies", k, a.Arrived, a.Completed, b.Arrived, b.Completed)
		}
	}
	if n := ahead.stepsEnded; n < requests/2 || n != plain.stepsEnded {
		t.Errorf("%d steps ended, want %d", n, plain.stepsEnded)
	}
}

// TestMostEndsAreSeenAhead plays ends that are announced a thousand gaps before, on average, and
// looks ahead once a gap: most of them are seen before they are due, and none of those that have gone
// breaks the walk.
func TestMostEndsAreSeenAhead(t *testing.T) {
	const (
		alive = 1000
		turns = 40_000
		gap   = 7 * sim.Microsecond
	)
	for seed := range uint64(3) {
		draws := rng.New(seed, 0, "ahead")
		c := newCalendar[compactRequest]()
		seen := make([]bool, alive)
		announce := func(k uint32, now sim.Time) sim.Time {
			return now + 1 + sim.Time(draws.Exponential()*alive*float64(gap))
		}
		for k := range uint32(alive) {
			c.grow(k)
			c.insert(k, announce(k, 0))
		}
		ended, ahead := 0, 0
		for turn := range turns {
			now := sim.Time(turn) * gap
			c.turn(now, func(k uint32, _, now sim.Time) sim.Time {
				if turn > turns/2 { // when the buckets have found their length
					if ended++; seen[k] {
						ahead++
					}
				}
				seen[k] = false
				return announce(k, now)
			})
			if c.scoutTick > uint64(now)>>c.shift+scoutLast+1 {
				t.Fatalf("seed %d: at %v the scout is %d buckets ahead", seed, now, c.scoutTick-uint64(now)>>c.shift)
			}
			if k := c.ahead(); k != noIndex {
				seen[k] = true
			}
		}
		if share := float64(ahead) / float64(ended); share < 0.75 {
			t.Errorf("seed %d: %.0f %% of %d ends were seen ahead, want most", seed, 100*share, ended)
		}
	}
}
