package placement

// BestFit chooses the host that is left with the least free CPU; among equals
// the one left with the least free memory, then the lowest number.
type BestFit struct{}

// Choose implements [Policy].
func (BestFit) Choose(need Need, hosts *Hosts) (int, bool) { return hosts.Tightest(need) }

// PrefersNode implements [NodePolicy]: the least free CPU, then memory.
func (BestFit) PrefersNode(a, b, _ Capacity) bool { return compareCapacity(a, b) < 0 }
