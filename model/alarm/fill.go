package alarm

import (
	"fmt"
	"slices"
)

// The words of FILL for values of other periods: the newest one before the gap, and those on the
// line from there to the first one after it.
const (
	repeat = "REPEAT"
	linear = "LINEAR"
)

// longestGap is how many periods a gap has at most that FILL with LINEAR fills: a day of minutes,
// as long as most alarms look back. It is our own.
const longestGap = 1440

// fills reports whether a node is a word of FILL.
func (n *node) fills() bool { return n.function == repeat || n.function == linear }

// Memory is what a formula remembers of the periods before, for its FILLs.
type Memory struct {
	last []Value  // what each REPEAT repeats
	past []moment // since the oldest gap of a LINEAR began
	at   int      // which of them is computed
	real []int    // by LINEAR, the newest of them in which what it fills had a value; -1: none had
}

// moment is one period: the values of the metrics, and what the REPEATs repeat then.
type moment struct{ values, last []Value }

// Memory returns what a formula remembers before its first period: nothing.
func (e *Expression) Memory() *Memory {
	return &Memory{last: make([]Value, len(e.repeats)), real: slices.Repeat([]int{-1}, len(e.linear))}
}

// remember notes the values of a period, whether or not the formula comes to look at them.
func (e *Expression) remember(values []Value, m *Memory) {
	for k := range e.repeats {
		if v := e.repeats[k].evaluate(values, nil); v.OK {
			m.last[k] = v
		}
	}
	if len(e.linear) == 0 {
		return
	}
	m.past = append(m.past, moment{slices.Clone(values), slices.Clone(m.last)})
	m.at = len(m.past) - 1
}

// Revise returns what has become known with the newest period of earlier ones, the newest first:
// a gap that ends has values then, by FILL with LINEAR, and none before. Nil where no gap ended.
func (e *Expression) Revise(m *Memory) (earlier []Value) {
	if len(e.linear) == 0 {
		return nil
	}
	newest := len(m.past) - 1
	first, keep := newest, newest
	for k := range e.linear {
		if e.linear[k].evaluate(m.past[newest].values, nil).OK {
			if m.real[k] >= 0 {
				first = min(first, m.real[k]+1)
			}
			m.real[k] = newest
		}
		if m.real[k] >= 0 {
			keep = min(keep, m.real[k])
		}
	}
	for at := newest - 1; at >= first; at-- {
		then := m.past[at]
		earlier = append(earlier, e.root.evaluate(then.values, &Memory{last: then.last, past: m.past, at: at}))
	}
	m.forget(max(e.before(keep, m), newest-longestGap))
	return earlier
}

// before returns from where on periods are needed for those after one in an open gap: there each
// of what is filled has its newest value.
func (e *Expression) before(keep int, m *Memory) int {
	first := keep
	for k := range e.linear {
		at := keep
		for at > 0 && !e.linear[k].evaluate(m.past[at].values, nil).OK {
			at--
		}
		first = min(first, at)
	}
	return first
}

// forget drops the oldest moments.
func (m *Memory) forget(n int) {
	m.past = append(m.past[:0], m.past[n:]...)
	for k := range m.real {
		m.real[k] = max(-1, m.real[k]-n)
	}
}

// fill evaluates FILL: its first operand, or where that has no value the second, or what other
// periods say.
func (n *node) fill(values []Value, m *Memory) Value {
	v := n.of[0].evaluate(values, m)
	switch {
	case v.OK || m == nil && n.of[1].fills():
		return v
	case n.of[1].function == linear:
		return m.between(&n.of[0])
	case n.of[1].function == repeat:
		return m.last[n.metric]
	}
	return n.of[1].evaluate(values, m)
}

// between returns the value of a gap's period on the line between the gap's ends; none while one
// of them is not known.
func (m *Memory) between(of *node) Value {
	value := func(i int) Value { return of.evaluate(m.past[i].values, nil) }
	before, after := m.at-1, m.at+1
	for before >= 0 && !value(before).OK {
		before--
	}
	for after < len(m.past) && !value(after).OK {
		after++
	}
	if before < 0 || after == len(m.past) {
		return Value{}
	}
	a, b := value(before).Value, value(after).Value
	return finite(a + (b-a)*float64(m.at-before)/float64(after-before))
}

// fillOver makes a FILL over periods of its operands.
func (p *parser) fillOver(of []node) (node, error) {
	n := node{function: "FILL", of: of}
	switch {
	case of[0].looksBack():
		return n, fmt.Errorf("FILL with %s must not be of another FILL over periods", of[1].function)
	case of[1].function == repeat:
		n.metric = len(p.repeats)
		p.repeats = append(p.repeats, of[0])
	default:
		p.linear = append(p.linear, of[0])
	}
	return n, plain(of[:1], "FILL")
}

// looksBack reports whether a node, or a part of it, is a FILL over periods.
func (n *node) looksBack() bool {
	return n.function == "FILL" && n.of[1].fills() || slices.ContainsFunc(n.of, func(part node) bool { return part.looksBack() })
}
