package scaling_test

import (
	"slices"
	"testing"

	"headroom/model/scaling"
	"headroom/sim"
)

// noDraw fails the test if a tie is left.
func noDraw(t *testing.T) func(int) int {
	return func(n int) int {
		t.Errorf("%d candidates were left to chance", n)
		return 0
	}
}

// victim is the first member that a scale-in ends.
func victim(members []scaling.Member, by scaling.Selection) int {
	return scaling.NewScaleIn(members, by).Next()
}

// without returns the members that are left when one leaves.
func without(members []scaling.Member, index int) []scaling.Member {
	return slices.DeleteFunc(slices.Clone(members), func(m scaling.Member) bool { return m.Index == index })
}

func TestDefaultTerminationBalancesThenTakesTheOldestTemplate(t *testing.T) {
	launched := func(minutes int) sim.Time { return sim.Time(minutes) * sim.Minute }
	members := []scaling.Member{
		{Index: 1, Zone: 0, Template: 1, BilledFrom: launched(0)},
		{Index: 2, Zone: 0, Template: 2, BilledFrom: launched(1)},
		{Index: 3, Zone: 0, Template: 2, BilledFrom: launched(2)},
		{Index: 4, Zone: 1, Template: 1, BilledFrom: launched(50)},
		{Index: 5, Zone: 1, Template: 1, BilledFrom: launched(20)},
	}
	by := scaling.Selection{Now: launched(75), Draw: noDraw(t)}
	if got := victim(members, by); got != 1 {
		t.Fatalf("first: got i%d, want i1", got)
	}
	// i4 is 25 min into its hour and i5 55.
	if got := victim(without(members, 1), by); got != 5 {
		t.Errorf("second: got i%d, want i5", got)
	}
	by.Now = launched(85) // now i4 is 35 min into its hour, i5 5 min into its second
	if got := victim(without(members, 1), by); got != 4 {
		t.Errorf("second, ten minutes later: got i%d, want i4", got)
	}
}

func TestTerminationPoliciesTakeTheirOwn(t *testing.T) {
	members := []scaling.Member{
		{Index: 10, Template: 3, LaunchedAt: 40 * sim.Minute, BilledFrom: 40 * sim.Minute},
		{Index: 11, Template: 1, LaunchedAt: 30 * sim.Minute, BilledFrom: 30 * sim.Minute},
		{Index: 12, Template: 2, LaunchedAt: 20 * sim.Minute, BilledFrom: 20 * sim.Minute},
		{Index: 13, Template: 2, LaunchedAt: -50 * sim.Minute, BilledFrom: -50 * sim.Minute, OnDemand: true},
	}
	for _, row := range []struct {
		names []string
		want  int
	}{
		{[]string{"OldestLaunchTemplate"}, 11},
		{[]string{"NewestInstance"}, 10},
		{[]string{"OldestInstance"}, 13},
		{[]string{"ClosestToNextInstanceHour"}, 12}, // at 70 min: 30, 40, 50 and 0 min into the hour
		{[]string{"AllocationStrategy"}, 13},
		{[]string{"Default"}, 13},
		{nil, 13},
		{[]string{"OldestLaunchConfiguration", "OldestLaunchTemplate"}, 11},
	} {
		by := scaling.Selection{Now: 70 * sim.Minute, Draw: noDraw(t), OnDemandShare: func(int) int { return 0 }}
		for _, name := range row.names {
			p, err := scaling.ParseTerminationPolicy(name)
			if err != nil {
				t.Fatal(err)
			}
			by.Policies = append(by.Policies, p)
		}
		if got := victim(members, by); got != row.want {
			t.Errorf("%v: got %d, want %d", row.names, got, row.want)
		}
	}
}

func TestProtectionPassesOverAMember(t *testing.T) {
	members := []scaling.Member{
		{Index: 1, Zone: 0, Protected: true}, {Index: 2, Zone: 0, Protected: true},
		{Index: 3, Zone: 1}, {Index: 4, Zone: 2, Protected: true},
	}
	by := scaling.Selection{Draw: noDraw(t)}
	if got := victim(members, by); got != 3 {
		t.Errorf("fullest zone protected: got %d, want 3", got)
	}
	if got := victim(without(members, 3), by); got != -1 {
		t.Errorf("all protected: got %d, want -1", got)
	}
	if got := victim(nil, by); got != -1 {
		t.Errorf("empty group: got %d, want -1", got)
	}
}

// TestEveryTerminationPolicyLeavesTiesToTheDraw is the battery for the table of
// termination policies.
func TestEveryTerminationPolicyLeavesTiesToTheDraw(t *testing.T) {
	twins := []scaling.Member{{Index: 7}, {Index: 8}, {Index: 9}}
	for i, entry := range scaling.TerminationPolicies() {
		if int(entry.Policy) != i+1 || entry.Name == "" || entry.Description == "" {
			t.Errorf("line %d is out of order or unnamed: %+v", i, entry)
		}
		asked := 0
		got := victim(twins, scaling.Selection{
			Policies: []scaling.TerminationPolicy{entry.Policy},
			Draw:     func(n int) int { asked = n; return 2 },
		})
		if asked != 3 || got != 9 {
			t.Errorf("%s: drew among %d and took %d, want 3 and 9", entry.Name, asked, got)
		}
	}
}

func TestDefaultTerminationMustBeLast(t *testing.T) {
	last := []scaling.TerminationPolicy{scaling.OldestInstance, scaling.DefaultTermination}
	expectFaults(t, "last", scaling.ValidateTermination(last), nil)
	slices.Reverse(last)
	expectFaults(t, "first", scaling.ValidateTermination(last), []string{"termination_policies: Default must be the last"})
	expectFaults(t, "unknown", scaling.ValidateTermination([]scaling.TerminationPolicy{0}), []string{"termination_policies: unknown"})
}

