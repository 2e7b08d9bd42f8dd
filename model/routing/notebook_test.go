package routing

import (
	"flag"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"testing"

	"headroom/sim/notebook"
)

var update = flag.Bool("update", false, "write the answers of the notebooks anew")

func TestNotebooks(t *testing.T) {
	notebook.Check(t, "testdata/*.txt", *update, notebook.Commands(map[string]notebook.Command{
		"match":   func(t *testing.T, _ *notebook.Arguments, input []string) string { return matches(t, input) },
		"shares":  func(t *testing.T, a *notebook.Arguments, _ []string) string { return shares(t, a) },
		"weights": func(t *testing.T, a *notebook.Arguments, _ []string) string { return turns(t, a.Words) },
		"validate": func(t *testing.T, a *notebook.Arguments, _ []string) string {
			if err := ValidateWeights(integers(t, a.Words)); err != nil {
				return err.Error()
			}
			return "sound"
		},
	}))
}

// integers reads whole numbers.
func integers(t *testing.T, words []string) []int {
	t.Helper()
	var all []int
	for _, word := range words {
		n, err := strconv.Atoi(word)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, n)
	}
	return all
}

// matches compiles the lines that are rules and matches the others.
func matches(t *testing.T, lines []string) string {
	names := []string{"default"}
	var rules []Rule
	var requests []string
	for _, line := range lines {
		a := notebook.Split(line)
		if a.Name != "rule" {
			requests = append(requests, line)
			continue
		}
		rule := Rule{Priority: integers(t, a.Words)[0], Action: len(names)}
		if a.Has("host") {
			rule.HostHeaders = strings.Split(a.Text("host", ""), ",")
		}
		if a.Has("path") {
			rule.PathPatterns = strings.Split(a.Text("path", ""), ",")
		}
		if a.Has("method") {
			rule.Methods = strings.Split(a.Text("method", ""), ",")
		}
		if a.Has("source") {
			rule.Sources = append(rule.Sources, netip.MustParsePrefix(a.Text("source", "")))
		}
		if name, value, ok := strings.Cut(a.Text("header", ""), ":"); ok {
			rule.Headers = append(rule.Headers, HeaderCondition{name, strings.Split(value, ",")})
		}
		if a.Has("query") {
			rule.Queries = append(rule.Queries, queryCondition(a.Text("query", "")))
		}
		names, rules = append(names, a.Text("to", "")), append(rules, rule)
	}
	compiled, err := CompileRules(rules, 0)
	if err != nil {
		return err.Error()
	}
	width := 0
	for _, request := range requests {
		width = max(width, len(request))
	}
	var b strings.Builder
	for _, request := range requests {
		action, processed := compiled.Match(requestOf(request))
		plural := map[bool]string{true: "", false: "s"}[processed == 1]
		fmt.Fprintf(&b, "%-*s  %-7s  %d rule%s\n", width, request, names[action], processed, plural)
	}
	return b.String()
}

// queryCondition reads parameters, key=value or values alone.
func queryCondition(text string) (all QueryCondition) {
	for _, part := range strings.Split(text, ",") {
		key, value, ok := strings.Cut(part, ":")
		if !ok {
			key, value = "", part
		}
		all = append(all, Parameter{key, value})
	}
	return all
}

// requestOf reads host and path, perhaps after a method, with name:value of headers
// and from:address after them.
func requestOf(line string) (r Request) {
	for i, word := range strings.Fields(line) {
		name, value, pair := strings.Cut(word, ":")
		switch {
		case i == 0 && word == strings.ToUpper(word):
			r.Method = word
		case word[0] == '/':
			r.Path = word
		case name == "from":
			r.Source = netip.MustParseAddr(value)
		case pair:
			r.Headers = append(r.Headers, Header{name, value})
		default:
			r.Host = word
		}
	}
	return r
}

// shares returns which part of the requests each target serves, by zones.
func shares(t *testing.T, a *notebook.Arguments) string {
	entry, ok := Find(a.Text("algorithm", ""))
	if !ok {
		t.Fatalf("no algorithm %s", a.Text("algorithm", ""))
	}
	zones := integers(t, strings.Split(a.Text("zones", ""), ","))
	policies := make([]Policy, len(zones))
	for i := range policies {
		policies[i] = entry.New(Setup{Nodes: len(zones), Chooser: newStream(1)})
		if a.Text("cross-zone", "on") == "on" {
			policies[i] = policies[0]
		}
	}
	target := 0
	for zone, count := range zones {
		for range count {
			policies[zone].Add(target)
			target++
		}
	}
	served := make([]int, target)
	requests := a.Integer("requests", 0)
	for i := range requests {
		target, _ := policies[i%len(zones)].Pick(i % len(zones))
		served[target]++
	}
	var b strings.Builder
	for zone, count := range zones {
		fmt.Fprintf(&b, "zone %d:", zone+1)
		for _, n := range served[:count] {
			fmt.Fprintf(&b, " %v %%", 100*float64(n)/float64(requests))
		}
		served = served[count:]
		b.WriteString("\n")
	}
	return b.String()
}

// turns returns how often each choice has its turn in a few cycles.
func turns(t *testing.T, words []string) string {
	weights := integers(t, words)
	w, sum := NewWeighted(weights...), 0
	for _, weight := range weights {
		sum += weight
	}
	n := max(sum, 3000/sum*sum)
	served := make([]int, len(weights))
	for range n {
		choice, _ := w.Next()
		served[choice]++
	}
	return fmt.Sprintf("%d turns: %s", n, strings.Trim(fmt.Sprint(served), "[]"))
}
