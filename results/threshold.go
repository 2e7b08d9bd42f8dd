package results

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

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
		for _, metric := range metrics() {
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
	for i, rule := range m.broken(thresholds) {
		if rule != nil {
			faults = append(faults, fmt.Errorf("thresholds.%q: %w", thresholds[i].Key, rule))
		}
	}
	return errors.Join(faults...)
}

// ThresholdRules returns, in the place of each threshold, the rule that it breaks in a
// scenario: [CheckThresholds] for who knows where each is written.
func ThresholdRules(cfg *cloud.Config, thresholds []model.Threshold) []error {
	if len(thresholds) == 0 {
		return nil
	}
	return NewMeter(cfg).broken(thresholds)
}

func (m *Meter) broken(thresholds []model.Threshold) []error {
	rules := make([]error, len(thresholds))
	misspelt := 0
	for i, t := range thresholds {
		at := m.find(t.Key)
		switch {
		case at < 0:
			rules[i] = m.unknown(t.Key, misspelt < mostSuggestions)
			misspelt++
		case t.Unit != "" && t.Unit != m.entries[at].metric.Unit:
			rules[i] = fmt.Errorf("must be a limit in the metric's unit (%s), got %q", m.entries[at].metric.Unit, t.Text)
		case !slices.Contains(model.Operators(), t.Operator):
			rules[i] = fmt.Errorf("must be one of < <= > >=, got %q", t.Operator)
		case math.IsNaN(t.Limit) || math.IsInf(t.Limit, 0):
			rules[i] = fmt.Errorf("must be a finite number, got %v", t.Limit)
		}
	}
	return rules
}

// partsBeside lists the parts for which the scenario has the metric of a key with
// another part of the same label.
func (m *Meter) partsBeside(key string) (label string, parts []string) {
	name, rest, _ := strings.Cut(key, "{")
	label, _, _ = strings.Cut(rest, "=")
	for _, s := range m.scopes {
		if s.Label == label && label != "" && m.find(s.Key(name)) >= 0 {
			parts = append(parts, s.Name)
		}
	}
	return label, parts
}

// mostSuggestions bounds how often all keys are compared with one that is not there.
const mostSuggestions = 20

// mostListed is how many parts of a label a message lists.
const mostListed = 12

func (m *Meter) unknown(key string, suggest bool) error {
	if suggest {
		label, parts := m.partsBeside(key)
		keys, _ := m.Keys()
		if suggestion := meant(key, keys); suggestion != "" && label != labelCode { // one number is like any other
			return fmt.Errorf("the scenario has no such metric%s", suggestion)
		}
		if len(parts) > 0 && len(parts) <= mostListed {
			return fmt.Errorf("the scenario has no such metric: its %s must be one of %s", label, strings.Join(parts, ", "))
		}
	}
	return errors.New("the scenario has no such metric; `headroom metrics` lists them")
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
