package dataplane

import (
	"testing"

	"headroom/model"
	"headroom/sim"
	"headroom/sim/rng"
)

// By rates a Network Load Balancer lets in as many flows as by requests, where they come evenly and
// are of one size.
func TestRatesFindTheRoomOfFlows(t *testing.T) {
	const seed, most = 1, 375_000_000
	draws := rng.New(seed, 0, "flows")
	for range 500 {
		size := int64(1) << (16 + draws.Below(16)) // 64 KiB to 4 GiB
		size += int64(draws.Below(int(size)))
		each := (most + size - 1) / size
		step := []sim.Time{sim.Second / 10, 3 * sim.Second / 10, sim.Second, 7 * sim.Second / 10, 13 * sim.Second / 10, 5 * sim.Second}[draws.Below(6)]
		comes := float64(each) * (0.1 + float64(draws.Below(30))/10) // a second
		one, many := carrier{most: most}, carrier{most: most}
		came, took, want := int64(0), int64(0), int64(0)
		for from := sim.Time(0); from < sim.Minute; from += step {
			n := int64(comes*(from+step).Seconds()) - came
			for k := range n {
				at := from + step*sim.Time(2*k+1)/sim.Time(2*n)
				if one.carries(at) {
					one.add(at, model.Bytes(size))
					want++
				}
			}
			came += n
			took += many.admit(played{from: from, until: from + step - 1}, n, float64(size))
		}
		if took != want {
			t.Fatalf("seed %d: %d flows of %d bytes in steps of %v: rates let in %d, requests %d", seed, came, size, step, took, want)
		}
		if many.minute != took*size || one.minute != want*size {
			t.Fatalf("seed %d: counted %d bytes by rates and %d by requests of %d and %d flows of %d", seed, many.minute, one.minute, took, want, size)
		}
	}
}
