package main

import (
	"cmp"
	"fmt"
	"go/token"
	"slices"
)

// finding is one broken rule at one place.
type finding struct {
	path    string // relative to the root, with slashes
	line    int
	rule    string
	message string
}

// String formats the finding as compilers do, so that editors can jump to it.
func (f finding) String() string {
	return fmt.Sprintf("%s:%d: %s: %s", f.path, f.line, f.rule, f.message)
}

// at makes a finding at a position of the tree.
func (t *tree) at(pos token.Pos, format string, args ...any) finding {
	p := t.fset.Position(pos)
	return finding{path: p.Filename, line: p.Line, message: fmt.Sprintf(format, args...)}
}

// sortFindings orders by path, then line; findings on one line keep the order of
// the rules.
func sortFindings(fs []finding) {
	slices.SortStableFunc(fs, func(a, b finding) int {
		return cmp.Or(cmp.Compare(a.path, b.path), cmp.Compare(a.line, b.line))
	})
}
