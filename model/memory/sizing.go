package memory

import "headroom/model"

const (
	smallRAM  = 2 * model.GiB // up to here swap is twice the RAM
	largeRAM  = 32 * model.GiB
	leastSwap = 32 * model.MiB
)

// RecommendedSwap returns how large the swap of a server ought to be by the table that
// AWS and Red Hat publish: twice the RAM up to 2 GiB but at least 32 MiB, 2 GiB more than
// the RAM below 32 GiB, as much as the RAM from there on.
func RecommendedSwap(ram model.Bytes) model.Bytes {
	switch {
	case ram <= smallRAM:
		return max(leastSwap, 2*ram)
	case ram < largeRAM:
		return ram + smallRAM
	}
	return ram
}
