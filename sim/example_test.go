package sim_test

import (
	"fmt"

	"headroom/sim"
)

// The kernel is pulled: the loop and the switch belong to the model.
func ExampleKernel() {
	type kind uint8
	const (
		requestArrives kind = iota + 1
		requestDeparts
		requestTimesOut
	)
	type event struct {
		kind    kind
		request int
	}

	kernel := sim.NewKernel[event]()
	timeout := kernel.NewTimer(3*sim.Second, sim.RankRelease)
	for i := range 3 {
		kernel.At(sim.Time(i)*sim.Second, sim.RankArrival, event{requestArrives, i})
	}
	for {
		e, ok := kernel.Next(4 * sim.Second)
		if !ok {
			break
		}
		switch e.kind {
		case requestArrives:
			fmt.Println(kernel.Now(), "arrives", e.request)
			kernel.After(1500*sim.Millisecond, sim.RankRelease, event{requestDeparts, e.request})
			timeout.Start(event{requestTimesOut, e.request})
		case requestDeparts:
			fmt.Println(kernel.Now(), "departs", e.request)
		case requestTimesOut:
			fmt.Println(kernel.Now(), "times out", e.request)
		}
	}
	fmt.Println(kernel.Now(), "ends,", kernel.Pending(), "pending")
	// Output:
	// 0s arrives 0
	// 1s arrives 1
	// 1.5s departs 0
	// 2s arrives 2
	// 2.5s departs 1
	// 3s times out 0
	// 3.5s departs 2
	// 4s times out 1
	// 4s ends, 1 pending
}
