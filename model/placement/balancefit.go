package placement

// BalanceFit evens out the NUMA nodes of hosts: an instance that fits a node
// goes where the nodes differ most in the smaller of their free shares of CPU
// and of memory, and there into the freer one. Otherwise it is [FirstFit].
type BalanceFit struct{}

// Choose implements [Policy].
func (BalanceFit) Choose(need Need, hosts *Hosts) (int, bool) { return hosts.MostUneven(need) }

// PrefersNode implements [NodePolicy]: the larger of the smaller free shares.
func (BalanceFit) PrefersNode(a, b, whole Capacity) bool { return share(a, whole) > share(b, whole) }
