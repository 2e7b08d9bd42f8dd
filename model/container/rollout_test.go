package container

import "testing"

// The examples of the ECS Developer Guide, "Deploy Amazon ECS services by replacing tasks".
func TestRolloutOfTheGuide(t *testing.T) {
	for _, c := range []struct {
		say         string
		r           Rollout
		stop, start int
	}{
		{"four tasks at 50 %: two are stopped first", Rollout{Desired: 4, Leaves: 4, LeaveWell: 4, Least: 50, Most: 100}, 2, 2},
		{"two tasks at 75 %: none can be", Rollout{Desired: 2, Leaves: 2, LeaveWell: 2, Least: 75, Most: 100}, 0, 0},
		{"four tasks to 200 %: four are started first", Rollout{Desired: 4, Leaves: 4, LeaveWell: 4, Least: 100, Most: 200}, 0, 4},
		{"and when they are healthy the old ones end", Rollout{Desired: 4, Comes: 4, Well: 4, Leaves: 4, LeaveWell: 4, Least: 100, Most: 200}, 4, 0},
		{"three tasks to 150 %, rounded down: one at a time", Rollout{Desired: 3, Leaves: 3, LeaveWell: 3, Least: 100, Most: 150}, 0, 1},
		{"tasks that are ill go at once", Rollout{Desired: 4, Leaves: 4, LeaveWell: 1, Least: 100, Most: 100}, 3, 3},
	} {
		if stop, start := c.r.Step(); stop != c.stop || start != c.start {
			t.Errorf("%s: stops %d and starts %d, want %d and %d", c.say, stop, start, c.stop, c.start)
		}
	}
	for desired, want := range map[int]int{1: 3, 5: 3, 6: 3, 7: 4, 25: 13, 400: 200, 800: 200} {
		if got := MostFailures(desired); got != want {
			t.Errorf("%d tasks may fail %d times, want %d", desired, got, want)
		}
	}
}

// Whatever the percentages are, played to its end with tasks that become healthy one at a
// time, a rollout keeps to both bounds at every step, and it stands still only where neither a stop nor a start
// is within them.
func TestRolloutKeepsToItsBounds(t *testing.T) {
	for desired := range 9 {
		for _, percent := range [][2]int{{0, 100}, {0, 200}, {50, 100}, {50, 150}, {75, 100}, {99, 101}, {100, 100}, {100, 125}, {100, 200}} {
			r := Rollout{Desired: desired, Leaves: desired, LeaveWell: desired, Least: percent[0], Most: percent[1]}
			least, most := r.Bounds()
			for range 100 {
				stop, start := r.Step()
				sick := min(stop, r.Leaves-r.LeaveWell)
				r.Leaves, r.LeaveWell, r.Comes = r.Leaves-stop, r.LeaveWell-(stop-sick), r.Comes+start
				if r.Comes+r.Leaves > most || r.Well+r.LeaveWell < least || r.Comes > desired || r.LeaveWell > r.Leaves {
					t.Fatalf("%d tasks at %v: %+v", desired, percent, r)
				}
				if r.Well < r.Comes {
					r.Well++
				}
			}
			stuck := least == desired && most == desired && desired > 0
			if r.Done() == stuck {
				t.Errorf("%d tasks at %v: done is %v, %+v", desired, percent, r.Done(), r)
			}
		}
	}
}
