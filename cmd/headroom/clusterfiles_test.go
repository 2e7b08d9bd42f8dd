package main

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const clusterDir = "../../scenarios/cluster"

var (
	continued = regexp.MustCompile(`\\\n\s*`)
	variable  = regexp.MustCompile(`"[^"\s]*\$[^"\s]*"`)
	// A command line ends with its line or quotation, before a comment, a redirection
	// or another command.
	commandLine = regexp.MustCompile("(?m)(?:^|[\\s`/])headroom( +[a-z](?: *[^\\s`&|;#>]+)*)")
	// The arguments of a container; those of other programs begin with a dash.
	argumentList = regexp.MustCompile(`"?(?:args|command)"?: (\["[^-].*\])`)
	fileRow      = regexp.MustCompile("(?m)^\\| `([^`]+)` \\|")
)

// commandsIn returns the arguments of every headroom command of a text.
func commandsIn(t *testing.T, text string) [][]string {
	t.Helper()
	var found [][]string
	text = variable.ReplaceAllString(continued.ReplaceAllString(text, " "), "1")
	for _, m := range commandLine.FindAllStringSubmatch(text, -1) {
		found = append(found, strings.Fields(m[1]))
	}
	for _, m := range argumentList.FindAllStringSubmatch(text, -1) {
		var args []string
		if err := json.Unmarshal([]byte(m[1]), &args); err != nil {
			t.Fatalf("%s: %v", m[1], err)
		}
		found = append(found, args)
	}
	return found
}

// Every command of the files that start a cluster is one of this program, with
// flags that it has.
func TestClusterFilesStartWhatThereIs(t *testing.T) {
	files, err := os.ReadDir(clusterDir)
	if err != nil {
		t.Fatal(err)
	}
	withCommands := map[string]bool{}
	for _, file := range files {
		text, err := os.ReadFile(filepath.Join(clusterDir, file.Name()))
		if err != nil {
			t.Fatal(err)
		}
		for _, args := range commandsIn(t, string(text)) {
			withCommands[file.Name()] = true
			c, rest, err := newRoot(io.Discard).Find(args)
			switch {
			case err != nil:
				t.Errorf("%s: headroom %s: %v", file.Name(), strings.Join(args, " "), err)
			case !c.HasParent():
				t.Errorf("%s: headroom %s: no command", file.Name(), strings.Join(args, " "))
			default:
				if err := c.ParseFlags(rest); err != nil {
					t.Errorf("%s: headroom %s: %v", file.Name(), strings.Join(args, " "), err)
				}
			}
		}
	}
	for _, name := range []string{"README.md", "aws-batch.json", "headroom-worker.service", "kubernetes.yaml", "slurm.sbatch"} {
		if !withCommands[name] {
			t.Errorf("%s: no headroom command found", name)
		}
	}
}

// The table of the folder's README has a row for each file.
func TestClusterFilesAreThoseOfTheirReadme(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(clusterDir, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	listed := []string{"README.md"}
	for _, m := range fileRow.FindAllStringSubmatch(string(text), -1) {
		listed = append(listed, m[1])
	}
	files, err := os.ReadDir(clusterDir)
	if err != nil {
		t.Fatal(err)
	}
	var present []string
	for _, file := range files {
		present = append(present, file.Name())
	}
	slices.Sort(listed)
	if !slices.Equal(listed, present) {
		t.Errorf("README lists %v, there are %v", listed, present)
	}
}
