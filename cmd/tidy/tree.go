package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// tree is the module as its author wrote it: every file that is tracked or about
// to be, with its syntax where it is Go.
type tree struct {
	root   string // empty for a tree that exists only in memory
	module string
	fset   *token.FileSet
	files  []file // sorted by path
}

// file is one file of the tree.
type file struct {
	path   string // relative to the root, with slashes
	text   []byte
	syntax *ast.File // nil unless Go outside testdata
	err    error     // why it does not parse
}

// pkg returns the directory of f, which names its package in the module.
func (f *file) pkg() string { return path.Dir(f.path) }

// test tells whether f belongs to a test.
func (f *file) test() bool { return strings.HasSuffix(f.path, "_test.go") }

// main tells whether f belongs to a program. A generator is a main package
// anywhere; the commands live in cmd.
func (f *file) main() bool { return f.syntax != nil && f.syntax.Name.Name == "main" }

// under tells whether f lies in one of the directories or below.
func (f *file) under(dirs ...string) bool {
	return slices.ContainsFunc(dirs, func(d string) bool { return within(f.pkg(), d) })
}

// within tells whether the slash path p is dir or lies below it.
func within(p, dir string) bool {
	return p == dir || strings.HasPrefix(p, dir+"/")
}

// readTree reads the module at root.
func readTree(root string) (*tree, error) {
	paths, err := listFiles(root)
	if err != nil {
		return nil, err
	}
	texts := make(map[string][]byte, len(paths))
	for _, p := range paths {
		info, err := os.Stat(filepath.Join(root, p))
		if err != nil || !info.Mode().IsRegular() {
			continue // removed but not yet committed, or a link to a directory
		}
		if texts[p], err = os.ReadFile(filepath.Join(root, p)); err != nil {
			return nil, err
		}
	}
	t, err := newTree(texts)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", root, err)
	}
	t.root = root
	return t, nil
}

// newTree parses a tree that is given as texts by slash path.
func newTree(texts map[string][]byte) (*tree, error) {
	t := &tree{fset: token.NewFileSet()}
	for p, text := range texts {
		t.files = append(t.files, file{path: p, text: text})
	}
	slices.SortFunc(t.files, func(a, b file) int { return strings.Compare(a.path, b.path) })
	for i := range t.files {
		f := &t.files[i]
		if path.Ext(f.path) != ".go" || strings.Contains("/"+f.path, "/testdata/") {
			continue
		}
		f.syntax, f.err = parser.ParseFile(t.fset, f.path, f.text, parser.ParseComments|parser.SkipObjectResolution)
		if f.err != nil {
			f.syntax = nil
		}
	}
	for line := range bytes.Lines(texts["go.mod"]) {
		if name, ok := strings.CutPrefix(string(line), "module "); ok {
			t.module = strings.TrimSpace(name)
			return t, nil
		}
	}
	return nil, fmt.Errorf("no go.mod with a module line")
}

// listFiles returns the slash paths of the files that git tracks or would add.
// Outside a repository it returns all files but those in dot directories and bin.
func listFiles(root string) ([]string, error) {
	git := exec.Command("git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	git.Dir = root
	if out, err := git.Output(); err == nil && len(out) > 0 {
		return slices.Compact(strings.Split(strings.TrimRight(string(out), "\x00"), "\x00")), nil
	}
	var paths []string
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, p)
		if err != nil {
			return err
		}
		if d.IsDir() {
			if rel == "bin" || rel != "." && strings.HasPrefix(d.Name(), ".") {
				return filepath.SkipDir
			}
			return nil
		}
		paths = append(paths, filepath.ToSlash(rel))
		return nil
	})
	return paths, err
}

// imports calls yield for every import of every Go file of the tree.
func (t *tree) imports(yield func(f *file, spec *ast.ImportSpec, target string)) {
	for i := range t.files {
		f := &t.files[i]
		if f.syntax == nil {
			continue
		}
		for _, spec := range f.syntax.Imports {
			target, err := strconv.Unquote(spec.Path.Value)
			if err == nil {
				yield(f, spec, target)
			}
		}
	}
}

// checkSyntax reports the Go files that do not parse: no other rule sees them.
func checkSyntax(t *tree) []finding {
	var fs []finding
	for _, f := range t.files {
		if f.err != nil {
			fs = append(fs, finding{path: f.path, line: 1, message: f.err.Error()})
		}
	}
	return fs
}
