package scaling_test

import (
	"flag"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"headroom/model/scaling"
	"headroom/sim/notebook"
)

var update = flag.Bool("update", false, "write the answers of the notebooks anew")

func TestNotebooks(t *testing.T) {
	notebook.Check(t, "testdata/*.txt", *update, notebook.Commands(map[string]notebook.Command{
		"step": stepped, "tracking": tracked, "simple": changed, "low-threshold": lowThreshold,
		"combine": combined, "victims": victims, "share": share, "spot": spotPools,
		"next": next, "apply": applied, "forecast": forecasts, "hooks": hooks,
	}))
}

// decided puts signals, a line each, before a policy.
func decided(t *testing.T, policy scaling.Spec, threshold float64, lines []string) string {
	if faults := policy.Validate(); len(faults) > 0 {
		t.Fatal(faults)
	}
	width := 0
	for _, line := range lines {
		width = max(width, len(line))
	}
	var answers []string
	for _, line := range lines {
		a := notebook.Split(line)
		s := scaling.View{
			Breach: map[string]scaling.Breach{"high": scaling.High, "low": scaling.Low}[a.Name], Threshold: threshold,
			Desired: a.Integer("desired", 0), Min: a.Integer("min", 1), Max: a.Integer("max", 100),
			Metric: a.Number("metric", 0), HasMetric: a.Has("metric"), Warming: slices.Contains(a.Words, "warming"),
		}
		s.Base = a.Integer("base", s.Desired)
		d := policy.New(scaling.Setup{}).Decide(s)
		said := strconv.Itoa(d.Wanted)
		if !d.Acts {
			said = "no action"
		}
		answers = append(answers, fmt.Sprintf("%-*s  %s", width, line, said))
	}
	return strings.Join(answers, "\n")
}

// stepped reads steps, lower..upper and the adjustment, and then signals.
func stepped(t *testing.T, a *notebook.Arguments, input []string) string {
	kind, err := scaling.ParseAdjustmentType(a.Text("type", ""))
	if err != nil {
		t.Fatal(err)
	}
	policy := scaling.Step{Type: kind}
	bound := func(text string, otherwise float64) float64 {
		if text == "" {
			return otherwise
		}
		value, err := strconv.ParseFloat(text, 64)
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
	for len(input) > 0 && strings.Contains(strings.Fields(input[0])[0], "..") {
		fields := strings.Fields(input[0])
		lower, upper, _ := strings.Cut(fields[0], "..")
		policy.Steps = append(policy.Steps, scaling.StepAdjustment{
			Lower: bound(lower, math.Inf(-1)), Upper: bound(upper, math.Inf(1)), Adjustment: int(bound(fields[1], 0)),
		})
		input = input[1:]
	}
	return decided(t, policy, a.Number("threshold", 0), input)
}

func tracked(t *testing.T, a *notebook.Arguments, input []string) string {
	return decided(t, tracking(a.Number("target", 0)), 0, input)
}

func changed(t *testing.T, a *notebook.Arguments, input []string) string {
	kind, err := scaling.ParseAdjustmentType(a.Text("type", ""))
	if err != nil {
		t.Fatal(err)
	}
	return decided(t, scaling.Simple{
		Type: kind, Adjustment: a.Integer("adjustment", 0), MinAdjustmentMagnitude: a.Integer("least", 0),
	}, 0, input)
}

func lowThreshold(_ *testing.T, a *notebook.Arguments, _ []string) string {
	policy := tracking(a.Number("target", 0))
	policy.LowFactor = a.Number("factor", 0)
	return fmt.Sprint(policy.LowThreshold())
}

// combined reads proposals: a capacity or "silent", and "tracker" for one that
// must agree to a scale-in.
func combined(t *testing.T, a *notebook.Arguments, input []string) string {
	desired := a.Integer("desired", 0)
	var proposals []scaling.Proposal
	for _, line := range input {
		fields := strings.Fields(line)
		p := scaling.Proposal{Wanted: desired, Unanimous: len(fields) > 1 && fields[1] == "tracker"}
		if wanted, err := strconv.Atoi(fields[0]); err == nil {
			p.Wanted, p.Acts = wanted, true
		} else if fields[0] != "silent" {
			t.Fatal(err)
		}
		proposals = append(proposals, p)
	}
	return strconv.Itoa(scaling.Combine(proposals, desired))
}
