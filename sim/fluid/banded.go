package fluid

// banded solves (1 − h·A) y = b for the generator A of a chain of [others], whose rows
// have one entry above the diagonal and one as many places below as there are stages.
// No pivots are needed: the diagonal dominates.
type banded struct {
	stages int
	pivot  []float64
	above  []float64
	factor []float64 // for each row, of the rows before it that it has taken off
}

// decompose prepares for a length of step. Rows that are closed stay as they are.
func (m *banded) decompose(o *others, h float64, closed []float64) {
	n, k := len(o.rise), o.stages
	if m.pivot == nil {
		m.stages, m.pivot, m.above, m.factor = k, make([]float64, n), make([]float64, n), make([]float64, n*k)
	}
	for j := range n {
		rise, fall := h*o.rise[j], h*o.fall[j]
		if closed != nil && closed[j] > 0 {
			rise, fall = 0, 0
		}
		m.pivot[j], m.above[j] = 1+rise+fall, -rise
		if j < k {
			continue
		}
		entry := -fall
		for l := range k {
			before := j - k + l
			f := entry / m.pivot[before]
			m.factor[j*k+l] = f
			entry = -f * m.above[before]
		}
		m.pivot[j] += entry
	}
}

// solve puts the solution in the place of b.
func (m *banded) solve(b []float64) {
	k := m.stages
	for j := k; j < len(b); j++ {
		sum := b[j]
		for l, f := range m.factor[j*k : j*k+k] {
			sum -= f * b[j-k+l]
		}
		b[j] = sum
	}
	last := len(b) - 1
	b[last] /= m.pivot[last]
	for j := last - 1; j >= 0; j-- {
		b[j] = (b[j] - m.above[j]*b[j+1]) / m.pivot[j]
	}
}
