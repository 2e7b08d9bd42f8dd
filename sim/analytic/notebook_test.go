package analytic

import (
	"flag"
	"fmt"
	"math"
	"testing"

	"headroom/sim/notebook"
)

var update = flag.Bool("update", false, "write the answers of the notebooks anew")

func TestNotebooks(t *testing.T) {
	notebook.Check(t, "testdata/*.txt", *update, func(*notebook.Notebook) notebook.Answer { return answer })
}

// answer compares a formula with a printed value, within a hundredth of it unless
// told otherwise.
func answer(t *testing.T, q notebook.Question) string {
	a := notebook.Split(q.Command)
	servers, load := a.Integer("servers", 1), a.Number("load", 0)
	if a.Has("spare") { // servers = load + spare × √load
		spare := a.Number("spare", 0)
		root := (-spare + math.Sqrt(spare*spare+4*float64(servers))) / 2
		load = root * root
	}
	formula := map[string]func(int, float64) (float64, error){"loss": ErlangB, "delay": ErlangC}[a.Name]
	got, err := formula(servers, load)
	if err != nil {
		t.Fatal(err)
	}
	want := a.Number("expect", 0)
	band := a.Number("within", want/100)
	if key := a.Unused(); key != "" {
		t.Fatalf("line %d: unknown key %s", q.Line, key)
	}
	return notebook.Verdict{
		What: fmt.Sprintf("%s of %d servers at %.6g erlang", a.Name, servers, load), Value: fmt.Sprintf("%.6g", got),
		Expected: fmt.Sprintf("%.6g ± %.2g", want, band), Inside: math.Abs(got-want) <= band,
	}.String() + "\n"
}
