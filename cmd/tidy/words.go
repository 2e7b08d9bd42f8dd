package main

import (
	"bytes"
	"go/ast"
	"path"
	"regexp"
	"strings"
)

// checkDocs reports packages whose doc.go does not say which question they
// answer.
func checkDocs(t *tree) []finding {
	var fs []finding
	first := map[string]*file{} // the first file of code of each package
	docs := map[string]bool{}
	for i := range t.files {
		f := &t.files[i]
		if f.syntax == nil || f.test() || f.main() {
			continue
		}
		if first[f.pkg()] == nil {
			first[f.pkg()] = f
		}
		if path.Base(f.path) != "doc.go" {
			continue
		}
		docs[f.pkg()] = true
		if !asksQuestion(f.syntax.Doc.Text()) {
			fs = append(fs, t.at(f.syntax.Name.Pos(), "the first sentence of the package comment asks no question"))
		}
	}
	for pkg, f := range first {
		if !docs[pkg] {
			fs = append(fs, t.at(f.syntax.Name.Pos(), "package %s has no doc.go that says which question it answers", pkg))
		}
	}
	return fs
}

// sentenceEnd is where the first sentence of a comment ends.
var sentenceEnd = regexp.MustCompile(`[.!?](\s|$)|\n\n`)

// asksQuestion looks for the question in the first sentence of a comment.
func asksQuestion(doc string) bool {
	if end := sentenceEnd.FindStringIndex(doc); end != nil {
		doc = doc[:end[1]]
	}
	return strings.Contains(doc, "?") || strings.Contains(doc, "answers")
}

// emptyNames say nothing about what a thing does.
var emptyNames = []string{"util", "common", "helper", "manager"}

// checkNames reports packages and types with names that say nothing.
func checkNames(t *tree) []finding {
	var fs []finding
	for _, f := range t.files {
		if f.syntax == nil {
			continue
		}
		for _, empty := range emptyNames {
			if strings.Contains(f.syntax.Name.Name+"/"+f.pkg(), empty) {
				fs = append(fs, t.at(f.syntax.Name.Pos(), "package name %q says nothing: name the question it answers", f.syntax.Name.Name))
				break
			}
		}
		for _, d := range f.syntax.Decls {
			fs = append(fs, typeNames(t, d)...)
		}
	}
	return fs
}

// emptyType matches the type names that say nothing.
var emptyType = regexp.MustCompile(`(?i:^|[a-z0-9])(Manager|Helper|Impl|Utils?)$`)

// typeNames reports the types of one declaration whose names say nothing.
func typeNames(t *tree, d ast.Decl) []finding {
	var fs []finding
	decl, ok := d.(*ast.GenDecl)
	if !ok {
		return nil
	}
	for _, s := range decl.Specs {
		if spec, ok := s.(*ast.TypeSpec); ok && emptyType.MatchString(spec.Name.Name) {
			fs = append(fs, t.at(spec.Name.Pos(), "type name %s says nothing: use the field's word", spec.Name.Name))
		}
	}
	return fs
}

var (
	// markers matches the marks of unfinished work.
	markers = regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME)\b`)
	// workplace matches absolute paths of the machine on which the author works.
	workplace = regexp.MustCompile(`(^|[^\w.\-])/wo` + `rk/`)
	// hashComments matches the files in which # starts a comment.
	hashComments = regexp.MustCompile(`(^|/)Makefile$|\.(toml|sh|ya?ml)$|^\.ci/`)
)

// checkWords reports marks of unfinished work in comments, and paths of a
// workplace anywhere in a text.
func checkWords(t *tree) []finding {
	var fs []finding
	for i := range t.files {
		f := &t.files[i]
		if bytes.IndexByte(f.text[:min(len(f.text), 8000)], 0) >= 0 {
			continue // not a text
		}
		hash := hashComments.MatchString(f.path)
		n := 0
		for line := range bytes.Lines(f.text) {
			n++
			if workplace.Match(line) {
				fs = append(fs, finding{path: f.path, line: n, message: "a path of a workplace leaks into the tree"})
			}
			if _, comment, ok := bytes.Cut(line, []byte("#")); hash && ok && markers.Match(comment) {
				fs = append(fs, finding{path: f.path, line: n, message: "unfinished work is an issue, not a comment"})
			}
		}
		fs = append(fs, marked(t, f)...)
	}
	return fs
}

// marked reports the marks of unfinished work in the comments of a Go file.
func marked(t *tree, f *file) []finding {
	var fs []finding
	if f.syntax == nil {
		return nil
	}
	for _, group := range f.syntax.Comments {
		for _, c := range group.List {
			if markers.MatchString(c.Text) {
				fs = append(fs, t.at(c.Pos(), "unfinished work is an issue, not a comment"))
			}
		}
	}
	return fs
}
