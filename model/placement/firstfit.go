package placement

// FirstFit chooses the lowest host number that fits.
type FirstFit struct{}

// Choose implements [Policy].
func (FirstFit) Choose(need Need, hosts *Hosts) (int, bool) { return hosts.Lowest(need) }
