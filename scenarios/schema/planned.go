package schema

import "headroom/scenarios/tree"

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
	IPv4  = Neutral{`"ipv4"`, func(n *tree.Node) bool { return n.Scalar == "ipv4" }}
	Empty = Neutral{"[]", func(n *tree.Node) bool { return n.Form == tree.ListForm && len(n.List) == 0 }}
)
