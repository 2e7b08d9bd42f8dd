package scenarios

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func readme(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// Every stock scenario has its paragraph and its command, and there are no others.
func TestGalleryIsTheStock(t *testing.T) {
	text := readme(t)
	files, err := filepath.Glob("*.toml")
	if err != nil || len(files) == 0 {
		t.Fatal("no stock scenarios", err)
	}
	for _, file := range files {
		if !strings.Contains(text, "\n**"+file+"** ") {
			t.Errorf("README.md has no paragraph of %s", file)
		}
		if !regexp.MustCompile(`\n    headroom [a-z]+ .*\bscenarios/` + regexp.QuoteMeta(file) + `\b`).MatchString(text) {
			t.Errorf("README.md has no command for %s", file)
		}
	}
	for _, name := range regexp.MustCompile(`[\w-]+\.toml\b`).FindAllString(text, -1) {
		if _, err := os.Stat(name); err != nil && name != "full.toml" {
			t.Errorf("README.md names %s, which is not there", name)
		}
	}
}

// What the map of the room names is there.
func TestMapNamesWhatIsThere(t *testing.T) {
	_, text, ok := strings.Cut(readme(t), "## The map of the room")
	if !ok {
		t.Fatal("README.md has no map")
	}
	for _, m := range regexp.MustCompile("`([\\w.-]+/[\\w./-]*)`").FindAllStringSubmatch(text, -1) {
		path := m[1]
		if strings.HasPrefix(path, "sim/") {
			path = "../" + path
		}
		if _, err := os.Stat(path); err != nil {
			t.Errorf("the map names %s, which is not there", m[1])
		}
	}
	named := regexp.MustCompile("`([\\w/]+\\.go)` \\(([^)]*)\\)").FindAllStringSubmatch(text, -1)
	if len(named) < 8 {
		t.Fatalf("the map names functions of %d files only", len(named))
	}
	for _, m := range named {
		declared := declaredIn(t, m[1])
		for _, name := range regexp.MustCompile("`(\\w+)`").FindAllStringSubmatch(m[2], -1) {
			if !declared[name[1]] {
				t.Errorf("the map names %s, which %s does not declare", name[1], m[1])
			}
		}
	}
}

// declaredIn returns the functions, methods, types and variables of a file.
func declaredIn(t *testing.T, path string) map[string]bool {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			names[d.Name.Name] = true
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch spec := spec.(type) {
				case *ast.TypeSpec:
					names[spec.Name.Name] = true
				case *ast.ValueSpec:
					for _, name := range spec.Names {
						names[name.Name] = true
					}
				}
			}
		}
	}
	return names
}

// Whoever looks for a table finds it in the room's page.
func TestEveryTableIsNamed(t *testing.T) {
	reference, err := os.ReadFile("REFERENCE.md")
	if err != nil {
		t.Fatal(err)
	}
	page := readme(t)
	tables := regexp.MustCompile(`(?m)^## (\w+)$`).FindAllSubmatch(reference, -1)
	for _, table := range tables {
		if name := "`" + string(table[1]) + "`"; !strings.Contains(page, name) {
			t.Errorf("README.md does not name %s", name)
		}
	}
	if len(tables) < 40 {
		t.Errorf("%d tables in the reference", len(tables))
	}
}
