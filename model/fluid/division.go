package fluid

import "math"

// Division divides whole numbers among parts, again and again; what it leaves out of one comes
// later. However many parts there are, and however small: neighbours together have had theirs
// to within a few, as each part has.
type Division struct {
	Shares  []float64 // of the parts; they sum to 1
	Parts   []int64   // of the number that was divided last
	carries []float64 // what each part has had too little
	line    []float64 // what is due to each part and to those before it
}

// Begin makes it one of so many parts, to which nothing is due.
func (d *Division) Begin(parts int) {
	d.Parts, d.carries, d.line = make([]int64, parts), make([]float64, parts), make([]float64, parts)
}

// Divide makes parts of n.
func (d *Division) Divide(n int64) {
	run, falls := 0.0, false
	for i, share := range d.Shares {
		part := float64(n)*share + d.carries[i]
		run += part
		d.line[i], falls = run, falls || part < 0
	}
	if falls {
		d.level()
	}
	done, last := int64(0), len(d.Shares)-1
	for i, share := range d.Shares {
		upTo := n
		if i < last {
			upTo = min(max(int64(math.Floor(d.line[i]+0.5)), done), n)
		}
		d.Parts[i] = upTo - done
		d.carries[i] = float64(n)*share + d.carries[i] - float64(upTo-done)
		done = upTo
	}
}

// level makes the line one that never falls, the nearest by least squares. It falls at a part
// that has had more than is due to it; if those before it were given all that is due to them,
// the part and those behind it would have the excess for good.
func (d *Division) level() {
	blocks := 0 // of equal height, each a mean in line and a length in Parts
	for _, height := range d.line {
		length := int64(1)
		for blocks > 0 && d.line[blocks-1] > height {
			blocks--
			both := length + d.Parts[blocks]
			height = (height*float64(length) + d.line[blocks]*float64(d.Parts[blocks])) / float64(both)
			length = both
		}
		d.line[blocks], d.Parts[blocks] = height, length
		blocks++
	}
	end := len(d.line)
	for b := blocks - 1; b >= 0; b-- {
		height := d.line[b]
		for range d.Parts[b] {
			end--
			d.line[end] = height
		}
	}
}
