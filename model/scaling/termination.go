package scaling

import (
	"fmt"

	"headroom/sim"
)

// Member is one instance of a group as a scale-in sees it.
type Member struct {
	Index      int // the caller's, returned by Victim
	Zone       int // index into the group's zones
	Template   int // version of its launch template; smaller is older
	LaunchedAt sim.Time
	BilledFrom sim.Time // when its billing hours began to count
	Protected  bool     // from scale-in
	OnDemand   bool     // else Spot
	Weight     int      // its units of capacity; 0 means 1
}

func (m *Member) units() int { return max(1, m.Weight) }

// TerminationPolicy says which members leave before others.
type TerminationPolicy uint8

// Termination policies.
const (
	DefaultTermination TerminationPolicy = iota + 1
	AllocationStrategyTermination
	OldestLaunchTemplate
	OldestLaunchConfiguration
	ClosestToNextInstanceHour
	NewestInstance
	OldestInstance
)

// Termination is a line of the table of termination policies.
type Termination struct {
	Policy      TerminationPolicy
	Name        string // AWS's name
	Description string
	ranks       []rank // applied in order
}

// rank orders members at an instant: the lowest leaves first.
type rank func(m Member, now sim.Time) sim.Time

// byAlignment ranks those first whose end brings the group nearer to its division
// between On-Demand and Spot. It alone changes from one end to the next: [ScaleIn]
// knows how.
var byAlignment rank

// TerminationPolicies returns the table of termination policies, in the order
// of their constants.
func TerminationPolicies() []Termination {
	return []Termination{
		{
			DefaultTermination, "Default", "misaligned, then oldest launch template, then closest to its next billing hour",
			[]rank{byAlignment, byTemplate, byInstanceHour},
		},
		{
			AllocationStrategyTermination, "AllocationStrategy", "what brings the group nearer to its allocation strategy",
			[]rank{byAlignment},
		},
		{OldestLaunchTemplate, "OldestLaunchTemplate", "the oldest version of the launch template", []rank{byTemplate}},
		{
			OldestLaunchConfiguration, "OldestLaunchConfiguration",
			"no preference here: groups launch from templates, not from launch configurations", nil,
		},
		{
			ClosestToNextInstanceHour, "ClosestToNextInstanceHour", "the least left of its billing hour",
			[]rank{byInstanceHour},
		},
		{
			NewestInstance, "NewestInstance", "launched last",
			[]rank{func(m Member, _ sim.Time) sim.Time { return -m.LaunchedAt }},
		},
		{
			OldestInstance, "OldestInstance", "launched first",
			[]rank{func(m Member, _ sim.Time) sim.Time { return m.LaunchedAt }},
		},
	}
}

// ParseTerminationPolicy returns the policy of AWS's name.
func ParseTerminationPolicy(name string) (TerminationPolicy, error) {
	for _, e := range TerminationPolicies() {
		if e.Name == name {
			return e.Policy, nil
		}
	}
	return 0, fmt.Errorf("unknown termination policy %q", name)
}

// ValidateTermination returns all faults of a list of termination policies:
// Default, if there, must be last. An empty list means Default.
func ValidateTermination(policies []TerminationPolicy) []error {
	var f faults
	for i, p := range policies {
		switch {
		case p < DefaultTermination || p > OldestInstance:
			f.add("termination_policies", "unknown policy %d", p)
		case p == DefaultTermination && i != len(policies)-1:
			f.add("termination_policies", "Default must be the last of the %d, is number %d", len(policies), i+1)
		}
	}
	return f
}

// Selection is what a scale-in chooses by. Draw breaks a tie: it returns an index
// below n, from the group's random stream. OnDemandShare is how many of n members
// should be On-Demand; nil in a group that does not divide them.
type Selection struct {
	Policies      []TerminationPolicy // in order of precedence; empty: Default
	Now           sim.Time
	Draw          func(n int) int
	OnDemandShare func(n int) int
}

// ranks lists what members are compared by, in order.
func (s *Selection) ranks() (all []rank) {
	policies := s.Policies
	if len(policies) == 0 {
		policies = []TerminationPolicy{DefaultTermination}
	}
	table := TerminationPolicies()
	for _, p := range policies {
		all = append(all, table[p-DefaultTermination].ranks...)
	}
	return all
}

// byTemplate ranks the oldest launch template first.
func byTemplate(m Member, _ sim.Time) sim.Time { return sim.Time(m.Template) }

// byInstanceHour ranks the least left of the current billing hour first.
func byInstanceHour(m Member, now sim.Time) sim.Time {
	return sim.Hour - (now-m.BilledFrom)%sim.Hour
}
