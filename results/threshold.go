package results

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"headroom/model"
	"headroom/model/cloud"
	"headroom/sim/stat"
)

// Verdict says whether a threshold was met. What was never observed meets no
// threshold.
type Verdict struct {
	model.Threshold
	Estimate stat.Estimate
	Unit     string
	Observed bool
	Pass     bool
	// Close says that the limit lies inside the interval around the value (or
	// that there is no interval), so that other seeds may judge differently.
	Close bool
}

// CheckThresholds returns all faults of thresholds, without running anything:
// metrics that the scenario does not have, with the nearest that it has, and
// unknown comparisons.
func CheckThresholds(cfg *cloud.Config, thresholds []model.Threshold) error {
	return NewMeter(cfg).check(thresholds)
}

// PooledThresholds warns of limits on what several workloads show together: one that
// has most of the requests hides what the others suffer. A sum hides nothing.
func PooledThresholds(cfg *cloud.Config, thresholds []model.Threshold) []string {
	if len(cfg.Workloads) < 2 {
		return nil
	}
	var warnings []string
	for _, t := range thresholds {
		for _, metric := range Metrics() {
			if metric.Name != t.Key || !slices.Contains(metric.Labels, labelWorkload) || metric.Unit != "s" && metric.Unit != "ratio" {
				continue
			}
			warnings = append(warnings, fmt.Sprintf("threshold %s %s: pools the requests of %d workloads; name one, such as %s",
				t.Key, t.Text, len(cfg.Workloads), Part{labelWorkload, cfg.Workloads[0].Name}.Key(t.Key)))
		}
	}
	return warnings
}

func (m *Meter) check(thresholds []model.Threshold) error {
	var faults []error
	for _, t := range thresholds {
		if at := m.find(t.Key); at < 0 {
			faults = append(faults, m.unknown(t.Key))
		} else if unit := m.entries[at].metric.Unit; t.Unit != "" && t.Unit != unit {
			faults = append(faults, fmt.Errorf("thresholds.%q: must be a limit in the metric's unit (%s), got %q", t.Key, unit, t.Text))
		}
		if !slices.Contains(model.Operators(), t.Operator) {
			faults = append(faults, fmt.Errorf("thresholds.%q: must be one of < <= > >=, got %q", t.Key, t.Operator))
		}
		if math.IsNaN(t.Limit) || math.IsInf(t.Limit, 0) {
			faults = append(faults, fmt.Errorf("thresholds.%q: must be a finite number, got %v", t.Key, t.Limit))
		}
	}
	return errors.Join(faults...)
}

func (m *Meter) unknown(key string) error {
	keys, _ := m.Keys()
	if suggestion := meant(key, keys); suggestion != "" {
		return fmt.Errorf("thresholds.%q: the scenario has no such metric%s", key, suggestion)
	}
	return fmt.Errorf("thresholds.%q: the scenario has no such metric; `headroom metrics` lists them", key)
}

// judge compares every threshold with its metric.
func (s *Summary) judge(thresholds []model.Threshold) {
	for _, t := range thresholds {
		v, ok := s.Metric(t.Key)
		verdict := Verdict{Threshold: t, Estimate: v.Estimate, Unit: v.Unit, Observed: ok}
		if ok {
			verdict.Pass = t.Holds(v.Value)
			verdict.Close = v.HalfWidth != 0 && !(math.Abs(v.Value-t.Limit) > v.HalfWidth)
		}
		s.Thresholds = append(s.Thresholds, verdict)
	}
}
