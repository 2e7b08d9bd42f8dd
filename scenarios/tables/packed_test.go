package tables

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"headroom/model/cloud"
	"headroom/model/dataplane"
)

// What is packed here is unpacked where none of its files is, and means the same.
func TestPackedScenarioNeedsNoFile(t *testing.T) {
	here := t.TempDir()
	t.Chdir(here)
	write := func(name, text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	write("a/shared/base.toml", `name = "base"
run = { duration = "10m", replications = 3 }
service.web = { discipline = "fcfs", workers = 1 }
instance.server = { instance_type = "m5.large", service = "web" }
workload.users = { to = "server", arrivals = { process = "trace" }, demand = { cpu = "20ms" } }
`)
	write("a/shared/data/counts.csv", "t,n\n0,60\n60,30\n120,90\n")
	write("a/shared/data/others.csv", "t,n\n0,6\n60,3\n")
	write("book.csv", "service,item,unit,usd\nec2,m5.large,h,1.5\n")
	write("a/shop.toml", `include = ["shared/base.toml"]
[workload.users.arrivals]
process = "trace"
time = "t"
count = "n"
file = "shared/data/counts.csv"
[sweep.parameters]
"workload.users.arrivals.file" = ["shared/data/counts.csv", "shared/data/others.csv", "shared/data/none.csv"]
"service.web.backlog" = [1, 2]
`)
	seed := int64(7)
	observe := func(_ *cloud.Config, keys []string) (dataplane.Observe, []error) {
		return dataplane.Observe{Zones: slices.Contains(keys, "latency.p99{zone=a}")}, make([]error, len(keys))
	}
	options := Options{
		Set: []string{"service.web.workers=2"}, Seed: &seed, Replications: 4,
		Observe: observe, Watch: []string{"latency.p99{zone=a}"},
	}
	if _, err := Load("a/shop.toml", options); err == nil {
		t.Fatal("a file that is not there is accepted")
	}
	options.Set = append(options.Set, `sweep.parameters."workload.users.arrivals.file"=["shared/data/counts.csv", "shared/data/others.csv"]`)
	there, err := Load("a/shop.toml", options)
	if err != nil {
		t.Fatal(err)
	}
	b, err := there.Pack()
	if err != nil {
		t.Fatal(err)
	}
	want, err := there.Manifest()
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for point := range there.Sweep.Len() {
		s, err := there.Point(point)
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, string(s.Resolved()))
	}
	if err := os.RemoveAll("a"); err != nil {
		t.Fatal(err)
	}
	got, err := Unpack(b, Options{Observe: observe})
	if err != nil {
		t.Fatal(err)
	}
	if is, err := got.Manifest(); err != nil || !maps.Equal(is, want) {
		t.Errorf("manifest %v, %v, want %v", is, err, want)
	}
	if got.Sweep.Replications != 4 || got.Sweep.Len() != 4 {
		t.Errorf("%d points of %d replications", got.Sweep.Len(), got.Sweep.Replications)
	}
	for point, text := range texts {
		s, err := got.Point(point)
		if err != nil {
			t.Fatal(err)
		}
		if !s.Config.Observe.Zones {
			t.Errorf("point %d: what is asked for is not observed", point)
		}
		if string(s.Resolved()) != text {
			t.Errorf("point %d:\n%s\nwant\n%s", point, s.Resolved(), text)
		}
	}
	for _, bad := range []string{"", "{}", "[1]", `{"path": "/etc/passwd"}`} {
		if _, err := Unpack([]byte(bad), Options{}); err == nil {
			t.Errorf("%q is unpacked", bad)
		}
	}
}
