package snapshot

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"headroom/model"
)

// Block is what snapshots count in.
const Block = 512 * model.KiB

// Blocks returns the blocks that bytes fill, the last in part.
func Blocks(size model.Bytes) int64 { return int64((size + Block - 1) / Block) }

// Writes are what was written to a volume since its last snapshot.
type Writes struct {
	Random int64       // writes of a block or a part of it, each anywhere
	Run    model.Bytes // written one after the other
}

// forever is when a version ends that is the present one.
const forever = math.MaxInt32

// versions are block versions that the same snapshots need: those with numbers from born
// to before died.
type versions struct {
	born, died int32
	blocks     int64
	lent       bool // stored with the snapshot that the volume was made from
}

// Chain is the snapshots of one volume, with what they store. The zero Chain is of no
// use.
type Chain struct {
	size, area int64 // blocks of the volume, and of the part on which writes fall
	next       int32 // number of the next snapshot
	kept       []int32
	versions   []versions // by born, died; never none of them
}

// NewChain returns the chain of a volume without snapshots, of which a part was written
// before. Writes fall on that part; on the whole of an empty volume.
func NewChain(size, written model.Bytes) *Chain {
	c := &Chain{size: Blocks(size), area: Blocks(written)}
	if c.area == 0 {
		c.area = c.size
	}
	if written > 0 {
		c.versions = append(c.versions, versions{died: forever, blocks: Blocks(written)})
	}
	return c
}

// Borrow returns the chain of a volume that is made from a snapshot, whose blocks it
// shares until they are written.
func Borrow(size, held model.Bytes) *Chain {
	c := NewChain(size, held)
	for i := range c.versions {
		c.versions[i].lent = true
	}
	return c
}

// Grow gives the volume a new size.
func (c *Chain) Grow(size model.Bytes) {
	whole := c.area == c.size
	if c.size = max(c.size, Blocks(size)); whole && c.written() == 0 {
		c.area = c.size
	}
}

// Take adds a snapshot, and returns its number and the blocks that it stores.
func (c *Chain) Take(w Writes) (number int32, delta int64) {
	number = c.next
	c.overwrite(c.Dirtied(w))
	c.kept = append(c.kept, number)
	c.next++
	return number, c.Delta(number)
}

// Dirtied returns the blocks that writes change at least once: of n that fall anywhere on
// N blocks, N (1 - (1 - 1/N)^n) are expected.
func (c *Chain) Dirtied(w Writes) int64 {
	if c.area == 0 {
		return 0
	}
	whole := float64(c.area)
	run := min(whole, float64(Blocks(w.Run)))
	untouched := (1 - run/whole) * math.Exp(float64(w.Random)*math.Log1p(-1/whole))
	if c.area == 1 && w.Random > 0 {
		untouched = 0
	}
	return min(c.area, int64(whole*(1-untouched)+0.5))
}

// overwrite gives blocks, which lie evenly on the area, a new version.
func (c *Chain) overwrite(dirty int64) {
	if dirty == 0 {
		return
	}
	written := c.written()
	left, over := dirty, max(written, c.area) // of dirty and of what it falls on
	unwritten := over - written
	fresh := share(left, unwritten, over)
	left, over = left-fresh, over-unwritten
	var ended []versions
	for i := range c.versions {
		v := &c.versions[i]
		if v.died != forever {
			continue
		}
		hit := share(left, v.blocks, over)
		left, over = left-hit, over-v.blocks
		v.blocks -= hit
		ended = append(ended, versions{v.born, c.next, hit, v.lent})
	}
	c.versions = append(append(c.versions, ended...), versions{born: c.next, died: forever, blocks: dirty - left})
	c.tidy()
}

// share is the part of blocks that falls on some of those there are, rounded.
func share(blocks, on, all int64) int64 {
	if all == 0 {
		return 0
	}
	return min(on, int64(float64(blocks)*float64(on)/float64(all)+0.5))
}

