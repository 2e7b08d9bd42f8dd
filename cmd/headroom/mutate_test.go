package main

import (
	"maps"
	"math"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"headroom/scenarios/tree"
)

// mutator changes a scenario at random. What it does is a pure function of its seed.
type mutator struct {
	*rand.Rand
	root   *tree.Node
	donors []*tree.Node // other scenarios, of which parts are taken
	gentle bool         // changes are those that a file most often survives
	done   []string     // what was changed, for people to read
}

// mutated returns the text of a scenario with one to four changes, and what they are.
func mutated(seed uint64, root *tree.Node, donors []*tree.Node) (string, []string) {
	m := &mutator{Rand: rand.New(rand.NewPCG(seed, 0)), root: root.Copy(), donors: donors}
	if m.Float64() < 0.8 { // to check all choices takes most of the time
		delete(m.root.Table, "search")
	}
	m.gentle = m.Float64() < 0.7
	for range 1 + m.IntN(4) {
		m.change()
	}
	text := m.root.Text()
	if !m.gentle && m.Float64() < 0.2 {
		text = m.tear(text)
	}
	return text, m.done
}

// slot is a place in a tree that holds a value.
type slot struct {
	path   string
	parent *tree.Node
	key    string // of a table
	index  int    // of a list
}

func (s *slot) get() *tree.Node {
	if s.parent.Form == tree.ListForm {
		return s.parent.List[s.index]
	}
	return s.parent.Table[s.key]
}

func (s *slot) set(n *tree.Node) {
	if s.parent.Form == tree.ListForm {
		s.parent.List[s.index] = n
		return
	}
	s.parent.Table[s.key] = n
}

// drop takes the value out.
func (s *slot) drop() {
	if s.parent.Form == tree.ListForm {
		s.parent.List = slices.Delete(s.parent.List, s.index, s.index+1)
		return
	}
	delete(s.parent.Table, s.key)
}

// slots lists the places below a node, in the order of their keys.
func slots(path string, n *tree.Node) []slot {
	var all []slot
	for _, key := range slices.Sorted(maps.Keys(n.Table)) {
		all = append(all, slot{path: path + key, parent: n, key: key})
		all = append(all, slots(path+key+".", n.Table[key])...)
	}
	for i, e := range n.List {
		at := path + strconv.Itoa(i)
		all = append(all, slot{path: at, parent: n, index: i})
		all = append(all, slots(at+".", e)...)
	}
	return all
}

// pick chooses a place that fits, nil if there is none.
func (m *mutator) pick(fits func(*tree.Node) bool) *slot {
	all := slices.DeleteFunc(slots("", m.root), func(s slot) bool { return !fits(s.get()) })
	if len(all) == 0 {
		return nil
	}
	return &all[m.IntN(len(all))]
}

func anything(*tree.Node) bool   { return true }
func isScalar(n *tree.Node) bool { return n.Form == tree.ScalarForm }
func hasNumber(n *tree.Node) bool {
	text, ok := n.AsText()
	return isScalar(n) && (!ok || quantity.MatchString(text))
}
func isContainer(n *tree.Node) bool { return n.Form != tree.ScalarForm }

// change makes one change. Most keep the file one that may run.
func (m *mutator) change() {
	changes := []struct {
		gentle, rough int // weights
		name          string
		fits          func(*tree.Node) bool
		do            func(*slot)
	}{
		{6, 10, "drop", anything, (*slot).drop},
		{0, 10, "swap", anything, m.swap},
		{0, 6, "move", anything, m.move},
		{0, 8, "retype", anything, m.retype},
		{1, 10, "extreme", isScalar, m.extreme},
		{40, 20, "number", hasNumber, m.number},
		{3, 8, "list", isContainer, m.relist},
		{0, 8, "twin", isContainer, m.twin},
		{10, 16, "graft", anything, m.graft},
	}
	weight := func(gentle, rough int) int {
		if m.gentle {
			return gentle
		}
		return rough
	}
	total := 0
	for _, c := range changes {
		total += weight(c.gentle, c.rough)
	}
	at := m.IntN(total)
	for _, c := range changes {
		if at -= weight(c.gentle, c.rough); at >= 0 {
			continue
		}
		if s := m.pick(c.fits); s != nil {
			m.done = append(m.done, c.name+" "+s.path)
			c.do(s)
		}
		return
	}
}

// swap exchanges two values that do not contain each other.
func (m *mutator) swap(s *slot) {
	o := m.pick(anything)
	if strings.HasPrefix(o.path, s.path) || strings.HasPrefix(s.path, o.path) {
		return
	}
	a, b := s.get(), o.get()
	s.set(b)
	o.set(a)
}

// move puts a value under its key into another table.
func (m *mutator) move(s *slot) {
	value := s.get()
	to := m.pick(func(n *tree.Node) bool { return n.Form == tree.TableForm })
	if to == nil || strings.HasPrefix(to.path, s.path) || s.key == "" {
		return
	}
	table := to.get()
	s.drop()
	table.Table[s.key] = value
}

// retype writes a value as one of another form.
func (m *mutator) retype(s *slot) {
	n := s.get()
	wrapped := tree.NewTable(n.At)
	wrapped.Inline = true
	wrapped.Table["value"] = n
	options := []*tree.Node{
		{At: n.At, Form: tree.ListForm, List: []*tree.Node{n}},
		{At: n.At, Form: tree.ListForm},
		wrapped,
		scalar(n, true),
		scalar(n, n.String()),
		scalar(n, 12.5),
	}
	if text, ok := n.AsText(); ok {
		if v, err := strconv.ParseFloat(text, 64); err == nil {
			options = append(options, scalar(n, v))
		}
	}
	s.set(options[m.IntN(len(options))])
}

