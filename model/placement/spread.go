package placement

// Spread chooses, among the hosts that fit, the one with the fewest instances;
// among equals the lowest number.
type Spread struct{}

// Choose implements [Policy].
func (Spread) Choose(need Need, hosts *Hosts) (int, bool) { return hosts.FewestInstances(need) }
