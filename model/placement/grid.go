package placement

import (
	"math"
	"math/bits"
	"slices"
)

// grid groups hosts into rows, and within a row into cells of equal free CPU
// and free memory, ascending. A cell that empties is removed, so that every
// cell seen by a query holds a host.
type grid struct {
	rows    []row
	tallies *tallies  // nil until a query counts
	full    []uint64  // bit r: row r has a cell
	sets    []hostSet // of the cells, by number
	spare   []int32   // unused sets
	bitmaps bitmaps
}

// row holds the cells of one row by their keys.
type row struct {
	keys  []key
	cells []cell
}

// cell is the hosts of one key.
type cell struct {
	set    int32 // its number
	lowest int32 // host
}

// key is what the hosts of one cell have free.
type key struct {
	cpu    int32
	memory int64
}

func newGrid(hosts, rows int) *grid {
	return &grid{rows: make([]row, rows), full: make([]uint64, (rows+63)/64), bitmaps: bitmaps{hosts: hosts}}
}

// put adds host to the cell k of row r.
func (g *grid) put(r int, k key, host int) {
	row := &g.rows[r]
	at, found := row.find(k)
	if !found {
		row.keys = slices.Insert(row.keys, at, k)
		row.cells = slices.Insert(row.cells, at, cell{g.newSet(), int32(host)})
		g.full[r/64] |= 1 << (r % 64)
		if at == 0 && g.tallies != nil {
			g.tallies.setLeast(r, k.memory)
		}
	}
	if g.tallies != nil {
		g.tallies.add(r, 1)
	}
	cell := &row.cells[at]
	cell.lowest = min(cell.lowest, int32(host))
	g.sets[cell.set].add(host, &g.bitmaps)
}

// take removes host from the cell k of row r, where it is.
func (g *grid) take(r int, k key, host int) {
	row := &g.rows[r]
	at, found := row.find(k)
	if !found {
		panic("placement: host is not where the index says")
	}
	if g.tallies != nil {
		g.tallies.add(r, -1)
	}
	cell := &row.cells[at]
	set := &g.sets[cell.set]
	set.remove(host, &g.bitmaps)
	if set.count > 0 {
		if int(cell.lowest) == host {
			cell.lowest = int32(set.lowest())
		}
		return
	}
	g.spare = append(g.spare, cell.set)
	row.keys = slices.Delete(row.keys, at, at+1)
	row.cells = slices.Delete(row.cells, at, at+1)
	if len(row.keys) == 0 {
		g.full[r/64] &^= 1 << (r % 64)
	}
	if at == 0 && g.tallies != nil {
		g.tallies.setLeast(r, row.least())
	}
}

// rowFrom returns the first row with a cell, from r up, or -1.
func (g *grid) rowFrom(r int) int {
	if r >= len(g.rows) {
		return -1
	}
	w := r / 64
	word := g.full[w] >> (r % 64) << (r % 64)
	for word == 0 {
		if w++; w == len(g.full) {
			return -1
		}
		word = g.full[w]
	}
	return w*64 + bits.TrailingZeros64(word)
}

// rowUpTo returns the last row with a cell, from r down, or -1.
func (g *grid) rowUpTo(r int) int {
	if r < 0 {
		return -1
	}
	w := r / 64
	word := g.full[w] << (63 - r%64) >> (63 - r%64)
	for word == 0 {
		if w--; w < 0 {
			return -1
		}
		word = g.full[w]
	}
	return w*64 + 63 - bits.LeadingZeros64(word)
}

func (g *grid) newSet() int32 {
	if n := len(g.spare); n > 0 {
		set := g.spare[n-1]
		g.spare = g.spare[:n-1]
		return set
	}
	g.sets = append(g.sets, hostSet{})
	return int32(len(g.sets) - 1)
}

// find returns the position of the first key not below k, and whether it is k.
func (r *row) find(k key) (at int, found bool) {
	low, high := 0, len(r.keys)
	for low < high {
		mid := int(uint(low+high) / 2)
		if r.keys[mid].less(k) {
			low = mid + 1
		} else {
			high = mid
		}
	}
	return low, low < len(r.keys) && r.keys[low] == k
}

// least returns the memory of the first key, or more than a host has if there is none.
func (r *row) least() int64 {
	if len(r.keys) == 0 {
		return math.MaxInt64
	}
	return r.keys[0].memory
}

func (k key) less(other key) bool {
	return k.cpu < other.cpu || k.cpu == other.cpu && k.memory < other.memory
}
