package dataplane

// linkTimes is how long a link of each server of a cohort has been something, in ns.
type linkTimes struct {
	throttled  float64
	overloaded float64 // with more to pass than it carries
}

// linkTimes returns that of the links of a cohort so far.
func (c *cohort) linkTimes() (so [2]linkTimes) {
	if c.links != nil {
		for d := range so {
			so[d] = c.links.links[d].times
		}
	}
	return so
}
