package network

import "slices"

// Sender is all connections of one kind that one end makes.
type Sender struct {
	From     int // index of its end
	Public   bool
	Protocol Protocol
	Port     uint16
}

// Flow returns the connection of a sender to an end.
func (s Sender) Flow(ends []End, to int) Flow {
	return Flow{From: &ends[s.From], To: &ends[to], Public: s.Public, Protocol: s.Protocol, Port: s.Port}
}

// Matrix is an answer about each of some senders and each of some ends: one bit.
type Matrix struct {
	words int // a row
	bits  []uint64
}

// Compile asks about every sender and end, as [Policy.Allows] does.
func Compile(senders []Sender, ends []End, ask func(Flow) bool) Matrix {
	m := Matrix{words: (len(ends) + 63) / 64}
	m.bits = make([]uint64, m.words*len(senders))
	for s := range senders {
		for e := range ends {
			if ask(senders[s].Flow(ends, e)) {
				m.bits[s*m.words+e>>6] |= 1 << (e & 63)
			}
		}
	}
	return m
}

// Says returns the answer about the connections of a sender to an end.
func (m *Matrix) Says(sender, end int) bool {
	return m.bits[sender*m.words+end>>6]>>(end&63)&1 != 0
}

// SaysAny reports whether some answer is yes.
func (m *Matrix) SaysAny() bool {
	return slices.ContainsFunc(m.bits, func(word uint64) bool { return word != 0 })
}
