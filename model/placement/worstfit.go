package placement

// WorstFit chooses, among the hosts that fit, the one with the most free CPU;
// among equals the one with the most free memory, then the lowest number.
type WorstFit struct{}

// Choose implements [Policy].
func (WorstFit) Choose(need Need, hosts *Hosts) (int, bool) { return hosts.Roomiest(need) }
