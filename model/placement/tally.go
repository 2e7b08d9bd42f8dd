package placement

import (
	"math"
	"math/bits"
	"slices"
)

// tallies count the hosts of the rows of a grid by free CPU as a tree: node 1 is
// of all rows, node i of what its children 2i and 2i+1 are of, and node
// leaves+r of row r.
type tallies struct {
	leaves int // a power of two
	nodes  []tally
}

// tally is what is known of the hosts of some rows.
type tally struct {
	memory int64 // the least that one has free; what none has, if there are none
	count  int
}

// tally has the hosts counted from now on.
func (g *grid) tally() {
	leaves := 1 << bits.Len(uint(len(g.rows)-1))
	g.tallies = &tallies{leaves, slices.Repeat([]tally{{memory: math.MaxInt64}}, 2*leaves)}
	for r := range g.rows {
		g.tallies.setLeast(r, g.rows[r].least())
		for _, cell := range g.rows[r].cells {
			g.tallies.add(r, g.sets[cell.set].count)
		}
	}
}

// add counts n hosts more in row r.
func (t *tallies) add(r, n int) {
	for i := t.leaves + r; i > 0; i /= 2 {
		t.nodes[i].count += n
	}
}

// setLeast says how much memory the hosts of row r have at least.
func (t *tallies) setLeast(r int, memory int64) {
	i := t.leaves + r
	t.nodes[i].memory = memory
	for i /= 2; i > 0; i /= 2 {
		t.nodes[i].memory = min(t.nodes[2*i].memory, t.nodes[2*i+1].memory)
	}
}

// fittingFrom returns how many hosts of the rows from r up have at least that
// much memory free.
func (g *grid) fittingFrom(r int, memory int64) int {
	if r >= len(g.rows) { // more than any host has
		return 0
	}
	n := 0
	for i := g.tallies.leaves + r; i > 0; i = after(i) {
		n += g.fitting(i, memory)
	}
	return n
}

// nthFrom returns the row of the n-th of these hosts, and which of those that
// fit in that row it is. There must be more than n.
func (g *grid) nthFrom(r int, memory int64, n int) (row, nth int) {
	i := g.tallies.leaves + r
	for in := g.fitting(i, memory); n >= in; in = g.fitting(i, memory) {
		n -= in
		i = after(i)
	}
	for i < g.tallies.leaves {
		i *= 2
		if left := g.fitting(i, memory); n >= left {
			n -= left
			i++
		}
	}
	return i - g.tallies.leaves, n
}

// after returns the largest node whose rows follow those of node i, or 0 if none
// follow.
func after(i int) int {
	i >>= bits.TrailingZeros(^uint(i)) // up while it is a right child
	if i == 0 {
		return 0
	}
	return i + 1
}

// fitting returns how many hosts of node i have at least that much memory free.
func (g *grid) fitting(i int, memory int64) int {
	if t := &g.tallies.nodes[i]; t.memory >= memory {
		return t.count
	}
	return g.fittingSome(i, memory)
}

// fittingSome is fitting of a node of which a host has too little memory. It
// takes time for each such row, and each cell of these.
func (g *grid) fittingSome(i int, memory int64) int {
	if i < g.tallies.leaves {
		return g.fitting(2*i, memory) + g.fitting(2*i+1, memory)
	}
	row := &g.rows[i-g.tallies.leaves]
	at, _ := row.find(key{row.keys[0].cpu, memory})
	n := 0
	for _, cell := range row.cells[at:] {
		n += g.sets[cell.set].count
	}
	return n
}
