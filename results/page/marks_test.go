package page

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"headroom/model"
	"headroom/model/controlplane"
	"headroom/results"
	"headroom/results/report"
	"headroom/sim/stat"
)

// kindWritten matches the kinds of activities in the source of the control plane: literals,
// assignments, and what the functions that note are told.
var kindWritten = regexp.MustCompile(`(?:Activity\{.*Kind: |\bKind: |\.Kind, [\w.]+ = |\bnote[A-Z]\w*\([^"\n]*|\bkind :?= )"([A-Za-z-]+)"`)

// A kind of activity that the page does not know is one that somebody added and forgot here.
func TestEveryActivityHasAKindOfMark(t *testing.T) {
	paths, err := filepath.Glob("../../model/controlplane/*.go")
	if err != nil {
		t.Fatal(err)
	}
	written := map[string]bool{}
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range kindWritten.FindAllStringSubmatch(string(text), -1) {
			if !strings.Contains(m[0], "noteCall(") { // what is called, not a kind
				written[m[1]] = true
			}
		}
	}
	if len(written) < 30 || !written["task-waits"] || !written["fault"] || !written["certificate-expired"] {
		t.Fatalf("the source does not have the kinds as this test reads them: %v", slices.Sorted(maps.Keys(written)))
	}
	var actions []string
	for k := controlplane.CreateVolume; k <= controlplane.LastAction; k++ {
		actions = append(actions, k.String())
	}
	for _, kind := range slices.Sorted(maps.Keys(written)) {
		if _, known := activityKinds[kind]; !known && !slices.Contains(saidByDecisions, kind) && !slices.Contains(actions, kind) && kind != "call" {
			t.Errorf("activity %q is of no kind of mark", kind)
		}
	}
	for kind := range activityKinds {
		if !written[kind] {
			t.Errorf("the control plane writes no activity %q", kind)
		}
	}
}

// What the page names is in the catalogue, and of the parts that it is shown of.
func TestPageNamesMetrics(t *testing.T) {
	labels := map[string][]string{}
	for _, m := range results.Metrics() {
		labels[m.Name] = append([]string{""}, m.Labels...)
	}
	for _, tile := range tiles {
		if labels[tile.key] == nil {
			t.Errorf("no metric is %s", tile.key)
		}
	}
	for label, rows := range matrixRows {
		if label == model.WindowLabel { // of which there is all that there is of the whole
			label = ""
		}
		for _, r := range rows {
			if !slices.Contains(labels[r.metric], label) {
				t.Errorf("%s is of %q, not of a %s", r.metric, labels[r.metric], label)
			}
		}
	}
}

func TestPageOfServicesAndFunctions(t *testing.T) {
	r := &run{Saved: &report.Saved{Replications: 1}}
	for key, value := range map[string]float64{"task.running.mean{container_service=api}": 3.5, "function.invocations{function=thumb}": 70} {
		r.Metrics = append(r.Metrics, results.Value{Key: key, Unit: "count", Estimate: stat.Estimate{Value: value, N: 1}})
	}
	text := map[string]string{}
	for _, p := range r.summary().Parts {
		if p.Table != nil {
			text[p.Table.Caption] = strings.Join(p.Table.Rows[0].Cells, " ")
		}
	}
	if got := text["By container service"]; !strings.HasPrefix(got, "api 3.5") {
		t.Errorf("by container service: %q in %v", got, text)
	}
	if got := text["By function"]; !strings.HasPrefix(got, "thumb 70") {
		t.Errorf("by function: %q", got)
	}
	s := &series{minutes: 2, lines: []*line{{entity: "container_service.api", metric: "task.running", values: []float64{2, 3}}, {entity: "container_service.api", metric: "task.desired", values: []float64{3, 3}}}}
	if plots := s.plots(); len(plots) != 1 || plots[0].Title != "Tasks of container_service.api" || !plots[0].Lines[1].Dashed {
		t.Errorf("plots of tasks: %v", plots)
	}
}
