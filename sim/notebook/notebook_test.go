package notebook

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const sample = `claim:  One and one
        is two.
source: arithmetic
shows:  3, 5 partly

Prose with a line
of its own.

add a=1 'b=2' fast
three
----
sum  3, expected 3: inside
done

After it.

add
----

-- one.toml --
text

with a gap
-- two.toml --
`

func parsed(t *testing.T, text string) *Notebook {
	t.Helper()
	n, err := Parse("sample.txt", text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestANotebookSaysWhatIsInIt(t *testing.T) {
	n := parsed(t, sample)
	if n.Claim != "One and one is two." || n.Source != "arithmetic" || n.Chapter != "" {
		t.Errorf("header: %+v", n)
	}
	if want := []Statement{{3, false}, {5, true}}; !slices.Equal(n.Shows, want) {
		t.Errorf("shows %v, want %v", n.Shows, want)
	}
	if len(n.Asked) != 2 {
		t.Fatalf("%d questions, want 2", len(n.Asked))
	}
	q := n.Asked[0]
	if q.Line != 9 || q.Command != "add a=1 'b=2' fast" || !slices.Equal(q.Input, []string{"three"}) || q.Answer != "sum  3, expected 3: inside\ndone\n" {
		t.Errorf("question: %+v", q)
	}
	if want := []File{{"one.toml", "text\n\nwith a gap\n"}, {"two.toml", ""}}; !slices.Equal(n.Files, want) {
		t.Errorf("files: %+v", n.Files)
	}
}

func TestTextWithItsOwnAnswersIsTheSame(t *testing.T) {
	n := parsed(t, sample)
	if got := n.Text([]string{n.Asked[0].Answer, n.Asked[1].Answer}); got != sample {
		t.Errorf("got\n%s\nwant\n%s", got, sample)
	}
	if got := n.Text([]string{"x\n", "y\nz\n"}); !strings.Contains(got, "three\n----\nx\n\nAfter it.\n\nadd\n----\ny\nz\n\n-- one.toml --") {
		t.Errorf("fresh answers:\n%s", got)
	}
}

func TestBadNotebooksAreRefused(t *testing.T) {
	for text, want := range map[string]string{
		"source: x\n\na\n----\n":                       "has no claim",
		"claim: x\n\na\n----\n":                        "has no source",
		"claim: x\nsource: y\n\nprose\n":               "asks nothing",
		"claim: x\nsource: y\ncolor: red\n\na\n----\n": `sample.txt:3: must be one of claim, source, chapter, shows, once each, got "color: red"`,
		"claim: x\nclaim: y\nsource: z\n\na\n----\n":   `got "claim: y"`,
		"claim: x\nsource: y\nshows: 1, two\n\n----\n": `must be the number of a statement, got "two"`,
		"claim: x\nsource: y\nshows: 1 wholly\n\n":     "with or without partly",
	} {
		if _, err := Parse("sample.txt", text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", text, err, want)
		}
	}
}

func TestVerdictsAreReadAsWritten(t *testing.T) {
	for _, v := range []Verdict{
		{"cost{service=ec2}", "0.288", "0.288", true},
		{"own events", "0.07 ± 0.1 of it", "0.08 ± 0.02", false},
		{"95 % intervals", "187 of 200, 93 %", "95 ± 6 %", true},
	} {
		n := &Notebook{Asked: []Question{{Answer: "before\n" + v.String() + "\nafter, expected: nothing\n"}}}
		if got := n.Verdicts(); len(got) != 1 || got[0] != v {
			t.Errorf("%s: read as %+v", v, got)
		}
	}
}

func TestArgumentsComeApart(t *testing.T) {
	a := Split("metric cost{model=spot} expect=3.5 'note=two words' fast")
	if a.Name != "metric" || !slices.Equal(a.Words, []string{"cost{model=spot}", "fast"}) {
		t.Errorf("name %q, words %q", a.Name, a.Words)
	}
	if a.Number("expect", 0) != 3.5 || a.Integer("n", 7) != 7 || a.Unused() != "note" {
		t.Errorf("numbers, or unused %q", a.Unused())
	}
	if a.Text("note", "") != "two words" || a.Unused() != "" {
		t.Errorf("note %q, unused %q", a.Text("note", ""), a.Unused())
	}
}

func TestUpdateWritesWhatIsAnswered(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sample.txt")
	if err := os.WriteFile(path, []byte(sample), 0o644); err != nil {
		t.Fatal(err)
	}
	Check(t, path, true, func(*Notebook) Answer {
		return func(_ *testing.T, q Question) string { return "answer to " + q.Command + "\n" }
	})
	n, err := Read(path)
	if err != nil || n.Asked[1].Answer != "answer to add\n" {
		t.Errorf("%v: %+v", err, n.Asked)
	}
}
