package notebook

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
)

// Notebook is one notebook as it is written.
type Notebook struct {
	Path   string
	Claim  string // one sentence
	Source string // the documents or papers that say so, separated by spaces or in words
	// Chapter is the part of the table of conformance that it belongs to; "" is
	// that of AWS's rules.
	Chapter string
	Shows   []Statement
	Asked   []Question
	Files   []File
	parts   []part // the text in its order
}

// Statement is a statement that the notebook shows, by its number in the list of who collects notebooks.
type Statement struct {
	Number int
	Partly bool // only a part of it
}

// Question is a command and the answer that the notebook gives.
type Question struct {
	Line    int // of the command
	Command string
	Input   []string // the lines below the command
	Answer  string   // lines that end in a newline each, or nothing
}

// File is a file that the commands of a notebook may read.
type File struct {
	Name, Text string
}

// part is a paragraph: prose, or the question with that index.
type part struct {
	text     string
	question int // -1: prose
}

// divider separates a question from its answer.
const divider = "----"

// Read returns the notebook in a file.
func Read(path string) (*Notebook, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return Parse(path, string(text))
}

// Parse returns the notebook of a text, or all that is wrong with its header.
func Parse(path, text string) (*Notebook, error) {
	n := &Notebook{Path: path}
	text, n.Files = cutFiles(text)
	line := 1
	header, rest, _ := strings.Cut(text, "\n\n")
	n.parts = append(n.parts, part{header + "\n\n", -1})
	if err := n.header(header); err != nil {
		return nil, err
	}
	line += strings.Count(header, "\n") + 2
	for rest != "" {
		var paragraph string
		paragraph, rest = nextParagraph(rest)
		n.paragraph(paragraph, line)
		line += strings.Count(paragraph, "\n")
	}
	if len(n.Asked) == 0 {
		return nil, fmt.Errorf("%s: asks nothing: a question has a line of %q", path, divider)
	}
	return n, nil
}

// nextParagraph cuts a paragraph off, with the empty lines after it.
func nextParagraph(text string) (paragraph, rest string) {
	end := strings.Index(text, "\n\n")
	if end < 0 {
		return text, ""
	}
	for end < len(text) && text[end] == '\n' {
		end++
	}
	return text[:end], text[end:]
}

// paragraph adds a paragraph that begins at that line.
func (n *Notebook) paragraph(text string, line int) {
	body := strings.TrimRight(text, "\n")
	above, below, asks := strings.Cut("\n"+body+"\n", "\n"+divider+"\n")
	if !asks {
		n.parts = append(n.parts, part{text, -1})
		return
	}
	lines := strings.Split(strings.TrimPrefix(above, "\n"), "\n")
	n.parts = append(n.parts, part{text[len(body):], len(n.Asked)})
	n.Asked = append(n.Asked, Question{Line: line, Command: lines[0], Input: lines[1:], Answer: below})
}

// keys are those of a header.
var keys = []string{"claim", "source", "chapter", "shows"}

// header reads the lines that say what the notebook is about.
func (n *Notebook) header(text string) error {
	fields := map[string]string{}
	key := ""
	var faults []error
	for i, line := range strings.Split(text, "\n") {
		name, value, ok := strings.Cut(line, ":")
		switch {
		case strings.HasPrefix(line, " ") && key != "":
			fields[key] += " " + strings.TrimSpace(line)
		case ok && slices.Contains(keys, name) && fields[name] == "":
			key = name
			fields[key] = strings.TrimSpace(value)
		default:
			faults = append(faults, fmt.Errorf("%s:%d: must be one of %s, once each, got %q", n.Path, i+1, strings.Join(keys, ", "), line))
		}
	}
	for _, name := range []string{"claim", "source"} {
		if fields[name] == "" {
			faults = append(faults, fmt.Errorf("%s: has no %s", n.Path, name))
		}
	}
	n.Claim, n.Source, n.Chapter = fields["claim"], fields["source"], fields["chapter"]
	var err error
	if n.Shows, err = statements(fields["shows"]); err != nil {
		faults = append(faults, fmt.Errorf("%s: shows: %w", n.Path, err))
	}
	return errors.Join(faults...)
}

// statements reads "3, 5 partly".
func statements(text string) ([]Statement, error) {
	var all []Statement
	for _, item := range strings.Split(text, ",") {
		fields := strings.Fields(item)
		if len(fields) == 0 && text == "" {
			return nil, nil
		}
		if len(fields) == 0 || len(fields) > 2 || len(fields) == 2 && fields[1] != "partly" {
			return nil, fmt.Errorf("must be numbers, each with or without partly, got %q", item)
		}
		number, err := strconv.Atoi(fields[0])
		if err != nil || number < 1 {
			return nil, fmt.Errorf("must be the number of a statement, got %q", fields[0])
		}
		all = append(all, Statement{number, len(fields) == 2})
	}
	return all, nil
}

// cutFiles separates the files at the end from the text before them.
func cutFiles(text string) (string, []File) {
	var files []File
	var before strings.Builder
	for line := range strings.Lines(text) {
		name, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "-- ")
		if ok {
			name, ok = strings.CutSuffix(name, " --")
		}
		switch {
		case ok:
			files = append(files, File{Name: name})
		case len(files) > 0:
			files[len(files)-1].Text += line
		default:
			before.WriteString(line)
		}
	}
	return before.String(), files
}

// Text returns the notebook with these answers in place of its own, one a
// question.
func (n *Notebook) Text(answers []string) string {
	var b strings.Builder
	for _, p := range n.parts {
		if p.question >= 0 {
			q := n.Asked[p.question]
			lines := append([]string{q.Command}, q.Input...)
			b.WriteString(strings.Join(lines, "\n") + "\n" + divider)
			if answer := strings.TrimSuffix(answers[p.question], "\n"); answer != "" {
				b.WriteString("\n" + answer)
			}
		}
		b.WriteString(p.text)
	}
	for _, f := range n.Files {
		b.WriteString("-- " + f.Name + " --\n" + f.Text)
	}
	return b.String()
}
