package accesslog

import (
	"bytes"
	"cmp"
	"slices"

	"headroom/sim/stat"
)

// mostNames bounds how many paths, hosts or methods are told apart while reading.
const mostNames = 4096

// Tally counts what the requests were like.
type Tally struct {
	Count    int64
	First    int64 // when the first came, in microseconds since 1970
	Last     int64
	Coarse   bool // all times are whole seconds
	Status   [10]int64
	Target   stat.Histogram // microseconds that targets took, where known
	Whole    stat.Histogram // microseconds from arrival to response, where known
	Received stat.Histogram // bytes
	Sent     stat.Histogram
	Paths    Names
	Hosts    Names
	Methods  Names

	folded []byte // room for a path
}

// NewTally returns an empty one.
func NewTally() *Tally { return &Tally{Coarse: true, folded: make([]byte, 0, 256)} }

// Add counts a record.
func (t *Tally) Add(r *Record) {
	if t.Count == 0 {
		t.First, t.Last = r.At, r.At
	}
	t.Count++
	t.First, t.Last = min(t.First, r.At), max(t.Last, r.At)
	t.Coarse = t.Coarse && r.Coarse
	t.Status[min(max(0, r.Status/100), 9)]++
	if r.Target >= 0 {
		t.Target.Record(r.Target)
	}
	if r.Whole >= 0 {
		t.Whole.Record(r.Whole)
	}
	t.Received.Record(r.Received)
	t.Sent.Record(r.Sent)
	if len(r.Path) > 0 {
		t.folded = fold(t.folded[:0], r.Path)
		t.Paths.add(t.folded)
	}
	if len(r.Host) > 0 {
		t.Hosts.add(r.Host)
	}
	if len(r.Method) > 0 {
		t.Methods.add(r.Method)
	}
}

// Names counts names, of which there may be any number.
type Names struct {
	counts map[string]*Share
	last   *Share // that came last
	Others int64  // that came after the bound was reached
}

// add counts a name.
func (n *Names) add(name []byte) {
	if n.last != nil && string(name) == n.last.Name {
		n.last.Count++
		return
	}
	if share := n.counts[string(name)]; share != nil {
		share.Count++
		n.last = share
		return
	}
	if len(n.counts) == mostNames {
		n.Others++
		return
	}
	if n.counts == nil {
		n.counts = map[string]*Share{}
	}
	n.last = &Share{string(name), 1}
	n.counts[n.last.Name] = n.last
}

// Share is a name and how often it came.
type Share struct {
	Name  string
	Count int64
}

// Top returns the most frequent names, at most so many, and how often all others came.
func (n *Names) Top(most int) (top []Share, others int64) {
	all := make([]Share, 0, len(n.counts))
	for _, share := range n.counts {
		all = append(all, *share)
	}
	slices.SortFunc(all, func(a, b Share) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Name, b.Name))
	})
	others = n.Others
	for len(all) > most {
		others += all[len(all)-1].Count
		all = all[:len(all)-1]
	}
	return all, others
}

const (
	longestPath   = 100 // bytes that tell paths apart
	longestNumber = 16  // hexadecimal digits that are no word
)

// fold appends a path in which what names one thing of many is a *: numbers, UUIDs
// and long hexadecimal numbers between slashes.
func fold(to, path []byte) []byte {
	for len(path) > 0 && len(to) < longestPath {
		to = append(to, path[0]) // the slash
		path = path[1:]
		decimal, every, end := 0, byte(isDecimal|isHexadecimal|isPlain), 0
		for ; end < len(path) && path[end] != '/'; end++ {
			class := classes[path[end]]
			decimal += int(class & isDecimal)
			every &= class
		}
		switch segment := path[:end]; {
		case decimal > 0 && every&isHexadecimal != 0 && isIdentifier(segment, decimal):
			to = append(to, '*')
		case every&isPlain != 0:
			to = append(to, segment[:min(end, longestPath)]...)
		default:
			to = appendPrintable(to, segment[:min(end, longestPath)])
		}
		path = path[end:]
	}
	return to
}

// appendPrintable appends ASCII that can be printed as it is and a ? for all else.
func appendPrintable(to, text []byte) []byte {
	for _, c := range text {
		if classes[c]&isPlain == 0 {
			c = '?'
		}
		to = append(to, c)
	}
	return to
}

// Classes of bytes.
const (
	isDecimal     = 1 << iota
	isHexadecimal // or a hyphen, which a UUID has
	isPlain       // can be printed as it is
)

// classes has those of each byte.
var classes = func() (all [256]byte) {
	for c := range all {
		switch {
		case c >= '0' && c <= '9':
			all[c] = isDecimal | isHexadecimal
		case c >= 'a' && c <= 'f', c >= 'A' && c <= 'F', c == '-':
			all[c] = isHexadecimal
		}
		if c > ' ' && c < 0x7f && c != '"' && c != '\\' && c != '*' {
			all[c] |= isPlain
		}
	}
	return all
}()

// isIdentifier reports whether a segment of hexadecimal digits and hyphens, some of them
// decimal, is a number, a UUID or a long hexadecimal number.
func isIdentifier(segment []byte, decimal int) bool {
	return decimal == len(segment) || len(segment)-bytes.Count(segment, []byte("-")) >= longestNumber
}
