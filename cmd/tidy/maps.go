package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
)

// listedPackage is what go list tells about a package.
type listedPackage struct {
	ImportPath string
	GoFiles    []string
	Export     string // the file with its compiled types
	Error      *struct{ Err string }
}

// checkMapRanges reports the ranges over maps in the code of sim and model. The
// order of a map is random, so what is computed in that order is not repeatable.
// slices.Sorted(maps.Keys(m)) is the way out.
//
// It type-checks the files of the default build against the export data that go
// list compiles, and so costs about as much as a build.
func checkMapRanges(t *tree) []finding {
	if !slices.ContainsFunc(t.files, func(f file) bool { return physics(&f) }) || t.root == "" {
		return nil
	}
	packages, err := goList(t.root)
	if err != nil {
		return []finding{{path: "go.mod", line: 1, message: err.Error()}}
	}
	load := importer.ForCompiler(token.NewFileSet(), "gc", func(path string) (io.ReadCloser, error) {
		p := packages[path]
		if p == nil || p.Export == "" {
			return nil, fmt.Errorf("no export data: it does not build")
		}
		return os.Open(p.Export)
	})
	var fs []finding
	for pkg, files := range physicsPackages(t, packages) {
		fs = append(fs, rangesOf(t, pkg, files, load)...)
	}
	return fs
}

// physics tells whether f is code of sim or model, rather than a test or a
// generator.
func physics(f *file) bool {
	return f.syntax != nil && f.under("sim", "model") && !f.test() && !f.main()
}

// physicsPackages groups the files of sim and model that the default build
// takes, by import path.
func physicsPackages(t *tree, packages map[string]*listedPackage) map[string][]*ast.File {
	groups := map[string][]*ast.File{}
	for i := range t.files {
		f := &t.files[i]
		if !physics(f) {
			continue
		}
		pkg := t.module + "/" + f.pkg()
		p := packages[pkg]
		if p != nil && slices.Contains(p.GoFiles, strings.TrimPrefix(f.path, f.pkg()+"/")) {
			groups[pkg] = append(groups[pkg], f.syntax)
		}
	}
	return groups
}

// goList asks the go command for every package of the module and what it needs.
func goList(root string) (map[string]*listedPackage, error) {
	list := exec.Command("go", "list", "-e", "-pgo=off", "-export", "-deps", "-json=ImportPath,GoFiles,Export,Error", "./...")
	list.Dir = root
	var stderr bytes.Buffer
	list.Stderr = &stderr
	out, err := list.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w: %s", err, bytes.TrimSpace(stderr.Bytes()))
	}
	packages := map[string]*listedPackage{}
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listedPackage
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return packages, nil
		} else if err != nil {
			return nil, fmt.Errorf("go list: %w", err)
		}
		packages[p.ImportPath] = &p
	}
}

// rangesOf type-checks one package and reports its ranges over maps, or why it
// has no types.
func rangesOf(t *tree, pkg string, files []*ast.File, load types.Importer) []finding {
	var fs []finding
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{}}
	config := types.Config{Importer: load, Error: func(err error) {
		var e types.Error
		if errors.As(err, &e) && len(fs) == 0 {
			fs = append(fs, t.at(e.Pos, "not checked, because it has no types: %s", e.Msg))
		}
	}}
	if _, err := config.Check(pkg, t.fset, files, info); err != nil {
		return fs
	}
	for _, f := range files {
		sorted := map[ast.Node]bool{} // calls whose random order is sorted away at once
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.RangeStmt:
				if isMap(info.TypeOf(n.X)) {
					fs = append(fs, t.at(n.Pos(), "range over a map, whose order is random: range over slices.Sorted(maps.Keys(m))"))
				}
			case *ast.CallExpr:
				name := calledName(n, info)
				if strings.HasPrefix(name, "slices.Sorted") {
					sorted[n.Args[0]] = true
				}
				if (name == "maps.Keys" || name == "maps.Values" || name == "maps.All") && !sorted[n] {
					fs = append(fs, t.at(n.Pos(), "%s outside slices.Sorted has a random order", name))
				}
			}
			return true
		})
	}
	return fs
}

// calledName returns "package.Function" for a call of a function of a package.
func calledName(call *ast.CallExpr, info *types.Info) string {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return ""
	}
	fn, ok := info.Uses[sel.Sel].(*types.Func)
	if !ok || fn.Pkg() == nil || fn.Signature().Recv() != nil {
		return ""
	}
	return fn.Pkg().Path() + "." + fn.Name()
}

// isMap tells whether a value of type t may be a map; a type parameter is one if
// its constraint admits one.
func isMap(t types.Type) bool {
	switch u := t.(type) {
	case nil:
		return false
	case *types.TypeParam:
		return admitsMap(u.Constraint().Underlying())
	}
	_, ok := t.Underlying().(*types.Map)
	return ok
}

// admitsMap looks for a map among the terms of a constraint.
func admitsMap(t types.Type) bool {
	switch u := t.(type) {
	case *types.Interface:
		for i := range u.NumEmbeddeds() {
			if admitsMap(u.EmbeddedType(i)) {
				return true
			}
		}
	case *types.Union:
		for i := range u.Len() {
			if admitsMap(u.Term(i).Type()) {
				return true
			}
		}
	default:
		return isMap(t)
	}
	return false
}
