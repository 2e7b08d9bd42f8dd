package placement

import (
	"math/bits"
	"slices"
)

// hostSet is a set of host numbers: a sorted list while it is small, a bitmap
// once it is large. A bitmap takes hosts/8 bytes and only sets larger than
// hosts/512 have one, so that all the sets of a grid together stay below about
// 100 bytes a host, however the hosts are divided among them.
type hostSet struct {
	count int
	list  []int32 // ascending, if bits is nil
	bits  *bitmap
}

// bitmap is a set of host numbers with a count per page, and per part of one.
type bitmap struct {
	words []uint64 // bit i: host i
	pages []int32  // hosts in each pageWords words
	parts []uint16 // hosts in each partWords words
	clear int      // words from the first on that are zero, at least
}

// bitmaps lends empty bitmaps to the sets of one grid.
type bitmaps struct {
	hosts int
	spare []*bitmap
}

const (
	pageWords   = 64 // words of the bitmap that one page count covers
	partWords   = 8  // words that one part of a page has
	smallestMax = 32 // a set of that many hosts is always a list
)

// limit is the size beyond which a set is a bitmap; it becomes a list again at
// half of it.
func (b *bitmaps) limit() int { return max(smallestMax, b.hosts/256) }

// add adds host, which is not in the set.
func (s *hostSet) add(host int, b *bitmaps) {
	s.count++
	if s.bits != nil {
		s.bits.add(host)
		return
	}
	at, _ := slices.BinarySearch(s.list, int32(host))
	s.list = slices.Insert(s.list, at, int32(host))
	if s.count > b.limit() {
		s.bits = b.borrow()
		for _, host := range s.list {
			s.bits.add(int(host))
		}
		s.list = nil
	}
}

// remove removes host, which is in the set.
func (s *hostSet) remove(host int, b *bitmaps) {
	s.count--
	if s.bits != nil {
		s.bits.remove(host)
		if s.count <= b.limit()/2 {
			s.list = s.bits.empty(make([]int32, 0, s.count))
			b.spare = append(b.spare, s.bits)
			s.bits = nil
		}
		return
	}
	at, found := slices.BinarySearch(s.list, int32(host))
	if !found {
		panic("placement: host is not where the index says")
	}
	s.list = slices.Delete(s.list, at, at+1)
	if s.count == 0 && cap(s.list) > smallestMax {
		s.list = nil
	}
}

// lowest returns the lowest number of the set, which is not empty.
func (s *hostSet) lowest() int {
	if s.bits == nil {
		return int(s.list[0])
	}
	return s.bits.lowest()
}

// nth returns the n-th lowest number of the set, from 0.
func (s *hostSet) nth(n int) int {
	if s.bits == nil {
		return int(s.list[n])
	}
	return s.bits.nth(n)
}

func (b *bitmaps) borrow() *bitmap {
	if n := len(b.spare); n > 0 {
		m := b.spare[n-1]
		b.spare = b.spare[:n-1]
		return m
	}
	words := (b.hosts + 63) / 64
	return &bitmap{
		words: make([]uint64, words),
		pages: make([]int32, (words+pageWords-1)/pageWords),
		parts: make([]uint16, (words+partWords-1)/partWords),
	}
}

func (m *bitmap) add(host int) {
	m.words[host/64] |= 1 << (host % 64)
	m.pages[host/64/pageWords]++
	m.parts[host/64/partWords]++
	m.clear = min(m.clear, host/64)
}

// lowest is nth of 0: it goes on from where the one before was.
func (m *bitmap) lowest() int {
	for m.words[m.clear] == 0 {
		m.clear++
	}
	return m.clear*64 + bits.TrailingZeros64(m.words[m.clear])
}

func (m *bitmap) remove(host int) {
	m.words[host/64] &^= 1 << (host % 64)
	m.pages[host/64/pageWords]--
	m.parts[host/64/partWords]--
}

func (m *bitmap) nth(n int) int {
	page := 0
	for n >= int(m.pages[page]) {
		n -= int(m.pages[page])
		page++
	}
	part := page * (pageWords / partWords)
	for n >= int(m.parts[part]) {
		n -= int(m.parts[part])
		part++
	}
	w := part * partWords
	for n >= bits.OnesCount64(m.words[w]) {
		n -= bits.OnesCount64(m.words[w])
		w++
	}
	word := m.words[w]
	for ; n > 0; n-- {
		word &= word - 1
	}
	return w*64 + bits.TrailingZeros64(word)
}

// empty appends the numbers of m to list, ascending, and removes them.
func (m *bitmap) empty(list []int32) []int32 {
	for w, word := range m.words {
		for ; word != 0; word &= word - 1 {
			list = append(list, int32(w*64+bits.TrailingZeros64(word)))
		}
	}
	clear(m.words)
	clear(m.pages)
	clear(m.parts)
	m.clear = 0
	return list
}
