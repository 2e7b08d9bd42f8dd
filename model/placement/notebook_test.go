package placement_test

import (
	"flag"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"headroom/model/placement"
	"headroom/sim/notebook"
)

var update = flag.Bool("update", false, "write the answers of the notebooks anew")

func TestNotebooks(t *testing.T) {
	notebook.Check(t, "testdata/*.txt", *update, func(*notebook.Notebook) notebook.Answer { return answer })
}

// answer makes the hosts of a command and places what its input asks for.
func answer(t *testing.T, q notebook.Question) string {
	a := notebook.Split(q.Command)
	entry, ok := placement.Find(a.Text("policy", ""))
	if !ok || a.Name != "hosts" {
		t.Fatalf("line %d: unknown command or policy: %s", q.Line, q.Command)
	}
	count := a.Integer("count", 1)
	shape := need(a)
	hosts := placement.New(placement.Capacity(shape), count, entry.New(newStream(1)))
	placed, refused := 0, 0
	for _, line := range q.Input {
		order := notebook.Split(line)
		n, err := strconv.Atoi(order.Words[0])
		if err != nil {
			t.Fatal(err)
		}
		for range n {
			if _, ok := hosts.Place(need(order)); ok {
				placed++
			} else {
				refused++
			}
		}
	}
	cpu, memory := hosts.Reserved()
	answer := fmt.Sprintf("%d placed, %d refused; reserved %d of %d cpu, %d of %d GiB",
		placed, refused, cpu, int(shape.CPU)*count, memory/1024, int(shape.MemoryMiB)*count/1024)
	if count > 1 {
		answer += "; " + aboard(hosts)
	}
	return answer + "\n"
}

// need reads cpu and memory.
func need(a *notebook.Arguments) placement.Need {
	return placement.Need{
		CPU:       int32(a.Integer("cpu", 1)),
		MemoryMiB: int64(a.Integer("memory-gib", 0)*1024 + a.Integer("memory-mib", 0)),
	}
}

// aboard says how many instances are on each host that has any.
func aboard(hosts *placement.Hosts) string {
	var parts []string
	for host := range hosts.Len() {
		if n := hosts.Instances(host); n > 0 {
			parts = append(parts, fmt.Sprintf("on host %d: %d", host, n))
		}
	}
	return strings.Join(parts, ", ")
}