func TestOnDemandShareOfPublishedTable(t *testing.T) {
	for _, row := range []struct{ base, percent, n, want int }{
		{2, 25, 11, 5},
		{10, 50, 20, 15},
		{12, 0, 10, 10}, {12, 0, 20, 12},
		{0, 60, 10, 6},
		{0, 100, 7, 7}, {0, 0, 7, 0}, {3, 30, 0, 0},
	} {
		m := scaling.MixedInstances{OnDemandBase: row.base, OnDemandPercentage: row.percent}
		if got := m.OnDemandShare(row.n); got != row.want {
			t.Errorf("base %d, %d %%, %d instances: got %d On-Demand, want %d", row.base, row.percent, row.n, got, row.want)
		}
	}
}

func TestAllocationStrategiesChooseTheirPools(t *testing.T) {
	// Prices per unit of the published example: 0.18/2, 0.341/4, 0.779/12.
	pools := []scaling.Pool{
		{PricePerUnit: 0.180 / 2, CapacityScore: 0.92},
		{PricePerUnit: 0.341 / 4, CapacityScore: 0.81},
		{PricePerUnit: 0.779 / 12, CapacityScore: 0.30},
		{PricePerUnit: 0.200, CapacityScore: 1.00},
		{PricePerUnit: 0.001, CapacityScore: 0},
	}
	for _, row := range []struct {
		name  string
		pools int
		want  []int // for cursors 0, 1, 2
	}{
		{"lowest-price", 2, []int{2, 1, 2}},
		{"lowest-price", 1, []int{2, 2, 2}},
		{"lowest-price", 9, []int{2, 1, 0}},
		{"capacity-optimized", 0, []int{3, 3, 3}},
		{"capacity-optimized-prioritized", 0, []int{0, 0, 0}},
		{"price-capacity-optimized", 0, []int{1, 1, 1}},
	} {
		strategy, err := scaling.ParseAllocationStrategy(row.name)
		if err != nil {
			t.Fatal(err)
		}
		m := scaling.MixedInstances{OnDemandStrategy: scaling.Prioritized, SpotStrategy: strategy, SpotPools: row.pools}
		expectFaults(t, row.name, m.Validate(), nil)
		for cursor, want := range row.want {
			if got := m.ChooseSpot(pools, cursor); got != want {
				t.Errorf("%s over %d pools, cursor %d: got %d, want %d", row.name, row.pools, cursor, got, want)
			}
		}
	}
	onDemand := scaling.MixedInstances{OnDemandStrategy: scaling.LowestPrice}
	if got := onDemand.ChooseOnDemand(pools); got != 2 {
		t.Errorf("lowest-price On-Demand: got %d, want 2", got)
	}
	onDemand.OnDemandStrategy = scaling.Prioritized
	if got := onDemand.ChooseOnDemand(pools); got != 0 {
		t.Errorf("prioritized On-Demand: got %d, want 0", got)
	}
}

// TestEveryAllocationStrategyAvoidsExhaustedPools is the battery for the table
// of allocation strategies.
func TestEveryAllocationStrategyAvoidsExhaustedPools(t *testing.T) {
	pools := []scaling.Pool{{PricePerUnit: 1}, {PricePerUnit: 9, CapacityScore: 0.01}, {PricePerUnit: 2}}
	for i, entry := range scaling.AllocationStrategies() {
		if int(entry.Strategy) != i+1 || entry.Name == "" || entry.Description == "" || !entry.Spot && !entry.OnDemand {
			t.Errorf("line %d is out of order or incomplete: %+v", i, entry)
		}
		m := scaling.MixedInstances{SpotStrategy: entry.Strategy, OnDemandStrategy: entry.Strategy, SpotPools: 2}
		if got := m.ChooseSpot(pools, 5); got != 1 {
			t.Errorf("%s, Spot: got %d, want 1", entry.Name, got)
		}
		if got := m.ChooseOnDemand(pools[:1]); got != -1 {
			t.Errorf("%s, nothing left: got %d, want -1", entry.Name, got)
		}
	}
}

func TestValidateNamesEveryFaultOfAMix(t *testing.T) {
	expectFaults(t, "zero", scaling.MixedInstances{}.Validate(),
		[]string{"on_demand_allocation_strategy:", "spot_allocation_strategy:"})
	expectFaults(t, "numbers", scaling.MixedInstances{
		OnDemandBase: -1, OnDemandPercentage: 101,
		OnDemandStrategy: scaling.LowestPrice, SpotStrategy: scaling.LowestPrice,
	}.Validate(), []string{"on_demand_base_capacity:", "on_demand_percentage_above_base_capacity:", "spot_instance_pools:"})
	expectFaults(t, "pools of another strategy", scaling.MixedInstances{
		OnDemandStrategy: scaling.Prioritized, SpotStrategy: scaling.PriceCapacityOptimized, SpotPools: 2,
	}.Validate(), []string{"spot_instance_pools:"})
}

func TestLaunchZoneIsTheEmptiestAllowed(t *testing.T) {
	for _, row := range []struct {
		counts  []int
		allowed []bool
		want    int
	}{
		{[]int{2, 1, 1}, []bool{true, true, true}, 1},
		{[]int{2, 1, 1}, []bool{true, false, true}, 2},
		{[]int{0, 0}, []bool{true, true}, 0},
		{[]int{0, 0}, []bool{false, false}, -1},
	} {
		if got := scaling.LaunchZone(row.counts, row.allowed); got != row.want {
			t.Errorf("%v of %v: got %d, want %d", row.allowed, row.counts, got, row.want)
		}
	}
}
