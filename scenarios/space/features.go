package space

import (
	"cmp"
	"math"
	"slices"

	"headroom/model"
	"headroom/model/catalog"
	"headroom/scenarios/tree"
)

// levels returns which value a candidate has of each axis, -1 for none.
func (s *Search) levels(candidate int) []int32 {
	b := s.blocks[0]
	if b.combos != nil {
		return b.combos[candidate]
	}
	levels := make([]int32, len(b.axes))
	for i := len(b.axes) - 1; i >= 0; i-- {
		n := len(b.axes[i].values)
		levels[i] = int32(candidate % n)
		candidate /= n
	}
	return levels
}

// at returns the candidate with these levels. Where an axis does not apply or
// applies again, it is the one that is most alike.
func (s *Search) at(levels []int32) int {
	b := s.blocks[0]
	if b.combos == nil {
		candidate := 0
		for i, a := range b.axes {
			candidate = candidate*len(a.values) + int(levels[i])
		}
		return candidate
	}
	first, end := 0, len(b.combos) // those that agree so far; combinations are in order
	for i, level := range levels {
		within := b.combos[first:end]
		from, found := slices.BinarySearchFunc(within, level, func(c []int32, l int32) int { return cmp.Compare(c[i], l) })
		if !found {
			level, from = within[0][i], 0
		}
		to, _ := slices.BinarySearchFunc(within, level+1, func(c []int32, l int32) int { return cmp.Compare(c[i], l) })
		first, end = first+from, first+to
	}
	return first
}

// mostOthers bounds how many values of one axis without an order are told apart:
// as neighbours of each other, and by coordinates.
const mostOthers = 24

// Neighbours returns the candidates that differ in one choice: by one step of a
// number, or by any other value. They are sorted.
func (s *Search) Neighbours(candidate int) []int {
	levels := s.levels(candidate)
	var all []int
	for i, a := range s.axes {
		if levels[i] < 0 {
			continue
		}
		var others []int32
		if a.ordered() {
			others = []int32{levels[i] - 1, levels[i] + 1}
		} else {
			for k := range min(len(a.values), mostOthers) {
				others = append(others, int32(k))
			}
		}
		for _, level := range others {
			if level < 0 || int(level) >= len(a.values) || level == levels[i] {
				continue
			}
			moved := slices.Clone(levels)
			moved[i] = level
			all = append(all, s.at(moved))
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// ordered reports whether the values are numbers that rise or fall.
func (a *axis) ordered() bool {
	rising, falling := true, true
	for i, v := range a.values {
		x := numberOf(v)
		if math.IsNaN(x) {
			return false
		}
		if i > 0 {
			before := numberOf(a.values[i-1])
			rising, falling = rising && before < x, falling && before > x
		}
	}
	return rising || falling
}

// numberOf returns the number of a value, NaN if it is none.
func numberOf(n *tree.Node) float64 {
	if n.Form == tree.ScalarForm {
		if v, _, _, ok := splitQuantity(n); ok {
			return v
		}
	}
	return math.NaN()
}

// Features returns a function that places candidates in a space in which those
// that behave alike are near each other, every coordinate in [0, 1]: numbers by
// their size, instance types by vCPUs, memory and price, all else by which it is.
func (s *Search) Features(c *catalog.Catalog) func(candidate int) []float64 {
	columns := make([][][]float64, len(s.axes)) // by axis, level, coordinate
	for i, a := range s.axes {
		columns[i] = scaled(a.coordinates(c))
	}
	return func(candidate int) []float64 {
		var all []float64
		for i, level := range s.levels(candidate) {
			if level >= 0 {
				all = append(all, columns[i][level]...)
				continue
			}
			for range columns[i][0] {
				all = append(all, 0.5)
			}
		}
		return all
	}
}

// coordinates returns the coordinates of each value of an axis.
func (a *axis) coordinates(c *catalog.Catalog) [][]float64 {
	var numbers, types [][]float64
	for _, v := range a.values {
		if x := numberOf(v); !math.IsNaN(x) {
			numbers = append(numbers, []float64{x})
		}
		if t, ok := coordinatesOf(v, c); ok {
			types = append(types, t)
		}
	}
	switch n := len(a.values); {
	case len(numbers) == n:
		return numbers
	case len(types) == n:
		return types
	default:
		return which(n)
	}
}

// which tells n values apart that have no order: each by a coordinate of its own,
// very many by their place in the list.
func which(n int) [][]float64 {
	all := make([][]float64, n)
	for i := range all {
		if n > mostOthers {
			all[i] = []float64{float64(i)}
			continue
		}
		all[i] = make([]float64, n)
		all[i][i] = 1
	}
	return all
}

// coordinatesOf returns what matters of an instance type, on logarithmic scales.
func coordinatesOf(n *tree.Node, c *catalog.Catalog) ([]float64, bool) {
	name, _ := n.AsText()
	t, ok := c.Type(name)
	price, priced := c.OnDemand(name, model.Linux)
	if !ok || !priced || t.VCPUs <= 0 || t.MemoryMiB <= 0 || !(price.USD > 0) {
		return nil, false
	}
	return []float64{math.Log(float64(t.VCPUs)), math.Log(float64(t.MemoryMiB)), math.Log(price.USD)}, true
}

// scaled brings every coordinate to [0, 1].
func scaled(values [][]float64) [][]float64 {
	for k := range values[0] {
		low, high := math.Inf(1), math.Inf(-1)
		for _, v := range values {
			low, high = min(low, v[k]), max(high, v[k])
		}
		for _, v := range values {
			if high > low {
				v[k] = (v[k] - low) / (high - low)
			} else {
				v[k] = 0.5
			}
		}
	}
	return values
}
