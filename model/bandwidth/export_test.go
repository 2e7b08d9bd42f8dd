package bandwidth

import "headroom/sim"

// Rate returns what passes at present.
func (l *Link) Rate() Rate {
	if l.light.lone.end != sim.Never {
		return l.light.rates[l.light.lone.way]
	}
	return l.rate
}
