package main

import (
	"go/ast"
	"slices"
	"strings"
)

// place is where a package stands in the house.
type place struct {
	unit string // the listed package that it is or belongs to
	row  int    // index in house
}

// locate finds the place of a package by its directory.
func locate(pkg string) (place, bool) {
	best := place{}
	for i, r := range house {
		for _, unit := range strings.Fields(r.packages) {
			mine := pkg == unit || within(pkg, unit) && !slices.Contains(listed, unit)
			if mine && len(unit) > len(best.unit) {
				best = place{unit, i}
			}
		}
	}
	return best, best.unit != ""
}

// checkLayers reports imports that do not point down, and packages that the
// house does not know. A generator stands outside the house.
func checkLayers(t *tree) []finding {
	fs := strangers(t)
	t.imports(func(f *file, spec *ast.ImportSpec, target string) {
		if !within(target, t.module) || generator(f) {
			return
		}
		from, known := locate(f.pkg())
		if !known {
			return // reported once, by strangers
		}
		to, known := locate(strings.TrimPrefix(strings.TrimPrefix(target, t.module), "/"))
		switch {
		case from.unit == to.unit && known:
		case slices.Contains(outside, from.unit):
			fs = append(fs, t.at(spec.Pos(), "%s imports nothing of ours, not even %s", from.unit, target))
		case !known:
			fs = append(fs, t.at(spec.Pos(), "imports %s, which has no place in the house", target))
		case to.row < from.row:
		case f.test() && house[to.row].line == house[from.row].line && !house[from.row].unaware:
		case to.row == from.row:
			fs = append(fs, t.at(spec.Pos(), "imports %s, which stands on its own line: the two are unaware of each other", target))
		default:
			fs = append(fs, t.at(spec.Pos(), "imports %s: imports point down, from line %d to line %d is up or aside",
				target, house[from.row].line, house[to.row].line))
		}
	})
	return fs
}

// strangers reports each package without a place, once.
func strangers(t *tree) []finding {
	var fs []finding
	seen := ""
	for i := range t.files {
		f := &t.files[i]
		if f.syntax == nil || generator(f) || f.pkg() == seen {
			continue
		}
		if _, known := locate(f.pkg()); !known {
			seen = f.pkg()
			fs = append(fs, t.at(f.syntax.Name.Pos(), "package %s has no place in the house: describe it in the table of cmd/tidy/house.go", f.pkg()))
		}
	}
	return fs
}

// generator tells whether f is a program outside cmd, run by go generate only.
func generator(f *file) bool { return f.main() && !f.under("cmd") }

// checkDoors reports third parties that come in by another door than their own.
func checkDoors(t *tree) []finding {
	var fs []finding
	t.imports(func(f *file, spec *ast.ImportSpec, target string) {
		host, _, _ := strings.Cut(target, "/")
		if within(target, t.module) || !strings.Contains(host, ".") || generator(f) {
			return
		}
		i := slices.IndexFunc(doors, func(d door) bool { return within(target, d.module) })
		switch {
		case i < 0:
			fs = append(fs, t.at(spec.Pos(), "third party %s has no door: describe it in the table of cmd/tidy/house.go", target))
		case f.test() && doors[i].tests || f.under(strings.Fields(doors[i].code)...):
		case doors[i].code == "":
			fs = append(fs, t.at(spec.Pos(), "%s is for tests only", target))
		default:
			fs = append(fs, t.at(spec.Pos(), "%s comes in through %s only", target, strings.ReplaceAll(doors[i].code, " ", " or ")))
		}
	})
	return fs
}

// checkTopLevel reports entries at the root that are not the user's.
func checkTopLevel(t *tree) []finding {
	var fs []finding
	seen := ""
	for _, f := range t.files {
		entry, _, _ := strings.Cut(f.path, "/")
		if entry == seen || strings.HasPrefix(entry, ".") || slices.Contains(topLevel, entry) {
			continue
		}
		seen = entry
		fs = append(fs, finding{path: f.path, line: 1, message: "the top level is complete without " + entry})
	}
	return fs
}
