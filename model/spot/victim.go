package spot

import (
	"cmp"

	"headroom/sim"
)

// Victim is an instance that could be reclaimed for the sake of an On-Demand
// request.
type Victim struct {
	Instance int32 // number in launch order
	Launched sim.Time
}

// NewestFirst orders victims as the cloud takes them, of which AWS says nothing: the newest
// first, and of those launched at one instant the highest number first. For
// [slices.SortFunc].
func NewestFirst(a, b Victim) int {
	return cmp.Or(cmp.Compare(b.Launched, a.Launched), cmp.Compare(b.Instance, a.Instance))
}
