package placement

// WorstFit chooses, among the hosts that fit, the one with the most free CPU;
// among equals the one with the most free memory, then the lowest number.
type WorstFit struct{}

// Choose implements [Policy].
func (WorstFit) Choose(need Need, hosts *Hosts) (int, bool) { return hosts.Roomiest(need) }

// PrefersNode implements [NodePolicy]: the most free CPU, then memory.
func (WorstFit) PrefersNode(a, b, _ Capacity) bool { return compareCapacity(a, b) > 0 }
