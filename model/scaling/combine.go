package scaling

// Proposal is what one policy of a group wants in one instant.
type Proposal struct {
	Wanted int
	Acts   bool // false: the policy was not asked or did not answer
	// Unanimous marks a target tracking policy with scale-in enabled: one scales
	// in only if all of them want to.
	Unanimous bool
}

// Combine returns the capacity that a group wants after all its policies have
// spoken in the same instant: the largest that one of them wants, or desired if
// none does. Every target tracking policy of the group must be among the
// proposals, also when none of its alarms fired.
func Combine(proposals []Proposal, desired int) int {
	agreed := true
	for _, p := range proposals {
		if p.Unanimous && (!p.Acts || p.Wanted >= desired) {
			agreed = false
		}
	}
	wanted, spoke := 0, false
	for _, p := range proposals {
		dissent := p.Unanimous && p.Wanted < desired && !agreed
		if !p.Acts || dissent {
			continue
		}
		if !spoke || p.Wanted > wanted {
			wanted, spoke = p.Wanted, true
		}
	}
	if !spoke {
		return desired
	}
	return wanted
}
