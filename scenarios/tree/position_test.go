package tree

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
)

// checkMarks verifies that every key of a valid text is found at a line that
// contains its name.
func checkMarks(t *testing.T, text string) {
	t.Helper()
	var decoded map[string]any
	_, err := toml.Decode(text, &decoded)
	if err != nil {
		return
	}
	root, tooDeep := locate(text)
	if tooDeep > 0 {
		return
	}
	lines := strings.Split(text, "\n")
	var check func(path string, value any, m *mark)
	check = func(path string, value any, m *mark) {
		switch v := value.(type) {
		case map[string]any:
			for key, below := range v {
				if strings.ContainsAny(key, "\\\"'\x00\n\t\r") || !isPlain(key) {
					continue // written with escapes
				}
				k := m.key(key)
				if k == nil || k.line < 1 || k.line > len(lines) {
					t.Fatalf("%s.%s has no line in %q", path, key, text)
				}
				if !strings.Contains(lines[k.line-1], key) && !strings.Contains(text, `\`) {
					t.Fatalf("%s.%s is not in line %d of %q", path, key, k.line, text)
				}
				if key != "" { // the library loses elements of a list below an empty key
					check(path+"."+key, below, k)
				}
			}
		case []map[string]any:
			for i, below := range v {
				check(path+"[]", below, m.item(i))
			}
		}
	}
	check("", decoded, root)
}

func isPlain(key string) bool {
	return strings.IndexFunc(key, func(r rune) bool { return r > 126 || r < 32 }) < 0
}

var marked = []string{
	"a = 1\nb.c = 2\n'q u' = 3\n\"d\".'e' = 4\n[t]\n  x = [\n 1, # one\n {y = 2,\n z = 3} ]\n[[l]]\nm = '''\n[[no]]\n'''\n[[l]]\nm = 2\n[l.sub]\nn = \"\"\"x\\\"\"\"\"\"\no=1\n[[l.deep]]\np=1",
	"x = \"a # b\" # c = 1\ny = '#'\nz = [ \"]\", '}', {w = \"=\"} ]\nlast = 1",
	"\"1\".'' = [0, {a = 0}]\nb = 1",
	"t = { a = 1, b = { c = [ { d = 1 }, { d = 2 } ] } }\r\nu = 1979-05-27 07:32:00\r\nv = 1",
}

func TestKeysAreFoundAtTheirLines(t *testing.T) {
	for _, text := range marked {
		checkMarks(t, text)
	}
	files, err := filepath.Glob("../*.toml")
	if err != nil || len(files) == 0 {
		t.Fatal("no stock scenarios", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		checkMarks(t, string(text))
	}
}

func FuzzLocate(f *testing.F) {
	for _, text := range marked {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if _, tooDeep := locate(text); tooDeep == 0 {
			checkMarks(t, text)
		}
	})
}
