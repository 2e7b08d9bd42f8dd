package placement

// Random chooses uniformly among the hosts that fit. It draws hosts until one fits, which
// needs no index, and where few do, after some draws one of those that fit.
type Random struct{ Chooser Chooser }

// blindDraws are how many hosts are drawn of all before they are drawn of those that fit.
const blindDraws = 8

// Choose implements [Policy].
func (p Random) Choose(need Need, hosts *Hosts) (int, bool) {
	for range min(blindDraws, hosts.Len()) {
		if host := p.Chooser.Below(hosts.Len()); hosts.Fits(host, need) {
			return host, true
		}
	}
	n := hosts.Fitting(need)
	if n == 0 {
		return 0, false
	}
	return hosts.Nth(need, p.Chooser.Below(n)), true
}
