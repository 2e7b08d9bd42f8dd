package fluid

import "math"

// Share makes whole numbers of parts of whole numbers; what it leaves out comes later. Its
// zero value is ready.
type Share struct{ carry float64 }

// Of returns how many of n are the part, from 0 to n, where that is between 0 and 1. The
// sum over many calls is that of the parts to within one, unless it was held to n.
func (s *Share) Of(n int64, part float64) int64 {
	if n <= 0 {
		return 0
	}
	want := float64(n)*part + s.carry
	whole := min(max(int64(math.Floor(want+0.5)), 0), n)
	s.carry = max(-1, min(1, want-float64(whole)))
	return whole
}
