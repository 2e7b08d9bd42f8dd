package container

import (
	"testing"

	"headroom/sim"
)

// The time between attempts never falls, and is 27 minutes in the end (Amazon ECS Developer
// Guide, "Amazon ECS service throttle logic").
func TestHoldsGrowToTheLongest(t *testing.T) {
	for n := 1; n < 100; n++ {
		if Hold(n) > Hold(n+1) || Hold(n) > 27*sim.Minute {
			t.Errorf("after %d attempts it waits %v, after one more %v", n, Hold(n), Hold(n+1))
		}
	}
	if Hold(1) != 0 || Hold(8) != 27*sim.Minute {
		t.Errorf("it waits %v after the first and %v after the eighth, want 0 and 27 m", Hold(1), Hold(8))
	}
}
