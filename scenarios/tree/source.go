package tree

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/BurntSushi/toml"
)

// largestSource is the most bytes of a scenario file; data belongs in files of
// its own.
const largestSource = 16 << 20

// mostIncludes bounds how many files make a scenario.
const mostIncludes = 100

// Mistake is what is wrong with a text or an override.
type Mistake struct {
	At   Position
	Path string // dotted path of the key; "" for a text as a whole
	Rule string // what must hold
	Got  string // what is there instead; "" where that says nothing
}

// Source is the tree of a file, with what it includes.
type Source struct {
	Root     *Node             // nil if it cannot be read
	Texts    map[string][]byte // the files, by path
	Mistakes []Mistake
}

// Read reads a file and what it includes.
func Read(files Files, path string) Source {
	s := &source{files: files}
	content, ok := s.readFile(path)
	if !ok {
		return Source{Mistakes: s.mistakes}
	}
	return s.done(path, content)
}

// Parse is [Read] of a text that is already there. What it includes is looked for
// relative to the directory of path, which itself need not exist.
func Parse(files Files, path string, content []byte) Source {
	s := &source{files: files}
	s.keep(path, content)
	return s.done(path, content)
}

func (s *source) done(path string, content []byte) Source {
	root := s.parse(path, content)
	if root != nil {
		root.At = Position{File: path}
	}
	return Source{root, s.texts, s.mistakes}
}

// source reads the files of a scenario into one tree.
type source struct {
	files    Files
	texts    map[string][]byte // files that were read
	mistakes []Mistake
	stack    []string // files being read, outermost first
	included int
}

// readFile returns the content of a scenario file.
func (s *source) readFile(path string) ([]byte, bool) {
	content, rule := s.readText(path)
	if rule != "" {
		s.mistakes = append(s.mistakes, Mistake{At: Position{File: path}, Rule: rule})
	}
	return content, rule == ""
}

// readText returns the content of a scenario file, or what is wrong with it.
func (s *source) readText(path string) (content []byte, rule string) {
	f, rule := s.files.Open(path)
	if rule != "" {
		return nil, rule
	}
	defer f.Close()
	content, err := io.ReadAll(io.LimitReader(f, largestSource+1))
	switch {
	case err != nil:
		return nil, "cannot be read: " + err.Error()
	case len(content) > largestSource:
		return nil, fmt.Sprintf("must be at most %d MiB", largestSource>>20)
	default:
		s.keep(path, content)
		return content, ""
	}
}

// keep notes what a file contains.
func (s *source) keep(path string, content []byte) {
	if s.texts == nil {
		s.texts = map[string][]byte{}
	}
	s.texts[path] = content
}

// parse returns the tree of a file with what it includes, nil if that failed.
func (s *source) parse(path string, content []byte) *Node {
	n := s.decode(path, content)
	if n == nil {
		return nil
	}
	includes := n.Table["include"]
	delete(n.Table, "include")
	if includes == nil {
		return n
	}
	paths := includes.List
	if includes.Form == ScalarForm {
		paths = []*Node{includes}
	}
	s.stack = append(s.stack, filepath.Clean(path))
	base := NewTable(n.At)
	for _, p := range paths {
		if included := s.include(path, p); included != nil {
			base.merge(included)
		}
	}
	s.stack = s.stack[:len(s.stack)-1]
	base.merge(n)
	return base
}

// include reads one file that another includes.
func (s *source) include(from string, n *Node) *Node {
	fail := func(rule string) *Node {
		s.mistakes = append(s.mistakes, Mistake{n.At, "include", rule, n.Got()})
		return nil
	}
	name, ok := n.Scalar.(string)
	if !ok || name == "" {
		return fail("must be the name of a file")
	}
	path := filepath.Join(filepath.Dir(from), filepath.FromSlash(name))
	if filepath.IsAbs(name) {
		path = filepath.Clean(name)
	}
	if slices.Contains(s.stack, path) {
		return fail("must not include itself, even by way of others: " + strings.Join(append(slices.Clone(s.stack), path), " -> "))
	}
	if s.included++; s.included > mostIncludes {
		if s.included == mostIncludes+1 {
			return fail(fmt.Sprintf("must not include more than %d files", mostIncludes))
		}
		return nil
	}
	content, rule := s.readText(path)
	if rule != "" {
		return fail(rule)
	}
	return s.parse(path, content)
}

// decode returns the tree of one file's text.
func (s *source) decode(path string, content []byte) *Node {
	fail := func(line int, rule string) *Node {
		s.mistakes = append(s.mistakes, Mistake{At: Position{path, line}, Rule: rule})
		return nil
	}
	content = bytes.TrimPrefix(content, []byte("\xef\xbb\xbf"))
	switch {
	case len(bytes.TrimSpace(content)) == 0:
		return fail(0, "is empty")
	case bytes.HasPrefix(content, []byte("\xff\xfe")) || bytes.HasPrefix(content, []byte("\xfe\xff")):
		return fail(0, "must be UTF-8 text, got UTF-16")
	case bytes.HasPrefix(content, []byte("\x1f\x8b")):
		return fail(0, "must be UTF-8 text, got a gzip file")
	case !utf8.Valid(content):
		return fail(lineOfBadText(content), "must be UTF-8 text")
	}
	marks, tooDeep := locate(string(content))
	if tooDeep > 0 {
		return fail(tooDeep, fmt.Sprintf("must not nest deeper than %d", deepest))
	}
	var tree map[string]any
	if _, err := toml.Decode(string(content), &tree); err != nil {
		var parse toml.ParseError
		if errors.As(err, &parse) {
			return fail(parse.Position.Line, syntaxRule(parse))
		}
		return fail(0, err.Error())
	}
	return newNode(tree, marks, Position{path, 1})
}

// syntaxRule puts what the TOML library says in our words.
func syntaxRule(e toml.ParseError) string {
	rule := strings.ReplaceAll(strings.ToValidUTF8(e.Message, "?"), `'\x00'`, "the end of the file")
	if rule == "" {
		rule = "malformed"
	}
	if e.LastKey != "" {
		return "is no TOML after " + strings.ToValidUTF8(e.LastKey, "?") + ": " + rule
	}
	return "is no TOML: " + rule
}

func lineOfBadText(content []byte) int {
	line := 1
	for len(content) > 0 {
		r, size := utf8.DecodeRune(content)
		if r == utf8.RuneError && size == 1 {
			return line
		}
		if r == '\n' {
			line++
		}
		content = content[size:]
	}
	return line
}
