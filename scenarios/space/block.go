package space

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"headroom/scenarios/space/design"
	"headroom/scenarios/tree"
)

// block is one design of a sweep with its axes.
type block struct {
	design  string
	rows    int // `points` of a sampled design
	seed    uint64
	at      tree.Position
	axes    []*axis
	root    *tree.Node              // the scenario with its defaults
	list    []map[string]*tree.Node // points of the list design
	combos  [][]int32               // of a grid with conditions: value by axis, -1 where it does not apply
	sampler design.Sampler
	count   int
}

// Uncountable is what a number of points beyond all bounds is taken for.
const Uncountable = 1 << 50

// mostCombinations bounds the grids that are written out because axes depend on
// each other.
const mostCombinations = 1 << 22

// listAxes makes axes of the keys of given points, as the first point that has
// one orders them.
func (b *block) listAxes() {
	for _, row := range b.list {
		for _, key := range slices.Sorted(maps.Keys(row)) {
			if slices.ContainsFunc(b.axes, func(a *axis) bool { return a.key == key }) {
				continue
			}
			path, _ := tree.SplitKey(key)
			a := &axis{key: key, path: path, at: row[key].At}
			a.locate(b.root)
			b.axes = append(b.axes, a)
		}
	}
}

// complete counts the points. It returns what is wrong with the design, "" if
// nothing.
func (b *block) complete() string {
	switch b.design {
	case designGrid:
		return b.completeGrid()
	case designZip:
		b.count = len(b.axes[0].values)
		for _, a := range b.axes {
			if len(a.values) != b.count {
				return fmt.Sprintf("zip must have lists of equal length, got %d for %s and %d for %s",
					b.count, b.axes[0].key, len(a.values), a.key)
			}
		}
	case designList:
		b.count = len(b.list)
	case designRandom:
		b.sampler, b.count = design.Random(b.seed), b.rows
	case designLatin:
		b.count = b.rows
		if b.rows > 0 {
			b.sampler = design.LatinHypercube(b.seed, b.rows)
		}
	case designSobol, designSaltelli:
		return b.completeSobol()
	}
	return ""
}

func (b *block) completeSobol() string {
	dimensions := len(b.axes)
	if b.design == designSaltelli {
		dimensions *= 2
	}
	if dimensions > design.MostSobol {
		return fmt.Sprintf("%s has %d dimensions for this many axes, at most %d are known: use latin-hypercube",
			b.design, dimensions, design.MostSobol)
	}
	if b.design == designSaltelli {
		b.sampler, b.count = design.Saltelli(b.seed, len(b.axes)), b.rows*(len(b.axes)+2)
		return ""
	}
	b.sampler, b.count = design.Sobol(b.seed, len(b.axes)), b.rows
	return ""
}

func (b *block) completeGrid() string {
	b.count = 1
	conditional := false
	for _, a := range b.axes {
		conditional = conditional || len(a.when) > 0
		b.count = min(b.count*len(a.values), Uncountable)
	}
	if !conditional {
		return ""
	}
	if b.count > mostCombinations {
		return fmt.Sprintf("a grid with conditions must have at most %d combinations, got %d", mostCombinations, b.count)
	}
	b.combos = nil
	b.combine(make([]int32, 0, len(b.axes)))
	b.count = len(b.combos)
	return ""
}

// combine writes out the combinations of a grid that begin with some values. An
// axis whose condition another axis of the grid fails takes none.
func (b *block) combine(chosen []int32) {
	if len(chosen) == len(b.axes) {
		b.combos = append(b.combos, slices.Clone(chosen))
		return
	}
	a := b.axes[len(chosen)]
	holds := a.holds(func(c condition) *tree.Node {
		for i, value := range slices.Backward(chosen) {
			if rest, ok := tree.Below(c.place, b.axes[i].place); ok && value >= 0 {
				return b.axes[i].values[value].Get(rest)
			}
		}
		return b.root.Get(c.path)
	})
	if !holds {
		b.combine(append(chosen, -1))
		return
	}
	for i := range a.values {
		b.combine(append(chosen, int32(i)))
	}
}

// choose returns the value of each axis in a point of the block, nil for an
// axis without one. Conditions that need the scenario are the caller's.
func (b *block) choose(point int) []*tree.Node {
	chosen := make([]*tree.Node, len(b.axes))
	switch {
	case b.design == designList:
		for i, a := range b.axes {
			chosen[i] = b.list[point][a.key]
		}
	case b.design == designZip:
		for i, a := range b.axes {
			chosen[i] = a.values[point]
		}
	case b.combos != nil:
		for i, a := range b.axes {
			if k := b.combos[point][i]; k >= 0 {
				chosen[i] = a.values[k]
			}
		}
	case b.design == designGrid:
		for i := len(b.axes) - 1; i >= 0; i-- {
			values := b.axes[i].values
			chosen[i] = values[point%len(values)]
			point /= len(values)
		}
	default:
		for i, a := range b.axes {
			chosen[i] = a.sample(b.sampler.At(point, i))
		}
	}
	return chosen
}

// describe writes a design so that equal texts give equal points. The number of
// points of a nested design always counts: it numbers the points around it.
func (b *block) describe(nested bool) string {
	var text strings.Builder
	fmt.Fprintf(&text, "design = %q\n", b.design)
	if sampled(b.design) {
		fmt.Fprintf(&text, "seed = %d\n", b.seed)
	}
	if nested || b.design == designLatin {
		fmt.Fprintf(&text, "points = %d\n", b.rows)
	}
	for _, row := range b.list {
		n := &tree.Node{Form: tree.TableForm, Table: row}
		fmt.Fprintf(&text, "%s\n", n)
	}
	for _, a := range b.axes {
		fmt.Fprintf(&text, "%s = ", a.key)
		if s := a.span; s != nil {
			fmt.Fprintf(&text, "%s%v..%v%s log %v integer %v", s.before, s.low, s.high, s.unit, s.log, s.integer)
		}
		for _, v := range a.values {
			fmt.Fprintf(&text, "%s, ", v)
		}
		for _, c := range a.when {
			fmt.Fprintf(&text, " when %s = %s", c.key, strings.Join(c.allowed, " | "))
		}
		text.WriteByte('\n')
	}
	return text.String()
}

// Describe returns what the points depend on, part by part, but for the data files:
// the text of the scenario and the designs.
func (s *Space) Describe() map[string]string {
	root := s.root.Copy()
	delete(root.Table, "thresholds")
	if run := root.Table["run"]; run != nil {
		delete(run.Table, "replications")
		delete(run.Table, "memory") // how far to go, not where
	}
	m := map[string]string{"the scenario": root.Text()}
	for i, b := range s.blocks {
		name := "the design"
		if i > 0 {
			name = fmt.Sprintf("nested design %d", i)
		}
		m[name] = b.describe(i > 0)
	}
	return m
}
