package schema

import (
	"slices"
	"strconv"

	"headroom/scenarios/tree"
)

// Neutral is the values of a planned key that mean what happens anyway.
type Neutral struct {
	Text  string // as TOML; "" if there are none
	holds func(*tree.Node) bool
}

// The neutral values, by what they are.
var (
	Never = Neutral{"", func(*tree.Node) bool { return false }}
	Zero  = Neutral{"0", func(n *tree.Node) bool { return n.Scalar == int64(0) || n.Scalar == 0.0 || n.Scalar == "0s" }}
	One   = Neutral{"1", func(n *tree.Node) bool { return n.Scalar == int64(1) || n.Scalar == 1.0 || n.Scalar == "1" }}
	On    = Neutral{"true", func(n *tree.Node) bool { return n.Scalar == true }}
	Off   = Neutral{"false", func(n *tree.Node) bool { return n.Scalar == false || n.Scalar == "off" }}
	IPv4  = Words("ipv4")
	Empty = Neutral{"[]", func(n *tree.Node) bool { return n.Form == tree.ListForm && len(n.List) == 0 }}

	// Nothing is what Terraform writes of what is not set.
	Nothing = Neutral{"false", func(n *tree.Node) bool {
		return Off.holds(n) || Zero.holds(n) || Empty.holds(n) || n.Is("") || n.Form == tree.TableForm && len(n.Table) == 0
	}}
	AnyText  = Neutral{`""`, func(n *tree.Node) bool { _, ok := n.AsText(); return ok }}
	AnyFlag  = Neutral{"false", func(n *tree.Node) bool { _, ok := n.AsFlag(); return ok }}
	AnyWhole = Neutral{"1", func(n *tree.Node) bool { _, ok := n.AsWhole(); return ok }}
	AnyTexts = Neutral{"[]", func(n *tree.Node) bool {
		return n.Form == tree.ListForm && !slices.ContainsFunc(n.List, func(e *tree.Node) bool { _, ok := e.AsText(); return !ok })
	}}
	AnyTable = Neutral{"{}", func(n *tree.Node) bool { return n.Form == tree.TableForm }}
)

// Words are some words.
func Words(words ...string) Neutral {
	return Neutral{strconv.Quote(words[0]), func(n *tree.Node) bool { return slices.ContainsFunc(words, n.Is) }}
}

// TableWith is a table of one key with one value, or of none.
func TableWith(key string, value any) Neutral {
	return Neutral{"{ " + key + " = " + tree.FormatScalar(value) + " }", func(n *tree.Node) bool {
		inner := n.Table[key]
		return n.Form == tree.TableForm && (len(n.Table) == 0 || len(n.Table) == 1 && inner != nil && inner.Scalar == value)
	}}
}

// Foreign declares a key of Terraform's that is none of the vocabulary, and which of its
// values are accepted, because they mean what happens anyway. It is not documented, and
// suggested to nobody.
func Foreign(path string, accepted Neutral) Key {
	return Key{Path: path, Doc: "Terraform's, not a key here", Neutral: &accepted, foreign: true}
}

// unsimulated is the rule that a planned key breaks, or a foreign one.
func (k Key) unsimulated() string {
	rule := "is not simulated by this version"
	if k.foreign {
		rule = "is Terraform's, and not simulated"
	}
	if k.Instead != "" {
		rule += ": use " + k.Instead
	}
	return rule
}
