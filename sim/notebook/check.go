package notebook

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Answer answers a question: lines that end in a newline each. What it writes
// into testing.T fails the notebook.
type Answer func(t *testing.T, q Question) string

// Command answers a question of its name: with its arguments, all of which it must ask
// for, and the lines below.
type Command func(t *testing.T, a *Arguments, input []string) string

// Commands answers each question by the command that it begins with, for [Check].
func Commands(commands map[string]Command) func(*Notebook) Answer {
	return func(*Notebook) Answer {
		return func(t *testing.T, q Question) string {
			a := Split(q.Command)
			command := commands[a.Name]
			if command == nil {
				t.Fatalf("line %d: unknown command %s", q.Line, a.Name)
			}
			answer := command(t, a, q.Input)
			if key := a.Unused(); key != "" {
				t.Fatalf("line %d: unknown key %s", q.Line, key)
			}
			return strings.TrimSuffix(answer, "\n") + "\n"
		}
	}
}

// Check runs the notebooks that a pattern of paths matches, each as a test of its
// own with a fresh Answer, and fails those whose answers are not what they say or
// whose verdicts are outside. With update it writes them anew instead of failing;
// an answer outside stays a failure.
func Check(t *testing.T, pattern string, update bool, begin func(n *Notebook) Answer) {
	paths, err := filepath.Glob(pattern)
	if err != nil || len(paths) == 0 {
		t.Fatalf("no notebook matches %s (error %v)", pattern, err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txt"), func(t *testing.T) {
			n, err := Read(path)
			if err != nil {
				t.Fatal(err)
			}
			check(t, n, update, begin(n))
		})
	}
}

// check asks all questions of one notebook.
func check(t *testing.T, n *Notebook, update bool, answer Answer) {
	answers := make([]string, len(n.Asked))
	for i, q := range n.Asked {
		answers[i] = answer(t, q)
		if answers[i] != q.Answer && !update {
			t.Errorf("%s:%d: %s\n--- the notebook says\n%s--- the program says\n%s", n.Path, q.Line, q.Command, q.Answer, answers[i])
		}
	}
	for i := range n.Asked {
		n.Asked[i].Answer = answers[i]
	}
	for _, v := range n.Verdicts() {
		if !v.Inside {
			t.Errorf("%s: %s", n.Path, v)
		}
	}
	if t.Failed() || !update {
		return
	}
	if err := os.WriteFile(n.Path, []byte(n.Text(answers)), 0o644); err != nil {
		t.Error(err)
	}
}
