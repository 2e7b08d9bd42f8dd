package main

import (
	"bufio"
	"bytes"
	_ "embed"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"headroom/sim/notebook"
)

// row is a line of the table.
type row struct {
	claim    string // of the notebook, or the statement
	notebook string // its path from the root; "" for a statement that none shows
	source   string
	what     string
	expected string
	value    string
	inside   bool
}

// chapter is a part of the table.
type chapter struct {
	name  string
	about string // what its rows are
	rows  []row
}

// names of the chapters. A notebook that names none is one of AWS's rules.
const (
	closedForms = "closed forms"
	published   = "published results"
	rules       = "AWS's rules"
	notes       = "notes"
)

// program is where the notebooks of the whole program are: only what they show can
// be seen on the running program.
const program = "cmd/headroom/testdata/notebooks/"

// collect reads all notebooks below root.
func collect(root string) ([]chapter, error) {
	chapters := []chapter{
		{name: closedForms, about: "Queueing theory against scenarios that run through the whole program; a value of chance passes within its band of 1 - 10⁻⁴, with seeds fixed before looking."},
		{name: published, about: "Numbers that others have printed."},
		{name: rules, about: "What AWS documents, or what a worked example gives by hand."},
	}
	paths, err := find(root)
	if err != nil {
		return nil, err
	}
	var books []*notebook.Notebook
	for _, path := range paths {
		n, err := notebook.Read(filepath.Join(root, path))
		if err != nil {
			return nil, err
		}
		n.Path = path
		if len(n.Shows) > 0 && !strings.HasPrefix(path, program) {
			return nil, fmt.Errorf("%s: only a notebook of the whole program shows statements", path)
		}
		i := slices.IndexFunc(chapters, func(c chapter) bool { return c.name == n.Chapter || n.Chapter == "" && c.name == rules })
		if i < 0 {
			return nil, fmt.Errorf("%s: chapter: must be %q or %q, got %q", path, closedForms, published, n.Chapter)
		}
		books = append(books, n)
		chapters[i].rows = append(chapters[i].rows, rowsOf(n)...)
	}
	statements, err := statementRows(books)
	return append(chapters, chapter{
		name: notes, about: "Statements about EC2, in their order, and the notebook that shows each on the running program.", rows: statements,
	}), err
}

// find returns the paths of the notebooks: the texts of testdata that begin with a
// claim.
func find(root string) ([]string, error) {
	var paths []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && strings.HasPrefix(d.Name(), ".") && path != root {
			return filepath.SkipDir
		}
		if d.IsDir() || filepath.Ext(path) != ".txt" || !strings.Contains(filepath.ToSlash(path), "/testdata/") {
			return nil
		}
		is, err := claims(path)
		if is && err == nil {
			var short string
			short, err = filepath.Rel(root, path)
			paths = append(paths, filepath.ToSlash(short))
		}
		return err
	})
	slices.Sort(paths)
	return paths, err
}

// claims reports whether a text is a notebook.
func claims(path string) (bool, error) {
	text, err := os.ReadFile(path)
	return bytes.HasPrefix(text, []byte("claim:")), err
}

// rowsOf returns a row for each verdict of a notebook, and one for its other
// answers.
func rowsOf(n *notebook.Notebook) []row {
	var rows []row
	add := func(what, expected, value string, inside bool) {
		rows = append(rows, row{n.Claim, n.Path, n.Source, what, expected, value, inside})
	}
	others := 0
	for _, q := range n.Asked {
		others += strings.Count(q.Answer, "\n")
	}
	for _, v := range n.Verdicts() {
		add(v.What, v.Expected, v.Value, v.Inside)
		others--
	}
	if others > 0 {
		plural := map[bool]string{true: "", false: "s"}[others == 1]
		add("other answers", fmt.Sprintf("%d line%s as written", others, plural), "the same", true)
	}
	return rows
}

//go:embed notes.txt
var statements string

// statementRows returns a row for each statement of notes.txt.
func statementRows(books []*notebook.Notebook) ([]row, error) {
	showing := map[int][]string{}
	partly := map[int]bool{}
	for _, n := range books {
		for _, s := range n.Shows {
			showing[s.Number] = append(showing[s.Number], n.Path)
			if _, known := partly[s.Number]; !known {
				partly[s.Number] = true
			}
			partly[s.Number] = partly[s.Number] && s.Partly
		}
	}
	var rows []row
	scanner := bufio.NewScanner(strings.NewReader(statements))
	heading := ""
	for scanner.Scan() {
		line := scanner.Text()
		if name, ok := strings.CutPrefix(line, "# "); ok {
			heading = name
		}
		number, text, _ := strings.Cut(line, " ")
		n, err := strconv.Atoi(number)
		if err != nil {
			continue
		}
		if n != len(rows)+1 {
			return nil, fmt.Errorf("notes.txt: statement %d follows %d", n, len(rows))
		}
		r := row{claim: fmt.Sprintf("%d. %s", n, text), source: heading, value: "not yet", inside: true}
		if paths := showing[n]; paths != nil {
			r.value, r.notebook = "shown", strings.Join(paths, " ")
			if partly[n] {
				r.value = "partly"
			}
		}
		rows = append(rows, r)
		delete(showing, n)
	}
	for n, paths := range showing {
		return nil, fmt.Errorf("%s: shows: there is no statement %d", paths[0], n)
	}
	return rows, nil
}

// outside counts the rows that are not inside.
func outside(chapters []chapter) int {
	n := 0
	for _, c := range chapters {
		for _, r := range c.rows {
			if !r.inside {
				n++
			}
		}
	}
	return n
}
