package tables

import (
	"fmt"
	"os"
	"runtime/debug"
	"slices"
	"testing"

	"headroom/scenarios/tree"
	"headroom/sim/rng"
)

// A place is where a value stands in a tree.
type place struct {
	in   *tree.Node
	path []string
	put  func(*tree.Node) // nil as its argument takes a key of a table away
}

// places lists where the values of a tree stand, in order.
func places(n *tree.Node, path []string) (all []place) {
	for i, e := range n.List {
		at := append(slices.Clone(path), fmt.Sprint(i))
		all = append(all, place{e, at, func(v *tree.Node) {
			if v == nil {
				v = &tree.Node{At: e.At, Form: tree.ListForm}
			}
			n.List[i] = v
		}})
		all = append(all, places(e, at)...)
	}
	keys := make([]string, 0, len(n.Table))
	for key := range n.Table {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		at := append(slices.Clone(path), key)
		all = append(all, place{n.Table[key], at, func(v *tree.Node) {
			if v == nil {
				delete(n.Table, key)
				return
			}
			n.Table[key] = v
		}})
		all = append(all, places(n.Table[key], at)...)
	}
	return all
}

// breakages are what people write instead of a value: "" takes its key away.
var breakages = []string{"", `"nosuch"`, "-1", "{}", "[]", "[{}]", "true", `""`, "1e308"}

// breaks puts a breakage at one of the places of a tree, and says what and where.
func breaks(root *tree.Node, which, how int) string {
	at := places(root, nil)[which]
	if breakages[how] == "" {
		at.put(nil)
		return tree.Dotted(at.path) + " taken away"
	}
	n, err := tree.ParseValue(breakages[how], at.in.At)
	if err != nil {
		panic(err)
	}
	at.put(n)
	return tree.Dotted(at.path) + " = " + breakages[how]
}

// Whatever value of a file is wrong, missing or names nothing, all that is said of it is faults: what
// looks at several tables meets references that lead nowhere. HEADROOM_BREAKS=all tries every value.
func TestBrokenValuesAreFaults(t *testing.T) {
	every := os.Getenv("HEADROOM_BREAKS") == "all"
	s := rng.New(1, 0, "breaks")
	for _, file := range sound(t) {
		source := tree.Read(Options{}.files(), file)
		if source.Root == nil {
			t.Fatal(file, source.Mistakes)
		}
		o := &origin{path: file, texts: source.Texts, shared: newShared()}
		try := func(which, how int) {
			root := source.Root.Copy()
			what := breaks(root, which, how)
			defer func() {
				if r := recover(); r != nil {
					t.Errorf("%s with %s: panic: %v\n%s", file, what, r, debug.Stack())
				}
			}()
			newLoader(root, o)
		}
		n := len(places(source.Root, nil))
		if every {
			for which := range n {
				for how := range breakages {
					try(which, how)
				}
			}
			continue
		}
		for range 8 {
			try(s.Below(n), s.Below(len(breakages)))
		}
	}
}
