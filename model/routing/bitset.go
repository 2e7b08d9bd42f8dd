package routing

import "math/bits"

// bitset is a growing set of small numbers that finds the next member after a
// number in a few steps: a bit per number, and a bit per word that is not zero.
type bitset struct {
	words   []uint64
	summary []uint64
	count   int
}

// add adds i, which is not in the set.
func (s *bitset) add(i int) {
	s.grow(i + 1)
	s.insert(i)
}

// grow makes room for the numbers below n.
func (s *bitset) grow(n int) {
	for 64*len(s.words) < n {
		s.words = append(s.words, 0)
		if len(s.words) > 64*len(s.summary) {
			s.summary = append(s.summary, 0)
		}
	}
}

// insert adds i, which is not in the set and for which there is room.
func (s *bitset) insert(i int) {
	w := uint(i) / 64 // unsigned: a shift and nothing else
	word := &s.words[w]
	if *word == 0 {
		s.summary[w/64] |= 1 << (w % 64)
	}
	*word |= 1 << (uint(i) % 64)
	s.count++
}

// remove removes i, which is in the set.
func (s *bitset) remove(i int) {
	w := uint(i) / 64
	word := &s.words[w]
	*word &^= 1 << (uint(i) % 64)
	if *word == 0 {
		s.summary[w/64] &^= 1 << (w % 64)
	}
	s.count--
}

func (s *bitset) has(i int) bool {
	w := uint(i) / 64
	return w < uint(len(s.words)) && s.words[w]>>(uint(i)%64)&1 != 0
}

// from returns the lowest member that is i or more, or -1.
func (s *bitset) from(i int) int {
	w := uint(i) / 64
	if w >= uint(len(s.words)) {
		return -1
	}
	if word := s.words[w] >> (uint(i) % 64); word != 0 {
		return i + bits.TrailingZeros64(word)
	}
	w++
	for page := w / 64; page < uint(len(s.summary)); page++ {
		if word := s.summary[page] >> (w % 64); word != 0 {
			w += uint(bits.TrailingZeros64(word))
			return int(w*64) + bits.TrailingZeros64(s.words[w])
		}
		w = (page + 1) * 64
	}
	return -1
}

// next returns the first member from i up, going round, of a set that is not
// empty.
func (s *bitset) next(i int) int {
	if found := s.from(i); found >= 0 {
		return found
	}
	return s.from(0)
}
