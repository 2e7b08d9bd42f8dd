package fluid

import "math"

// wave is flows that came evenly in a time.
type wave struct {
	from, to   float64
	had0, had1 float64 // of one that has always been there, then
	came       []float64
}

// Bounds of waves: of more than so many neighbours are joined, until there are a quarter fewer; first those that this changes by no more
// than such a part of their age.
const (
	mostWaves = 128
	fewer     = mostWaves * 3 / 4
	joinedBy  = 1e-4
	chance    = 1.0 / 8 // of what is moved: it evens out, and bends do not
)

// between is how many of a kind came in a wave between two instants, and what one that has always been there had when
// the youngest of them came, and the oldest.
func (w *wave) between(kind int, from, to float64) (n, young, old float64) {
	from, to = max(from, w.from), min(to, w.to)
	if to <= from {
		return 0, 0, 0
	}
	slope := (w.had1 - w.had0) / (w.to - w.from)
	return w.came[kind] * (to - from) / (w.to - w.from), w.had0 + (to-w.from)*slope, w.had0 + (from-w.from)*slope
}

func (w *wave) number(sizes *sizes, kind int, had, after float64) float64 {
	if kind >= len(w.came) || w.came[kind] <= 0 || w.to <= after {
		return 0
	}
	n, young, old := w.between(kind, after, w.to)
	return n * (1 - sizes.upTo(had-young, had-old))
}

// left is how many of a kind a wave has left.
func (w *wave) left(c *Crowd, kind int) float64 {
	k := &c.Kinds[kind]
	if k.Finishes {
		return w.number(k.sizes, kind, c.had, math.Inf(-1))
	}
	return w.number(k.sizes, kind, c.had, k.cut)
}

// forget forgets waves of which nobody is there any more, and joins neighbours.
func (c *Crowd) forget() {
	gone := 0
	for gone < len(c.waves)-1 && c.isOver(&c.waves[gone]) {
		gone++
	}
	c.waves = append(c.waves[:0], c.waves[gone:]...)
	if len(c.waves) <= mostWaves {
		return
	}
	for off := joinedBy; len(c.waves) > fewer; off *= 2 {
		c.join(off)
	}
}

// join joins neighbouring waves which that changes by no more than such a part of their age. As many are left as there were.
func (c *Crowd) join(off float64) {
	kept := c.waves[:0]
	for i := 0; i < len(c.waves); i++ {
		w := c.waves[i]
		if i+1 < len(c.waves) && !(c.changed(&w, &c.waves[i+1]) > off) {
			w = c.joined(&w, &c.waves[i+1])
			i++
		}
		kept = append(kept, w)
	}
	clear(c.waves[len(kept):])
	c.waves = kept
}

// changed is by how much of their age flows have come sooner or later, or had more or less, if two waves are one, at most. Of what they
// had no less counts than the smallest size.
func (c *Crowd) changed(a, b *wave) float64 {
	span, service := b.to-a.from, b.had1-a.had0
	first := (a.to - a.from) / span
	moved, smallest := 0.0, math.Inf(1)
	for k, came := range a.came {
		if both := came + b.came[k]; both > 0 {
			moved, smallest = max(moved, math.Abs(came/both-first)), min(smallest, c.Kinds[k].sizes.values[0])
		}
	}
	had := max(c.had-a.had0, smallest)
	return math.Abs(a.had0+service*first-a.had1)/had + chance*moved*max(span/(c.now-a.from), service/had)
}

func (c *Crowd) joined(a, b *wave) wave {
	w := wave{from: a.from, to: b.to, had0: a.had0, had1: b.had1, came: b.came}
	for k := range w.came {
		left := a.left(c, k) + b.left(c, k)
		if k < len(a.came) {
			w.came[k] += a.came[k]
		}
		if now := w.left(c, k); now > 0 {
			w.came[k] *= left / now
		}
	}
	return w
}

func (c *Crowd) isOver(w *wave) bool {
	for i := range c.Kinds {
		if k := &c.Kinds[i]; (w.to > k.cut || k.Finishes) && c.had-w.had1 < k.sizes.most() {
			return false
		}
	}
	return true
}
