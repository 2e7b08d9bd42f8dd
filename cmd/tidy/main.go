// Command tidy checks the rules of the house that a program can check: import
// layers, third-party doors, banned calls, lengths, names, documentation, maps and links.
//
//	go run ./cmd/tidy [-C DIR]
//
// It prints every finding as file:line: rule: message, and exits with 1 if there
// is one and with 2 if the tree cannot be read. It imports nothing of headroom
// and nothing but the standard library. A new rule is one function and one line
// in the table [rules].
package main

import (
	"flag"
	"fmt"
	"os"
)

// rules lists every check, in the order in which a file's findings matter.
var rules = []struct {
	name  string
	check func(*tree) []finding
}{
	{"syntax", checkSyntax},
	{"top-level", checkTopLevel},
	{"layer", checkLayers},
	{"door", checkDoors},
	{"call", checkCalls},
	{"map-range", checkMapRanges},
	{"length", checkLengths},
	{"doc", checkDocs},
	{"name", checkNames},
	{"word", checkWords},
	{"readme", checkReadmes},
	{"link", checkDocLinks},
}

func main() {
	dir := flag.String("C", ".", "root of the module to check")
	flag.Parse()
	t, err := readTree(*dir)
	if err != nil {
		fmt.Fprintln(os.Stderr, "tidy:", err)
		os.Exit(2)
	}
	findings := checkAll(t)
	for _, f := range findings {
		fmt.Println(f)
	}
	if len(findings) > 0 {
		fmt.Fprintf(os.Stderr, "tidy: %d findings in %d files\n", len(findings), len(t.files))
		os.Exit(1)
	}
}

// checkAll applies every rule and returns the findings in the order of the tree.
func checkAll(t *tree) []finding {
	var all []finding
	for _, r := range rules {
		for _, f := range r.check(t) {
			f.rule = r.name
			all = append(all, f)
		}
	}
	sortFindings(all)
	return all
}
