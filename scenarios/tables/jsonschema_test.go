package tables

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"headroom/scenarios/tree"
)

// validator compiles the JSON Schema of scenario files.
func validator(t *testing.T) *jsonschema.Schema {
	t.Helper()
	text, err := json.Marshal(Vocabulary().JSONSchema("headroom scenario", TerraformKeys()))
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("headroom.json", document); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("headroom.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// instance is a file as an editor shows it to a JSON Schema; false if it is no TOML, or
// has numbers that JSON does not know.
func instance(t *testing.T, source tree.Source) (any, bool) {
	t.Helper()
	if len(source.Mistakes) > 0 {
		return nil, false
	}
	encoded, err := json.Marshal(plain(source.Root))
	if err != nil {
		return nil, false
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(encoded))
	if err != nil {
		t.Fatal(err)
	}
	return value, true
}

// plain is a node as encoding/json knows values.
func plain(n *tree.Node) any {
	switch n.Form {
	case tree.TableForm:
		table := map[string]any{}
		for key, value := range n.Table {
			table[key] = plain(value)
		}
		return table
	case tree.ListForm:
		list := []any{}
		for _, e := range n.List {
			list = append(list, plain(e))
		}
		return list
	}
	return n.Scalar
}

// An editor must not mark what runs.
func TestJSONSchemaAcceptsEveryScenario(t *testing.T) {
	s := validator(t)
	var files []string
	for _, pattern := range []string{"../*.toml", "testdata/*.toml", "../../cmd/headroom/starter.toml"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	if len(files) < 50 {
		t.Fatalf("only %d scenarios", len(files))
	}
	for _, file := range files {
		value, ok := instance(t, tree.Read(tree.Disk{}, file))
		if !ok {
			t.Errorf("%s: no JSON", file)
			continue
		}
		if err := s.Validate(value); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
}

// visible matches the faults that follow from a key, its type and its bounds alone.
var visible = regexp.MustCompile(`: (unknown key|must be true or false|must be a string|must be an integer, got ("|true|[0-9]*\.[1-9])|must be a table$|must be a (duration|size|rate|price|share|bandwidth) such as|must be [a-zA-Z0-9-]+ \| [^,;]* got)`)

// An editor marks what the keys alone tell to be wrong.
func TestJSONSchemaRefusesVisibleFaults(t *testing.T) {
	s := validator(t)
	script, err := os.ReadFile("testdata/faults.txt")
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, c := range strings.Split(strings.TrimSpace(string(script)), "\n\n")[1:] {
		edit, faults, _ := strings.Cut(c, "\n")
		before, after, _ := strings.Cut(strings.ReplaceAll(edit, `\n`, "\n"), " => ")
		value, ok := instance(t, tree.Parse(tree.Packed{}, "shop.toml", []byte(strings.Replace(good, before, after, 1))))
		if !ok || !visible.MatchString(faults) {
			continue
		}
		seen++
		if s.Validate(value) == nil {
			t.Errorf("%s: accepted, in spite of%s", edit, "\n"+faults)
		}
	}
	if seen < 20 {
		t.Errorf("only %d faults are visible", seen)
	}
}

// What the reader accepts an editor does not mark: every scenario of a lab notebook.
func TestJSONSchemaAcceptsWhatTheReaderAccepts(t *testing.T) {
	t.Parallel()
	s := validator(t)
	notebooks, err := filepath.Glob("../../cmd/headroom/testdata/notebooks/*.txt*")
	if err != nil {
		t.Fatal(err)
	}
	scenarios := 0
	for _, path := range notebooks {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range archive.Files {
			if _, err := Parse(f.Name, f.Data, Options{}); err != nil || !strings.HasSuffix(f.Name, ".toml") {
				continue
			}
			value, ok := instance(t, tree.Parse(tree.Packed{}, f.Name, f.Data))
			if !ok {
				continue
			}
			scenarios++
			if err := s.Validate(value); err != nil {
				t.Errorf("%s: %s: %v", path, f.Name, err)
			}
		}
	}
	if scenarios < 50 {
		t.Errorf("only %d scenarios", scenarios)
	}
}
