package schema

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"headroom/scenarios/tree"
)

// Fault is one thing that is wrong with a scenario.
type Fault struct {
	File string // as it was opened; "--set" for an override
	Line int    // 0: the file as a whole
	Path string // dotted path of the key; "" for the file as a whole
	Rule string // what must hold
	Got  string // the value as written; "" where there is none
	Hint string // the nearest valid name; "" where none is near
	Code string // AWS's error code, or the simulator's; "" for faults of form
	// RestSound says that what was read is sound all the same: the fault is of a key that
	// nothing reads, or of tables that are not there.
	RestSound bool
}

// Error returns the fault in one line: `file:line: path: rule, got value [code]`.
func (f Fault) Error() string {
	var b strings.Builder
	b.WriteString(f.File)
	if f.Line > 0 {
		fmt.Fprintf(&b, ":%d", f.Line)
	}
	if f.Path != "" {
		b.WriteString(": " + f.Path)
	}
	b.WriteString(": " + f.Rule)
	if f.Got != "" {
		b.WriteString(", got " + f.Got)
	}
	if f.Hint != "" {
		b.WriteString(" (did you mean " + f.Hint + "?)")
	}
	if f.Code != "" {
		b.WriteString(" [" + f.Code + "]")
	}
	return b.String()
}

// FaultsOf returns the mistakes of a text as faults.
func FaultsOf(mistakes []tree.Mistake) Faults {
	var faults Faults
	for _, m := range mistakes {
		faults = append(faults, Fault{File: m.At.File, Line: m.At.Line, Path: m.Path, Rule: m.Rule, Got: m.Got})
	}
	return faults
}

// Faults is everything that is wrong with a scenario, by file and line.
type Faults []Fault

// Error returns the faults, one a line.
func (fs Faults) Error() string {
	lines := make([]string, len(fs))
	for i, f := range fs {
		lines[i] = f.Error()
	}
	return strings.Join(lines, "\n")
}

// Ordered returns the faults by file, the scenario's own first, then by line;
// what was said twice is said once.
func (fs Faults) Ordered(first string) Faults {
	slices.SortStableFunc(fs, func(a, b Fault) int {
		return cmp.Or(
			compareBool(a.File != first, b.File != first),
			cmp.Compare(a.File, b.File),
			cmp.Compare(a.Line, b.Line),
		)
	})
	return slices.Compact(fs)
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	default:
		return 1
	}
}
