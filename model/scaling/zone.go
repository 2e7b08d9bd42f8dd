package scaling

// LaunchZone returns the zone for the next instance: among the allowed ones the
// one with the fewest instances, the first of equals; -1 if none is allowed.
// Counts include pending instances and exclude terminating ones; both slices
// are in the order of the group's subnets.
func LaunchZone(counts []int, allowed []bool) int {
	best := -1
	for zone, count := range counts {
		if allowed[zone] && (best < 0 || count < counts[best]) {
			best = zone
		}
	}
	return best
}
