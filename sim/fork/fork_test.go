package fork

import (
	"net/netip"
	"reflect"
	"sync"
	"testing"
	"time"
)

type shape interface{ area() int }

type square struct{ side int }

func (s *square) area() int { return s.side * s.side }

type pair struct{ a, b *int }

func (p pair) area() int { return *p.a * *p.b }

type fixed struct{ text string }

type world struct {
	clock    struct{ now int }
	now      *int // into clock
	parts    []part
	second   *part // into parts
	front    []part
	back     []part // of the array of front
	shapes   []shape
	byName   map[string]*part
	twice    map[string]*part // the same map
	keyed    map[*part]int
	self     *world
	next     *world
	handle   func(int) int
	cfg      *fixed
	list     []fixed
	start    time.Time
	lent     []int // with room for more
	none     []int
	nobody   shape
	array    [2]*int
	anything any
	table    *table
	address  netip.Addr
}

// table is made once, for whoever asks first.
type table struct {
	once sync.Once
	made []int
}

type part struct {
	name string
	next *part
	n    int
}

func build() *world {
	w := &world{parts: []part{{name: "a", n: 1}, {name: "b", n: 2}}, handle: func(i int) int { return i + 1 }, cfg: &fixed{"shared"}, list: []fixed{{"x"}}}
	w.now, w.second = &w.clock.now, &w.parts[1]
	w.parts[0].next = w.second
	all := []part{{n: 1}, {n: 2}, {n: 3}, {n: 4}}
	w.front, w.back = all[:3:3], all[1:]
	three, four := 3, 4
	w.shapes = []shape{&square{5}, pair{&three, &four}}
	w.byName = map[string]*part{"b": w.second}
	w.twice, w.keyed = w.byName, map[*part]int{w.second: 7}
	w.self, w.next = w, &world{self: w}
	w.address = netip.MustParseAddr("10.0.0.1")
	w.start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	w.lent = append(make([]int, 0, 8), 1)
	w.array = [2]*int{&three, &three}
	w.anything, w.table = []*part{w.second}, &table{}
	w.table.once.Do(func() { w.table.made = []int{1} })
	return w
}

// What was one thing in the original is one thing in the copy, and none of it the original's.
func TestACopyIsJoinedAsTheOriginal(t *testing.T) {
	w := build()
	c := Of(w, reflect.TypeFor[fixed]())
	c.clock.now, c.parts[1].n, c.front[2].n = 9, 22, 33
	c.shapes[0].(*square).side, *c.array[0] = 6, 30
	c.lent = append(c.lent, 2)
	for name, ok := range map[string]bool{
		"a pointer into itself":       *c.now == 9 && w.clock.now == 0,
		"a pointer into a slice":      c.second.n == 22 && c.parts[0].next == c.second && w.second.n == 2,
		"two slices of one array":     c.back[1].n == 33 && w.back[1].n == 3 && len(c.front) == 3 && len(c.back) == 3,
		"an interface with a pointer": c.shapes[0].area() == 36 && w.shapes[0].area() == 25,
		"an interface with a value":   c.shapes[1].area() == 120 && w.shapes[1].area() == 12,
		"an array of pointers":        c.array[0] == c.array[1] && *w.array[0] == 3,
		"a map":                       c.byName["b"] == c.second && reflect.ValueOf(c.byName).Pointer() == reflect.ValueOf(c.twice).Pointer(),
		"a map of another":            reflect.ValueOf(c.byName).Pointer() != reflect.ValueOf(w.byName).Pointer(),
		"pointers as keys":            c.keyed[c.second] == 7 && len(c.keyed) == 1,
		"a circle":                    c.self == c && c.next.self == c,
		"a function":                  c.handle(1) == 2,
		"what is shared":              c.cfg == w.cfg && &c.list[0] == &w.list[0],
		"what has a lock":             c.table == w.table,
		"an address":                  c.address == w.address,
		"a time zone":                 c.start == w.start,
		"what is beyond the end":      len(w.lent) == 1 && w.lent[:2][1] == 0 && cap(c.lent) == 8,
		"nothing":                     c.none == nil && c.nobody == nil,
		"a slice in an interface":     c.anything.([]*part)[0] == c.second,
	} {
		if !ok {
			t.Errorf("%s: the copy is not as the original", name)
		}
	}
}

func TestWhatCannotBeCopiedPanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a channel was copied")
		}
	}()
	Of(&struct{ c chan int }{make(chan int)})
}

func BenchmarkOf(b *testing.B) {
	w := build()
	w.lent = make([]int, 1<<20)
	for range 1 << 12 {
		w.shapes = append(w.shapes, &square{1})
	}
	for b.Loop() {
		Of(w)
	}
}
