package tables

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"headroom/scenarios/tree"
)

// editorSchema is the JSON Schema of scenario files as text.
var editorSchema = sync.OnceValues(func() ([]byte, error) {
	return json.Marshal(Vocabulary().JSONSchema("headroom scenario", TerraformKeys()))
})

// compiledSchema is the JSON Schema of scenario files.
var compiledSchema = sync.OnceValues(func() (*jsonschema.Schema, error) {
	text, err := editorSchema()
	if err != nil {
		return nil, err
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("headroom.json", document); err != nil {
		return nil, err
	}
	return c.Compile("headroom.json")
})

// validator returns the JSON Schema of scenario files.
func validator(t *testing.T) *jsonschema.Schema {
	t.Helper()
	s, err := compiledSchema()
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

// unseen are the kinds of faults that follow from more than a key, its type and its
// bounds, so that a JSON Schema cannot see them.
var unseen = []struct{ why, faults string }{
	{"depends on another key of the table", `must not be given|must not exceed (max_size|\d)|is required( with|$| \[)|does not apply|: (needs|steps|with) |must be (shorter than|groups of|min_size to|as many as|mounted in|1 to maximum|256, 512|within|above|after|from 1 to|at least that|at most \d+ above|the same as|disabled where|absent for|given when|as long)|must be ("|TCP|HTTP|HTTP1|6081|true|false|standard|on-demand|DISABLED|allow|one for clusters|generalPurpose|source_ip|lb_cookie|0 unless|of private|HTTP or|a month|60 s: AWS|.* with cpu )|must (change|have stickiness|give as much|keep the footprint|increase|add up to|lie)|needs one of|must not (be|begin|have|lie|overlap|span|shrink|ask|lead|exceed the|cost|release)|is required, or|is required in|periods of .* must not span`},
	{"depends on the type, kind or size beside it", `must be [0-9.]+ for (gp|io)|must be [0-9.]+ (whole )?(GiB|MiB)|must be \d+\.\.\d+ (for|whole)|per (GiB|IOPS)|must (forward|fit|leave|run|place|be at most|have|keep|match|support)|must be of (a|an|class|the|service|one|size|listener|every|Elastic|targets|volume|target)`},
	{"is known to the catalogue of AWS only", `must be (an instance (type|family)|offered|zones? of|af-south-1|in a zone|us-east-1)|has no price|must have (CPU credits|the architecture)|another Region|must be in the`},
	{"names another table, or what is in it", `must name|must be (a |an |the |of |one |that |two |unambiguous|unique|given once|listed once|target|Spot)|must be (at most|at least)|no such file|dedicated_host\.h must take|must not (name|launch|share|forward|move|shift)|unknown (process|termination|time zone)`},
	{"is counted over a list, or over the file", `must be at most \d+|a group has at most|must (number|not number)|must not exceed \d+|must have (at most|from|one|at least|1 to)|no more than|must be (\d+ to \d+|\d+\.\.\d+) (target groups|values|patterns)`},
	{"is seen when the world is built", `no (host|room|subnet|hosts) |the quota has no room|has nothing to simulate|at the start`},
	{"is a language of its own in a string", `cron|must be (an IANA|an octal|a percentile|a limit|a time of day|a date|blocks|statuses|2xx|must|a number, a function|"m|\d+ to \d+ of A-Z)|must begin with|wildcards|pattern|request method|header |expression|must be (one of <|target_group.NAME)`},
	{"is a quantity with a unit: its bounds are no numbers", `must be -?[0-9][^ ]*\.\.|must be (0, or|10, 20 or 30|whole minutes|between)|must be \$`},
	{"is a condition of a whole table", `is not simulated|must be AWS's own|Default must be|start_time|negative lower bound|positive upper bound|lower or an upper`},
}

var unseenPatterns = func() (all []*regexp.Regexp) {
	for _, u := range unseen {
		all = append(all, regexp.MustCompile(u.faults))
	}
	return all
}()

// visible matches the faults that follow from a key and its type alone; Regions are checked
// against the catalogue.
var visible = regexp.MustCompile(`: (unknown key|must be true or false|must be a string|must be an integer, got ("|true|[0-9]*\.[1-9])|must be a table$|must be a (duration|size|rate|price|share|bandwidth) such as|must be (a[^f]|[b-zA-Z0-9])[a-zA-Z0-9-]* \| [^,;]* got)`)

// mostUnsorted is how many faults may be of no kind that is listed: catalogues grow.
const mostUnsorted = 20

// faultyFiles lists the files of every catalogue of faults, by what is wrong with them.
func faultyFiles(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	script, err := os.ReadFile("testdata/faults.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range strings.Split(strings.TrimSpace(string(script)), "\n\n")[1:] {
		edit, _, _ := strings.Cut(c, "\n")
		before, after, _ := strings.Cut(strings.ReplaceAll(edit, `\n`, "\n"), " => ")
		all[edit] = strings.Replace(good, before, after, 1)
	}
	for _, c := range append(catalogue(), balancingCatalogue()...) {
		all[c.rule] = c.text(t)
	}
	for _, c := range refusals(t) {
		all[c.title] = c.text
	}
	return all
}

// An editor marks every file of the catalogues of faults that has one which the keys alone
// tell; what it does not mark has none but of the kinds that it cannot see.
func TestJSONSchemaRefusesVisibleFaults(t *testing.T) {
	s := validator(t)
	refused, unsorted, used := 0, 0, make([]int, len(unseen))
	for title, text := range faultyFiles(t) {
		value, ok := instance(t, tree.Parse(tree.Packed{}, "shop.toml", []byte(text)))
		if !ok {
			continue // no TOML, or numbers that JSON does not have: an editor says so by itself
		}
		if s.Validate(value) != nil {
			refused++
			continue
		}
		_, err := parse(text)
		for _, m := range messages(t, err) {
			kind := slices.IndexFunc(unseenPatterns, func(p *regexp.Regexp) bool { return p.MatchString(m) })
			switch {
			case visible.MatchString(m):
				t.Errorf("%s: accepted, in spite of\n%s", title, m)
			case kind < 0:
				unsorted++
				t.Logf("%s: of no kind that is listed:\n%s", title, m)
			default:
				used[kind]++
			}
		}
	}
	for i, n := range used {
		if n == 0 {
			t.Errorf("no fault is of the kind that %s", unseen[i].why)
		}
	}
	if refused < 150 || unsorted > mostUnsorted {
		t.Errorf("%d files are refused, and %d faults are of no kind that is listed", refused, unsorted)
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

// What a file requires is asked of whole files; one that includes others gives what it
// changes, and is marked for all else.
func TestJSONSchemaAsksLessOfAnOverlay(t *testing.T) {
	t.Parallel()
	s := validator(t)
	const group, law = `"autoscaling_group": {"web": {"max_size": 30}}`, `"workload": {"w": {"demand": {"cpu": {"mean": "3ms"}}}}`
	for _, c := range []struct {
		text  string
		sound bool
	}{
		{`{"include": ["shop.toml"], ` + group + `}`, true}, {`{` + group + `}`, false},
		{`{"include": "shop.toml", ` + law + `}`, true}, {`{` + law + `}`, false},
		{`{"include": ["shop.toml"], "autoscaling_group": {"web": {"min_sise": 3}}}`, false},
	} {
		value, err := jsonschema.UnmarshalJSON(strings.NewReader(c.text))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Validate(value); (err == nil) != c.sound {
			t.Errorf("%s is accepted: %v, want %v: %v", c.text, err == nil, c.sound, err)
		}
	}
}

// Python's re knows no \p, Taplo undoes no escapes in references.
func TestJSONSchemaIsReadAlikeByAll(t *testing.T) {
	text, err := editorSchema()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`"pattern":"([^"\\]|\\.)*\\\\[pPQEzAhu][^"]*"`).FindAll(text, 3) {
		t.Errorf("%s: not every reader compiles it", m)
	}
	references := regexp.MustCompile(`"\$ref":"[^"]*"`).FindAllString(string(text), -1)
	plain := regexp.MustCompile(`^"\$ref":"#/definitions/[A-Za-z0-9_.-]+"$`)
	for _, r := range references {
		if !plain.MatchString(r) {
			t.Errorf("%s: has letters that need an escape", r)
		}
	}
	if len(references) < 500 {
		t.Errorf("only %d references", len(references))
	}
}
