package tables

import (
	"strconv"
	"strings"

	"headroom/scenarios/schema"
	"headroom/scenarios/tree"
)

// verify reports the rules of the model that the config breaks and no table has
// seen, at the keys that the model names.
func (l *loader) verify(root *tree.Node) {
	for _, err := range l.cfg.Validate() {
		path, rule, ok := strings.Cut(err.Error(), ": ")
		if !ok {
			path, rule = "", err.Error()
		}
		at := nearest(root, path)
		l.Faults = append(l.Faults, schema.Fault{File: at.File, Line: at.Line, Path: path, Rule: rule})
	}
}

// nearest returns the position of what a dotted path leads to, or of the last
// that is there on the way. Names may have dots of their own.
func nearest(n *tree.Node, path string) tree.Position {
	for path != "" {
		next, rest := (*tree.Node)(nil), ""
		for end := len(path); end > 0 && next == nil; end = strings.LastIndexByte(path[:end], '.') {
			name := path[:end]
			switch i, err := strconv.Atoi(name); {
			case n.Form == tree.TableForm:
				next = n.Table[name]
			case n.Form == tree.ListForm && err == nil && i >= 0 && i < len(n.List):
				next = n.List[i]
			}
			rest = strings.TrimPrefix(path[end:], ".")
		}
		if next == nil {
			break
		}
		n, path = next, rest
	}
	return n.At
}
