package scaling_test

import (
	"math"
	"testing"
	"time"

	"headroom/model/forecast"
	"headroom/model/scaling"
	"headroom/sim"
)

func TestPredictiveIsValidated(t *testing.T) {
	expectFaults(t, "zero", scaling.Predictive{Forecaster: "naive"}.Validate(), []string{"target_value:"})
	expectFaults(t, "buffers", scaling.Predictive{Target: 1, BufferTime: sim.Hour, MaxBuffer: 10, Forecaster: "luck"}.Validate(),
		[]string{"scheduling_buffer_time:", "max_capacity_buffer:", "forecaster:"})
}

// seer plays a predictive policy against a load that is known, in datapoints of a minute.
type seer struct {
	policy  scaling.Policy
	seen    *scaling.Recorder
	load    func(sim.Time) float64
	until   sim.Time // of the newest datapoint
	desired int
	max     int
}

// at lets the policy decide at its next instant and returns that.
func (s *seer) at(now sim.Time) (sim.Time, scaling.Decision) {
	next, _ := s.policy.(scaling.Waker).Wake(now)
	for ; s.until+sim.Minute <= next; s.until += sim.Minute {
		s.seen.Push(scaling.Datapoint{From: s.until, Until: s.until + sim.Minute, Value: s.load(s.until), OK: true})
	}
	d := s.policy.Decide(scaling.View{
		Now: next, Breach: scaling.Woken, Desired: s.desired, Min: 1, Max: s.max, History: []scaling.History{s.seen.History()},
	})
	if d.Acts {
		s.desired, s.max = d.Wanted, max(s.max, d.Max)
	}
	return next, d
}

// The load is 240 but 600 from 09:00 to 10:00 every day, at 40 an instance. The run
// begins at 03:30 on a Wednesday.
func TestPredictiveLaunchesBeforeTheHour(t *testing.T) {
	spec := scaling.Predictive{Target: 40, Scales: true, BufferTime: 300 * sim.Second, Forecaster: "seasonal"}
	start := time.Date(2026, 7, 1, 3, 30, 0, 0, time.UTC)
	s := &seer{
		policy: spec.New(scaling.Setup{Start: start}), seen: scaling.NewRecorder(spec.Mechanism().History),
		load: func(at sim.Time) float64 {
			if start.Add(time.Duration(at)).Hour() == 9 {
				return 600
			}
			return 240
		},
		desired: 9, max: 40,
	}
	rises := map[string]int{}
	for now := sim.Time(0); now < 3*24*sim.Hour; {
		before := s.desired
		var d scaling.Decision
		now, d = s.at(now)
		clock := start.Add(time.Duration(now)).Format("2 15:04")
		if now < 24*sim.Hour && d.Acts {
			t.Fatalf("%s: decides with less than a day of history", clock)
		}
		if s.desired > before {
			rises[clock] = s.desired
		}
		if d.Acts && start.Add(time.Duration(now)).Hour() == 10 && start.Add(time.Duration(now)).Minute() == 0 {
			if d.Floor != 6 || s.desired != 15 {
				t.Errorf("%s: floor %d, desired %d, want 6 and still 15", clock, d.Floor, s.desired)
			}
			s.desired = 9 // another policy scales in
		}
	}
	if len(rises) != 2 || rises["2 08:55"] != 15 || rises["3 08:55"] != 15 {
		t.Errorf("rises %v, want to 15 at 08:55 of the 2nd and the 3rd", rises)
	}
	for _, f := range s.policy.(scaling.Prophet).Forecasts() {
		at := start.Add(time.Duration(f.From))
		if at.Minute() != 0 || f.Capacity != int(math.Ceil(f.Load/40)) || !math.IsNaN(f.Actual) && f.Actual != f.Load || f.High < f.Load {
			t.Errorf("%v: %+v", at, f)
		}
	}
}

// A file may bring the hours before the run.
func TestPredictiveKnowsWhatWasBefore(t *testing.T) {
	before := make([]float64, 2*forecast.Day)
	for i := range before {
		before[i] = 80
	}
	spec := scaling.Predictive{Target: 40, Scales: true, BufferTime: 0, Forecaster: forecast.Default, Before: before, IncreaseMax: true, MaxBuffer: 50}
	s := &seer{
		policy: spec.New(scaling.Setup{Start: time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)}), seen: scaling.NewRecorder(spec.Mechanism().History),
		load: func(sim.Time) float64 { return 80 }, desired: 1, max: 1,
	}
	if now, d := s.at(0); now != 1 || d.Wanted != 2 || d.Max != 3 || d.Floor != 2 {
		t.Errorf("at %v: %+v, want 2 instances at once, max 3", now, d)
	}
}

func TestPredictiveOnlyForecasts(t *testing.T) {
	spec := scaling.Predictive{Target: 40, Forecaster: "naive", Before: make([]float64, forecast.Day)}
	s := &seer{
		policy: spec.New(scaling.Setup{}), seen: scaling.NewRecorder(spec.Mechanism().History),
		load: func(sim.Time) float64 { return 80 }, desired: 1, max: 9,
	}
	if _, d := s.at(0); d.Acts || d.Said == "" {
		t.Errorf("%+v, want no change and a word", d)
	}
	if d := s.policy.Decide(scaling.View{Breach: scaling.High}); d.Acts || d.Said != "" {
		t.Errorf("asked by an alarm: %+v", d)
	}
}
