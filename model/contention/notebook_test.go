package contention_test

import (
	"flag"
	"fmt"
	"strings"
	"testing"

	. "headroom/model/contention"
	"headroom/sim/notebook"
)

var update = flag.Bool("update", false, "write the answers of the notebooks anew")

// TestNotebooks shares hosts out. The command "host" says how many threads there are;
// each line below is an instance: its name, its vCPUs and the threads that it wants.
func TestNotebooks(t *testing.T) {
	notebook.Check(t, "testdata/*.txt", *update, notebook.Commands(map[string]notebook.Command{
		"host": func(_ *testing.T, a *notebook.Arguments, input []string) string {
			threads := uint64(a.Integer("threads", 0)) * 1e6
			var claims []Claim
			var names []string
			for _, line := range input {
				i := notebook.Split(line)
				claims = append(claims, Claim{uint64(i.Integer("vcpus", 0)), uint64(i.Number("wants", 0)*1e6 + 0.5)})
				names = append(names, i.Name)
			}
			level := Level(threads, claims)
			var b strings.Builder
			for i, c := range claims {
				fmt.Fprintf(&b, "%-14s %.6f threads\n", names[i], float64(share(level, c))/1e6)
			}
			return b.String()
		},
	}))
}
