package container

import (
	"slices"
	"testing"

	"headroom/sim/rng"
)

// The examples of the ECS Developer Guide, "Amazon ECS capacity providers", and of the API
// Reference, CapacityProviderStrategyItem.
func TestProvidersOfTheGuide(t *testing.T) {
	for _, c := range []struct {
		say      string
		strategy []Provider
		tasks    int
		want     []int
	}{
		{"both of weight 1 split evenly", []Provider{{Weight: 1}, {Spot: true, Weight: 1}}, 10, []int{5, 5}},
		{"for every one of weight 1 four of weight 4", []Provider{{Weight: 1}, {Spot: true, Weight: 4}}, 10, []int{2, 8}},
		{"the base comes first", []Provider{{Base: 4, Weight: 1}, {Spot: true, Weight: 3}}, 3, []int{3, 0}},
		{"and counts for no weight", []Provider{{Base: 4, Weight: 1}, {Spot: true, Weight: 3}}, 12, []int{6, 6}},
		{"weight 0 gets nothing beyond its base", []Provider{{Base: 2}, {Spot: true, Weight: 1}}, 9, []int{2, 7}},
		{"alone it gets all", []Provider{{Spot: true, Weight: 1}}, 7, []int{7}},
	} {
		has := make([]int, len(c.strategy))
		for range c.tasks {
			has[NextProvider(c.strategy, has)]++
		}
		if !slices.Equal(has, c.want) {
			t.Errorf("%s: %d tasks of %+v go %v, want %v", c.say, c.tasks, c.strategy, has, c.want)
		}
	}
}

// However a service grows and shrinks, its bases are full first, and beyond them no line has a
// task more or less than its part of the weights.
func TestProvidersKeepTheirParts(t *testing.T) {
	s := rng.New(1, 0, "providers")
	for round := range 300 {
		strategy := []Provider{{Weight: s.Below(6)}, {Spot: true, Weight: 1 + s.Below(6)}}
		strategy[s.Below(2)].Base = s.Below(5)
		has, tasks := []int{0, 0}, 0
		for range 200 {
			if s.Below(2) == 0 && tasks > 0 {
				k := LosingProvider(strategy, has)
				has[k]--
				tasks--
			} else {
				has[NextProvider(strategy, has)]++
				tasks++
			}
			base, weights := strategy[0].Base+strategy[1].Base, strategy[0].Weight+strategy[1].Weight
			for k, p := range strategy {
				part := float64(p.Base) + float64(tasks-base)*float64(p.Weight)/float64(weights)
				if tasks <= base {
					part = float64(min(tasks, p.Base))
				}
				if d := float64(has[k]) - part; d > 1 || d < -1 {
					t.Fatalf("round %d: %d tasks of %+v go %v, where %d should have %g", round, tasks, strategy, has, k, part)
				}
			}
		}
	}
}

// Tasks without a place wait for the lines that they would have gone to.
func TestTasksWaitForTheirLine(t *testing.T) {
	strategy := []Provider{{Group: 3, Base: 2, Weight: 1}, {Group: 1, Weight: 3}}
	for _, c := range []struct {
		has   []int
		tasks int
		want  []int
	}{
		{[]int{0, 0}, 6, []int{0, 0, 0, 1, 1, 1}},
		{[]int{2, 0}, 4, []int{0, 1, 1, 1}},
		{[]int{5, 0}, 3, []int{1, 1, 1}},
		{[]int{0, 4}, 2, []int{0, 0}},
		{[]int{2, 2}, 0, nil},
	} {
		if got := Wait(strategy, c.has, c.tasks); !slices.Equal(got, c.want) {
			t.Errorf("%d tasks beside %v wait for %v, want %v", c.tasks, c.has, got, c.want)
		}
	}
}
