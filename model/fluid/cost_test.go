package fluid

import (
	"math"
	"testing"

	"headroom/sim"
	"headroom/sim/fluid"
	"headroom/sim/rng"
)

// BenchmarkDay plays a day of a load that rises and falls, overload included.
func BenchmarkDay(b *testing.B) {
	demand, _ := rng.Lognormal(0.2, 1)
	for b.Loop() {
		c := &Cohort{Shape: Shape{Station: fluid.Station{Servers: 2, Demand: demand, Places: 128, Backlog: NoLimit}, Split: fluid.Split{Rule: fluid.LeastWaiting}, Sharing: true}}
		laws := NewLaws()
		for i := range 14400 {
			c.Targets = 6 + i/900
			c.Choices = c.Targets
			load := 0.6 + 0.5*math.Sin(float64(i)/700)
			c.Advance(laws, Arrivals{Length: sim.Second, Expected: load * 10 * float64(c.Targets), Patience: 10 * sim.Second})
			c.Late(10 * sim.Second)
		}
	}
}
