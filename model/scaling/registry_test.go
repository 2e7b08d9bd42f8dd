package scaling_test

import (
	"math"
	"reflect"
	"testing"

	"headroom/model/scaling"
	"headroom/sim"
)

// TestEveryKindDocumentsParsesAndConstructs is the battery for the table of
// policies.
func TestEveryKindDocumentsParsesAndConstructs(t *testing.T) {
	for _, kind := range scaling.Policies() {
		found, ok := scaling.Find(kind.Name)
		if !ok || found.Description != kind.Description || kind.Description == "" || kind.Short == "" {
			t.Errorf("%s: not found, or without description", kind.Name)
		}
		values, required := scaling.Values{}, 0
		for _, p := range kind.Parameters {
			if p.Meaning == "" || p.Form == 0 || p.Required && p.Default != nil {
				t.Errorf("%s: %s is without meaning or form, or both required and defaulted", kind.Name, p.Name)
			}
			if p.Required {
				required++
				values[p.Name] = sample(p)
			}
		}
		spec, faults := kind.Parse(values)
		if len(faults) > 0 {
			t.Fatalf("%s of %v: %v", kind.Name, values, faults)
		}
		if got, want := reflect.TypeOf(spec), reflect.TypeOf(kind.Example); got != want {
			t.Errorf("%s: constructs a %v, its example is a %v", kind.Name, got, want)
		}
		if kind.OwnAlarms() != (spec.Mechanism().Alarms != nil) {
			t.Errorf("%s: example and parsed spec differ in whether they bring alarms", kind.Name)
		}
		if _, faults := kind.Parse(nil); len(faults) != required {
			t.Errorf("%s of nothing: got %v, want %d faults", kind.Name, faults, required)
		}
	}
}

// sample returns a sound value of a parameter.
func sample(p scaling.Parameter) any {
	switch p.Form {
	case scaling.Choice:
		return p.Words[0].Name
	case scaling.Rows:
		row := scaling.Values{}
		for _, c := range p.Columns {
			if c.Required {
				row[c.Name] = sample(c)
			}
		}
		return []scaling.Values{merge(row, scaling.Values{p.Columns[0].Name: 0.0})}
	case scaling.Whole:
		return 1
	default:
		return 50.0
	}
}

// merge returns the values of both.
func merge(a, b scaling.Values) scaling.Values {
	for k, v := range b {
		a[k] = v
	}
	return a
}

func TestParsingGivesWhatIsWrittenInGo(t *testing.T) {
	for _, tc := range []struct {
		kind   string
		values scaling.Values
		want   scaling.Spec
	}{
		{"TargetTrackingScaling", scaling.Values{"target_value": 40, "low_factor": "ec2-recent", "scale_in_mode": "conservative"},
			scaling.TargetTracking{
				Target: 40, LowFactor: scaling.LowFactorRecentEC2, ScaleIn: scaling.Conservative,
				Cadence: scaling.LegacyCadence(), EstimatedInstanceWarmup: scaling.Unset,
			}},
		{"SimpleScaling", scaling.Values{"adjustment_type": "ExactCapacity", "scaling_adjustment": 3, "cooldown": sim.Minute},
			scaling.Simple{Type: scaling.ExactCapacity, Adjustment: 3, Cooldown: sim.Minute}},
		{"StepScaling", scaling.Values{
			"adjustment_type": "ChangeInCapacity",
			"step_adjustment": []scaling.Values{
				{"metric_interval_upper_bound": 0.0, "scaling_adjustment": -1},
				{"metric_interval_lower_bound": 0.0, "scaling_adjustment": 2},
			}},
			scaling.Step{
				Type: scaling.ChangeInCapacity, EstimatedInstanceWarmup: scaling.Unset,
				Steps: []scaling.StepAdjustment{{math.Inf(-1), 0, -1}, {0, math.Inf(1), 2}},
			}},
	} {
		kind, _ := scaling.Find(tc.kind)
		if got, faults := kind.Parse(tc.values); len(faults) > 0 || !reflect.DeepEqual(got, tc.want) {
			t.Errorf("%s: got %+v, %v, want %+v", tc.kind, got, faults, tc.want)
		}
	}
}

func TestParsingNamesEveryFault(t *testing.T) {
	for _, tc := range []struct {
		kind   string
		values scaling.Values
		want   []string
	}{
		{"TargetTrackingScaling",
			scaling.Values{"target_value": "much", "cadence": "slow", "cooldown": sim.Minute, "estimated_instance_warmup": sim.Day},
			[]string{"target_value: must be a number", "cadence: must be legacy | responsive", "estimated_instance_warmup: must be 0..3600", "cooldown: unknown"}},
		{"TargetTrackingScaling", scaling.Values{"target_value": math.NaN()}, []string{"target_value: must be"}},
		{"TargetTrackingScaling", scaling.Values{"target_value": 0.0}, []string{"target_value: must be above 0"}},
		{"StepScaling",
			scaling.Values{"adjustment_type": "ChangeInCapacity", "step_adjustment": []scaling.Values{{"scaling_adjustment": 1.5}}},
			[]string{"step_adjustment[0]: scaling_adjustment: must be an integer"}},
	} {
		kind, _ := scaling.Find(tc.kind)
		_, got := kind.Parse(tc.values)
		expectFaults(t, tc.kind, got, tc.want)
	}
	if _, ok := scaling.Find("GuessScaling"); ok {
		t.Error("a policy that does not exist was found")
	}
}

func TestRecorderKeepsTheLatest(t *testing.T) {
	const keep = 3
	r := scaling.NewRecorder(keep)
	if h := r.History(); h.Len() != 0 || h.Latest().OK {
		t.Errorf("a new recorder shows %+v", h.Latest())
	}
	for n := range 8 {
		r.Push(scaling.Datapoint{Value: float64(n), OK: n != 6})
		h := r.History()
		if want := min(n+1, keep); h.Len() != want {
			t.Fatalf("after %d: %d kept, want %d", n+1, h.Len(), want)
		}
		for i := range h.Len() {
			if got, want := h.At(i).Value, float64(n-h.Len()+1+i); got != want {
				t.Errorf("after %d: datapoint %d is %v, want %v", n+1, i, got, want)
			}
		}
		if h.Latest() != h.At(h.Len()-1) || h.Latest().OK != (n != 6) {
			t.Errorf("after %d: the newest is %+v", n+1, h.Latest())
		}
	}
}
