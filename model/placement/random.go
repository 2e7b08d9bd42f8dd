package placement

// Random chooses uniformly among the hosts that fit, with one draw if there is
// any and none otherwise.
type Random struct{ Chooser Chooser }

// Choose implements [Policy].
func (p Random) Choose(need Need, hosts *Hosts) (int, bool) {
	n := hosts.Fitting(need)
	if n == 0 {
		return 0, false
	}
	return hosts.Nth(need, p.Chooser.Below(n)), true
}
