package tables

import (
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
		at := root.Nearest(path).At
		l.Faults = append(l.Faults, schema.Fault{File: at.File, Line: at.Line, Path: path, Rule: rule})
	}
}
