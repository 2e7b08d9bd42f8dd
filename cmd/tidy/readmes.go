package main

import (
	"bytes"
	"go/ast"
	"path"
	"regexp"
	"slices"
	"strings"
)

// rooms are the directories whose README.md is the map of a room.
var rooms = []string{"sim", "model", "scenarios", "results"}

// In a map, `metric.go` names a file, `metric.go: Metrics, part.read` a file and
// what it declares (functions, methods as Type.Method, types, constants,
// variables), and `report/` a directory. Paths begin at the README's directory, or
// else at the root.
var (
	spans     = regexp.MustCompile("`([^`]+)`")
	fileSpan  = regexp.MustCompile(`^([\w./-]+\.go)(?:: (.+))?$`)
	dirSpan   = regexp.MustCompile(`^([\w.-]+/)+$`)
	nameSpan  = regexp.MustCompile(`^\w+(\.\w+)?$`)
	codeFence = []byte("```")
)

// checkReadmes reports what the maps of the rooms name and the tree does not have, and which
// rooms of theirs they do not name.
func checkReadmes(t *tree) []finding {
	fs := unnamed(t)
	for i := range t.files {
		f := &t.files[i]
		if path.Base(f.path) != "README.md" || !f.under(rooms...) || !t.isMap(f.pkg()) {
			continue
		}
		n, fenced := 0, false
		for line := range bytes.Lines(f.text) {
			n++
			if bytes.HasPrefix(bytes.TrimSpace(line), codeFence) {
				fenced = !fenced
			}
			if fenced {
				continue
			}
			for _, span := range spans.FindAllStringSubmatch(string(line), -1) {
				for _, message := range t.missing(f.pkg(), span[1]) {
					fs = append(fs, finding{path: f.path, line: n, message: message})
				}
			}
		}
	}
	return fs
}

// unnamed reports the packages right beneath a room that its map does not name.
func unnamed(t *tree) []finding {
	var fs []finding
	seen := map[string]bool{}
	for i := range t.files {
		f := &t.files[i]
		dir := f.pkg()
		room := path.Dir(dir)
		if seen[dir] || f.syntax == nil || !slices.Contains(rooms, room) {
			continue
		}
		seen[dir] = true
		readme := t.find(path.Join(room, "README.md"))
		if name := "`" + path.Base(dir) + "/`"; readme != nil && !bytes.Contains(readme.text, []byte(name)) {
			fs = append(fs, finding{path: readme.path, line: 1, message: "does not name its room " + name})
		}
	}
	return fs
}

// isMap tells whether the README of a directory is about code: that of data names
// files of others.
func (t *tree) isMap(dir string) bool {
	return slices.Contains(rooms, dir) || slices.ContainsFunc(t.files, func(f file) bool { return f.syntax != nil && f.pkg() == dir })
}

// missing says what a span of a map names that is not there.
func (t *tree) missing(dir, span string) []string {
	if dirSpan.MatchString(span) {
		holds := func(f file) bool { return f.under(path.Join(dir, span), path.Clean(span)) }
		if !slices.ContainsFunc(t.files, holds) {
			return []string{"there is no directory " + span}
		}
		return nil
	}
	parts := fileSpan.FindStringSubmatch(span)
	if parts == nil {
		return nil // another kind of text
	}
	f := t.find(path.Join(dir, parts[1]))
	if f == nil {
		f = t.find(path.Clean(parts[1]))
	}
	switch {
	case f == nil:
		return []string{"there is no file " + parts[1]}
	case parts[2] == "":
		return nil
	case f.syntax == nil:
		return []string{parts[1] + " has no declarations that can be read"}
	}
	var messages []string
	for name := range strings.SplitSeq(parts[2], ", ") {
		if !nameSpan.MatchString(name) || !slices.Contains(declared(f.syntax), name) {
			messages = append(messages, parts[1]+" does not declare "+name)
		}
	}
	return messages
}

// find returns the file of that path, nil if there is none.
func (t *tree) find(path string) *file {
	i, ok := slices.BinarySearchFunc(t.files, path, func(f file, path string) int { return strings.Compare(f.path, path) })
	if !ok {
		return nil
	}
	return &t.files[i]
}

// declared lists the names that a file declares.
func declared(f *ast.File) []string {
	var names []string
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			names = append(names, receiver(d)+d.Name.Name)
		case *ast.GenDecl:
			for _, s := range d.Specs {
				switch s := s.(type) {
				case *ast.TypeSpec:
					names = append(names, s.Name.Name)
				case *ast.ValueSpec:
					for _, name := range s.Names {
						names = append(names, name.Name)
					}
				}
			}
		}
	}
	return names
}

// receiver returns "Type." of a method, "" of a function.
func receiver(d *ast.FuncDecl) string {
	if d.Recv == nil || len(d.Recv.List) == 0 {
		return ""
	}
	x := d.Recv.List[0].Type
	for {
		switch inner := x.(type) {
		case *ast.StarExpr:
			x = inner.X
		case *ast.IndexExpr:
			x = inner.X
		case *ast.IndexListExpr:
			x = inner.X
		case *ast.Ident:
			return inner.Name + "."
		default:
			return ""
		}
	}
}
