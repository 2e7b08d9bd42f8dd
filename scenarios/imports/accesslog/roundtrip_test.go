package accesslog

import (
	"bytes"
	"fmt"
	"math/rand"
	"strings"
	"testing"
	"time"

	"headroom/model/workload"
	"headroom/scenarios/tree"
	"headroom/sim"
	"headroom/sim/rng"
)

// The arrivals of a workload, logged as a load balancer would in the order of their ends
// and imported again, are the same arrivals to the microsecond.
func TestALogOfArrivalsBringsTheSameArrivals(t *testing.T) {
	rate, err := workload.Diurnal(workload.Day{Mean: 2, PeakToMean: 1.8, PeakAt: 20 * sim.Hour})
	if err != nil {
		t.Fatal(err)
	}
	process, err := workload.Poisson(rate)
	if err != nil {
		t.Fatal(err)
	}
	source := process.Start(rng.New(7, 0, "arrivals"))
	start := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	var want []int64
	var files [4]strings.Builder
	random := rand.New(rand.NewSource(7))
	var lines []string
	for {
		at, ok := source.Next()
		if !ok || at > 2*sim.Hour {
			break
		}
		want = append(want, int64(at)/1000)
		took := time.Duration(random.Intn(5000)) * time.Millisecond
		came := start.Add(time.Duration(at))
		const form = "2006-01-02T15:04:05.000000Z"
		lines = append(lines, fmt.Sprintf(`https %s app/shop/50dc6c495c0c9188 203.0.113.1:20000 10.0.0.1:8080 0.000 %.3f 0.000 200 200 300 1000 "GET https://shop.example:443/ HTTP/2.0" "-" - - arn:aws:elasticloadbalancing:us-east-2:111122223333:targetgroup/web/73e2d6bc24d8a067 "Root=1" "-" "-" 0 %s "forward" "-" "-" "10.0.0.1:8080" "200" "-" "-" TID_1`,
			came.Add(took).Format(form), took.Seconds(), came.Format(form)))
	}
	for i, place := range random.Perm(len(lines)) {
		files[i%4].WriteString(lines[place] + "\n")
	}
	packed := tree.Packed{}
	for i := range files {
		packed[fmt.Sprint(i)] = compressed(t, files[i].String())
	}
	in, skipped := readPacked(t, Formats()[0], Options{}, packed, "2", "0", "3", "1")
	if len(skipped.Text()) > 0 {
		t.Fatal(skipped.Text())
	}
	var trace bytes.Buffer
	if err := in.WriteTrace(&trace); err != nil {
		t.Fatal(err)
	}
	table, err := workload.ReadTable(&trace, workload.Columns{Numbers: []string{"time"}})
	if err != nil {
		t.Fatal(err)
	}
	got, err := table.Times("time", sim.Second, float64(start.Unix()))
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != len(want) || len(want) < 1000 {
		t.Fatalf("%d arrivals, want %d", len(got), len(want))
	}
	for i := range got {
		if micros := (int64(got[i]) + 500) / 1000; micros != want[i] {
			t.Fatalf("arrival %d: at %d µs, want %d", i, micros, want[i])
		}
	}
}
