package accesslog

import (
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
	counts map[string]*int64
	Others int64 // that came after the bound was reached
}

// add counts a name.
func (n *Names) add(name []byte) {
	if count := n.counts[string(name)]; count != nil {
		*count++
		return
	}
	if len(n.counts) == mostNames {
		n.Others++
		return
	}
	if n.counts == nil {
		n.counts = map[string]*int64{}
	}
	one := int64(1)
	n.counts[string(name)] = &one
}

// Share is a name and how often it came.
type Share struct {
	Name  string
	Count int64
}

// Top returns the most frequent names, at most so many, and how often all others came.
func (n *Names) Top(most int) (top []Share, others int64) {
	all := make([]Share, 0, len(n.counts))
	for name, count := range n.counts {
		all = append(all, Share{name, *count})
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
		end := indexByte(path, '/')
		if end < 0 {
			end = len(path)
		}
		if segment := path[:end]; isIdentifier(segment) {
			to = append(to, '*')
		} else {
			to = appendPrintable(to, segment[:min(len(segment), longestPath)])
		}
		path = path[end:]
	}
	return to
}

// appendPrintable appends ASCII that can be printed as it is and a ? for all else.
func appendPrintable(to, text []byte) []byte {
	for _, c := range text {
		if c <= ' ' || c >= 0x7f || c == '"' || c == '\\' || c == '*' {
			c = '?'
		}
		to = append(to, c)
	}
	return to
}

// isIdentifier reports whether a segment of a path is a number, a UUID or a long
// hexadecimal number.
func isIdentifier(segment []byte) bool {
	decimal, hexadecimal := 0, 0
	for _, c := range segment {
		switch {
		case c >= '0' && c <= '9':
			decimal++
			hexadecimal++
		case c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F':
			hexadecimal++
		case c == '-':
		default:
			return false
		}
	}
	return decimal > 0 && (decimal == len(segment) || hexadecimal >= longestNumber)
}
