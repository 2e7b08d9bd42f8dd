package main

import (
	"go/ast"
	"path"
	"slices"
	"strconv"
	"strings"
)

// ban forbids some names of a package, or the whole package.
type ban struct {
	pkg   string
	names string // of the package; "*" is all of them
	but   string // names of the package that stay allowed under "*"
	why   string
}

// physicsBans hold in the code of sim and model.
var physicsBans = []ban{
	{pkg: "time", names: "Now Since Until Sleep After AfterFunc Tick NewTimer NewTicker", why: "the only clock is sim.Time"},
	{pkg: "math/rand", names: "*", but: "Rand Source Source64 Zipf New NewSource NewZipf", why: "draw from a stream that is handed to you"},
	{pkg: "math/rand/v2", names: "*", but: "Rand Source Zipf PCG ChaCha8 New NewPCG NewChaCha8 NewZipf", why: "draw from a stream that is handed to you"},
	{pkg: "crypto/rand", names: "*", why: "draw from a stream that is handed to you"},
	{pkg: "hash/maphash", names: "*", why: "its seed differs from run to run"},
}

// exitBans hold in all code that is not a program.
var exitBans = []ban{
	{pkg: "fmt", names: "Print Printf Println", why: "only cmd prints"},
	{pkg: "os", names: "Exit", why: "only main exits"},
	{pkg: "log", names: "Fatal Fatalf Fatalln", why: "only main exits"},
}

// machines lists the packages of sim and model that live in the time of the
// machines that they run on, not in virtual time.
var machines = []string{"sim/batch", "sim/memory"}

// goroutines lists the packages of sim and model that may start goroutines.
var goroutines = []string{"sim/batch", "sim/memory"}

// checkCalls reports banned names and go statements. It reads syntax only, so it
// also sees files that the build on this machine leaves out.
func checkCalls(t *tree) []finding {
	var fs []finding
	for i := range t.files {
		f := &t.files[i]
		if f.syntax == nil {
			continue
		}
		fs = append(fs, inits(t, f)...)
		if f.test() || f.main() {
			continue
		}
		bans := exitBans
		if f.under("sim", "model") && !f.under(machines...) {
			bans = slices.Concat(exitBans, physicsBans)
		}
		fs = append(fs, banned(t, f, bans)...)
	}
	return fs
}

// inits reports the functions that run unasked.
func inits(t *tree, f *file) []finding {
	var fs []finding
	for _, d := range f.syntax.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
			fs = append(fs, t.at(fn.Pos(), "init runs unasked: return a table literal from a function"))
		}
	}
	return fs
}

// banned reports the uses of banned names in one file.
func banned(t *tree, f *file, bans []ban) []finding {
	var fs []finding
	byName := map[string]ban{} // by the name under which the file imports the package
	for _, spec := range f.syntax.Imports {
		target, _ := strconv.Unquote(spec.Path.Value)
		i := slices.IndexFunc(bans, func(b ban) bool { return b.pkg == target })
		if i < 0 {
			continue
		}
		name := importName(spec, target)
		if name == "." {
			fs = append(fs, t.at(spec.Pos(), "a dot import of %s hides banned calls", target))
		}
		byName[name] = bans[i]
	}
	ast.Inspect(f.syntax, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt:
			if f.under("sim", "model") && !f.under(goroutines...) {
				fs = append(fs, t.at(n.Pos(), "go statement: sim and model run in one goroutine, and %s spreads replications", goroutines[0]))
			}
		case *ast.SelectorExpr:
			x, ok := n.X.(*ast.Ident)
			if !ok {
				return true
			}
			if b, ok := byName[x.Name]; ok && b.forbids(n.Sel.Name) {
				fs = append(fs, t.at(n.Pos(), "%s.%s is banned: %s", x.Name, n.Sel.Name, b.why))
			}
		}
		return true
	})
	return fs
}

// forbids tells whether the ban covers a name of its package.
func (b ban) forbids(name string) bool {
	if b.names == "*" {
		return !slices.Contains(strings.Fields(b.but), name)
	}
	return slices.Contains(strings.Fields(b.names), name)
}

// importName returns the name under which an import is used in its file.
func importName(spec *ast.ImportSpec, target string) string {
	if spec.Name != nil {
		return spec.Name.Name
	}
	if base := path.Base(target); base != "v2" {
		return base
	}
	return path.Base(path.Dir(target))
}
