package fluid

import (
	"math"
	"testing"

	"headroom/sim"
	"headroom/sim/fluid"
	"headroom/sim/rng"
)

// Whatever comes to targets of any shape, each step ends and says numbers: as many leave as came and are not there, and shares are shares.
func FuzzCohortSaysNumbers(f *testing.F) {
	f.Add(uint16(2), uint16(64), 0.2, 0.0, 1.2, 19.2, true, false)
	f.Add(uint16(8), uint16(8), 1.0, 0.0, 1.25, 60.0, false, false)
	f.Add(uint16(1), uint16(1), 1e-6, 0.3, 50.0, 1e-3, false, false)
	f.Add(uint16(2), uint16(3), 30.0, 0.0, 1.01, 1e9, true, false)
	f.Add(uint16(64), uint16(1000), 0.01, 2.0, 1.5, 0.02, true, true)
	f.Add(uint16(1), uint16(1), 1000.0, 0.0, 1.2, 1000.5, false, false)
	f.Add(uint16(300), uint16(0), 1e-4, 0.0, 3.0, 5.0, true, false)
	f.Add(uint16(96), uint16(167), 56.0, 0.06, 2.0, 22.00025, false, true)
	f.Fuzz(func(t *testing.T, servers, places uint16, mean, varied, load, patience float64, shares, finishes bool) {
		if servers == 0 || servers > 500 || !(mean >= 1e-6 && mean <= 1e5 && varied >= 0 && varied <= 4 && load >= 0 && load <= 1e3 && patience > 1e-6 && patience < 1e9) {
			t.Skip()
		}
		demand, err := rng.Fixed(mean)
		if varied > 0.01 {
			demand, err = rng.Lognormal(mean, varied)
		}
		if err != nil {
			t.Skip()
		}
		c := &Cohort{Targets: 3, Shape: Shape{
			Station: fluid.Station{Servers: int(servers), Places: int(places), Backlog: NoLimit, Demand: demand}, Split: fluid.Split{Nodes: 1},
			Sharing: shares, Finishes: finishes, Choices: 3,
		}}
		if !shares {
			c.Places = c.Servers
		} else if places > 0 && places < servers {
			c.Places = 0
		}
		each, limit := load*float64(servers)/mean, sim.Seconds(patience)
		for laws, step := NewLaws(), 0; step < 60; step++ {
			before := c.Content
			c.Advance(laws, Arrivals{Length: sim.Second, Expected: 3 * each, Patience: limit})
			left := before + 3*each - c.Content
			wait, long := c.Waits()
			late, fails := c.Late(limit), c.CheckFails(sim.Millisecond, 5*sim.Second)
			for what, share := range map[string]float64{"late": late, "refused": c.Refused, "of those who wait": wait, "of checks": fails} {
				if !(share >= 0 && share <= 1) {
					t.Fatalf("step %d: a share %s of %v", step, what, share)
				}
			}
			if !(left >= -1e-6*(before+3*each+1)) || math.IsInf(c.Number, 0) || !(c.Busy >= 0) || long < 0 || c.Mean() < 0 || c.CheckTakes(sim.Millisecond) < 0 {
				t.Fatalf("step %d: %v leave, %v are there, busy %v, mean %v, wait %v", step, left, c.Number, c.Busy, c.Mean(), long)
			}
		}
	})
}