func scalar(like *tree.Node, value any) *tree.Node {
	return &tree.Node{At: like.At, Form: tree.ScalarForm, Scalar: value}
}

var extremeNumbers = []any{
	int64(0), int64(-1), int64(1), int64(2), int64(math.MaxInt64), int64(math.MinInt64), int64(1) << 31, int64(1) << 53,
	1e308, -1e308, 1e-308, 5e-324, 0.0, math.Copysign(0, -1), math.NaN(), math.Inf(1), math.Inf(-1), 0.999999999999, 1e9, 1e-9,
}

var extremeTexts = []string{
	"", " ", "nan", "NaN", "inf", "-inf", "1e308", "-1", "0", "0s", "1ns", "-5m", "100000000h", "1e300s", "366d", "99999999999999d",
	"$0", "$1e308", "$-1", "0%", "100%", "-3%", "1e9%", "0/s", "1e308/s", "1e-300/s", "0B", "1e20GiB", "1.5", "\x00", "a\tb\nc", "\x1b[31m",
	"日本語", "🙂", "é́", "../../etc/passwd", "{a=1}", "[1]", "\"", "'", "a.b.c", "*", "0 0 31 2 *", "* * * * *", "2026-02-30", "2262-04-12T00:00:00Z",
}

// extreme puts a number or a text that nobody expects.
func (m *mutator) extreme(s *slot) {
	n := s.get()
	switch m.IntN(8) {
	case 0:
		s.set(scalar(n, strings.Repeat("x", 1<<(8+m.IntN(9)))))
	case 1, 2, 3:
		s.set(scalar(n, extremeTexts[m.IntN(len(extremeTexts))]))
	default:
		s.set(scalar(n, extremeNumbers[m.IntN(len(extremeNumbers))]))
	}
}

// quantity matches a number in a text.
var quantity = regexp.MustCompile(`[0-9]+(\.[0-9]+)?`)

var factors = []float64{0, -1, 0.001, 0.1, 0.5, 0.9, 1.1, 2, 3, 10, 100, 1000, 1e6, 1e12, 1e300}

// number multiplies the number of a value, whatever its unit.
func (m *mutator) number(s *slot) {
	n, factor := s.get(), factors[m.IntN(len(factors))]
	if m.gentle {
		factor = factors[2+m.IntN(9)]
	}
	switch v := n.Scalar.(type) {
	case int64:
		if scaled := float64(v) * factor; math.Abs(scaled) < math.MaxInt64 {
			s.set(scalar(n, int64(scaled)))
		}
	case float64:
		s.set(scalar(n, v*factor))
	case bool:
		s.set(scalar(n, !v))
	case string:
		s.set(scalar(n, quantity.ReplaceAllStringFunc(v, func(number string) string {
			f, _ := strconv.ParseFloat(number, 64) // the pattern is that of a number
			return strconv.FormatFloat(f*factor, 'g', -1, 64)
		})))
	}
}

// relist empties, doubles or turns around a list, or empties a table.
func (m *mutator) relist(s *slot) {
	n := s.get().Copy()
	if n.Form == tree.TableForm {
		s.set(tree.NewTable(n.At))
		return
	}
	switch m.IntN(4) {
	case 0:
		n.List = nil
	case 1:
		n.List = slices.Concat(n.List, n.Copy().List)
	case 2:
		slices.Reverse(n.List)
	default:
		for len(n.List) > 0 && len(n.List) < 300 {
			n.List = slices.Concat(n.List, n.Copy().List)
		}
	}
	s.set(n)
}

// twin adds a copy of a table or of an element beside it.
func (m *mutator) twin(s *slot) {
	n := s.get().Copy()
	if s.parent.Form == tree.ListForm {
		s.parent.List = slices.Insert(s.parent.List, s.index, n)
		return
	}
	s.parent.Table[s.key+strconv.Itoa(m.IntN(3))] = n
}

// graft takes a value from another scenario: at the same key, if it has one there.
func (m *mutator) graft(s *slot) {
	theirs := slots("", m.donors[m.IntN(len(m.donors))])
	same := slices.DeleteFunc(slices.Clone(theirs), func(o slot) bool { return o.key == "" || o.key != s.key })
	if len(same) > 0 && (m.gentle || m.Float64() < 0.7) {
		s.set(same[m.IntN(len(same))].get().Copy())
		return
	}
	o := theirs[m.IntN(len(theirs))]
	table := m.root
	for _, part := range strings.Split(o.path, ".")[:strings.Count(o.path, ".")] {
		below := table.Table[part]
		if below == nil || below.Form != tree.TableForm {
			break
		}
		table = below
	}
	if o.key != "" {
		table.Table[o.key] = o.get().Copy()
		m.done = append(m.done, "of "+o.path)
	}
}

// tear damages a text as an editor, a merge or a disk would.
func (m *mutator) tear(text string) string {
	lines := strings.SplitAfter(text, "\n")
	i := m.IntN(len(lines))
	m.done = append(m.done, "tear line "+strconv.Itoa(i+1))
	switch m.IntN(4) {
	case 0: // a line, or a header, twice
		return strings.Join(slices.Insert(lines, i, lines[i]), "")
	case 1:
		return strings.Join(lines[:i], "")
	case 2: // a byte is another one
		b := []byte(text)
		if len(b) > 0 {
			b[m.IntN(len(b))] ^= 1 << m.IntN(8)
		}
		return string(b)
	default:
		return strings.Join(slices.Insert(lines, i, "<<<<<<< HEAD\n"), "")
	}
}
