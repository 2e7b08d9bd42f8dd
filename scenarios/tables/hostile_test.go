package tables

import (
	"strconv"
	"testing"

	"headroom/model/cloud"
	"headroom/scenarios/tree"
)

// hostile are values that hardly any key takes, and some that some do.
var hostile = []string{
	"nan", "inf", "-inf", "-1", "0", "1e300", "1e-300", "9223372036854775807", "-9223372036854775808",
	`""`, `"x"`, `"-5s"`, `"1e9d"`, "true", "[]", "[[]]", "[1, 2]", "{}", "{ x = 1 }", `["a", "a"]`, "[{}]", "07:30:00", "2026-01-01",
	`{ dist = "fixed" }`, `{ dist = "empirical", values = [] }`, `{ dist = "pareto", shape = 1, scale = 1e18 }`,
	`"\u0000\n"`, "[nan]", "1",
}

// TestHostileValuesAreFaultsOrRun puts a value where it hardly belongs, at every
// place of the good scenario, another value at each. What is accepted must
// start, and resolve to what loads again.
func TestHostileValuesAreFaultsOrRun(t *testing.T) {
	for i, path := range paths(tree.Parse(tree.Disk{}, "shop.toml", []byte(good)).Root, "") {
		set := path + "=" + hostile[i%len(hostile)]
		s, err := parse(good, set)
		if err != nil {
			messages(t, err)
			continue
		}
		if _, err := Parse("shop.toml", s.Resolved(), Options{}); err != nil {
			t.Errorf("%s: resolved: %v", set, err)
		}
		if _, err := cloud.New(s.Config, 0); err != nil {
			t.Errorf("%s: %v", set, err)
		}
	}
}

// paths lists the dotted paths of everything below a node.
func paths(n *tree.Node, prefix string) []string {
	var all []string
	add := func(key string, below *tree.Node) {
		all = append(all, prefix+key)
		all = append(all, paths(below, prefix+key+".")...)
	}
	for i, e := range n.List {
		add(strconv.Itoa(i), e)
	}
	for _, key := range n.Keys() {
		add(tree.QuoteKey(key), n.Table[key])
	}
	return all
}