// tidy forgets versions that nobody needs, and puts those together that the same need.
func (c *Chain) tidy() {
	var all []versions
	for _, v := range c.versions {
		first, ok := c.first(v)
		if v.blocks == 0 || !ok && v.died != forever {
			continue
		}
		if ok { // from the first that needs it on: those before are gone
			v.born = first
		}
		if v.died != forever {
			v.died = c.last(v) + 1
		}
		all = append(all, v)
	}
	slices.SortFunc(all, func(a, b versions) int {
		return cmp.Or(cmp.Compare(a.born, b.born), cmp.Compare(a.died, b.died), compareFlags(a.lent, b.lent))
	})
	c.versions = all[:0]
	for _, v := range all {
		if n := len(c.versions); n > 0 && c.versions[n-1].born == v.born && c.versions[n-1].died == v.died && c.versions[n-1].lent == v.lent {
			c.versions[n-1].blocks += v.blocks
			continue
		}
		c.versions = append(c.versions, v)
	}
}

func compareFlags(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// first returns the earliest snapshot that needs versions.
func (c *Chain) first(v versions) (int32, bool) {
	i, _ := slices.BinarySearch(c.kept, v.born)
	if i == len(c.kept) || c.kept[i] >= v.died {
		return 0, false
	}
	return c.kept[i], true
}

// last returns the latest snapshot that needs versions that some does.
func (c *Chain) last(v versions) int32 {
	i, _ := slices.BinarySearch(c.kept, v.died)
	return c.kept[i-1]
}

// Remove takes a snapshot out, deleted or archived, and returns the blocks that are not
// stored any more: those that no other needs.
func (c *Chain) Remove(number int32) (freed int64) {
	before := c.Stored()
	i, ok := slices.BinarySearch(c.kept, number)
	if !ok {
		panic("snapshot: no snapshot of that number")
	}
	c.kept = slices.Delete(c.kept, i, i+1)
	c.tidy()
	return before - c.Stored()
}

// written returns the blocks that hold something.
func (c *Chain) written() (n int64) {
	for _, v := range c.versions {
		if v.died == forever {
			n += v.blocks
		}
	}
	return n
}

// Full returns the blocks that a snapshot holds, stored with it or with others.
func (c *Chain) Full(number int32) (n int64) {
	for _, v := range c.versions {
		if v.born <= number && number < v.died {
			n += v.blocks
		}
	}
	return n
}

// Delta returns the blocks that are stored with a snapshot: those that no earlier one
// needs.
func (c *Chain) Delta(number int32) (n int64) {
	for _, v := range c.versions {
		if first, ok := c.first(v); ok && first == number && !v.lent {
			n += v.blocks
		}
	}
	return n
}

// Stored returns the blocks that all snapshots store together.
func (c *Chain) Stored() (n int64) {
	for _, v := range c.versions {
		if _, ok := c.first(v); ok && !v.lent {
			n += v.blocks
		}
	}
	return n
}

// Lent reports whether a snapshot still needs blocks of the one that the volume was
// made from.
func (c *Chain) Lent() bool {
	return slices.ContainsFunc(c.versions, func(v versions) bool {
		_, ok := c.first(v)
		return v.lent && ok
	})
}

// Verify returns an error if blocks were lost or made up.
func (c *Chain) Verify() error {
	if n := c.written(); n > c.size {
		return fmt.Errorf("%d blocks are written of %d", n, c.size)
	}
	deltas := int64(0)
	for _, k := range c.kept {
		deltas += c.Delta(k)
		if n := c.Full(k); n > c.size {
			return fmt.Errorf("snapshot %d holds %d blocks of %d", k, n, c.size)
		}
	}
	if n := c.Stored(); n != deltas {
		return fmt.Errorf("%d blocks are stored, %d with the snapshots", n, deltas)
	}
	return nil
}
