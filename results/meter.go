package results

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"

	"headroom/model"
	"headroom/model/cloud"
	"headroom/model/pricing"
	"headroom/model/spelling"
)

// Meter reads the metrics that a scenario has, in the order of results. Which
// those are depends on the config alone, so that every replication measures the
// same and a misspelt key is found before anything runs. It is immutable.
type Meter struct {
	cfg     *cloud.Config
	scopes  []scope
	entries []entry
	at      func() map[string]int // of entries, by key
}

type entry struct {
	key    string
	metric *Metric // of metrics, which nobody changes
	scope  int     // index into scopes
	window int     // of the config, counted from 1; 0: the whole run
	zero   bool    // it is 0 where nobody observed it
}

// NewMeter returns the meter of a scenario, and of limits on its metrics.
func NewMeter(cfg *cloud.Config, limits ...model.Threshold) *Meter {
	m := &Meter{cfg: cfg, scopes: scopes(cfg)}
	m.at = sync.OnceValue(m.places)
	count, labelled := map[string]int{}, map[string][]int{}
	for i := range m.scopes {
		label := m.scopes[i].Label
		count[label]++
		labelled[label] = append(labelled[label], i)
	}
	all := metrics()
	var near []int
	for k := range all {
		metric := &all[k]
		if metric.needs != "" && count[metric.needs] == 0 {
			continue
		}
		near = append(near[:0], labelled[""]...)
		for _, label := range metric.Labels {
			near = append(near, labelled[label]...)
		}
		slices.Sort(near)
		for _, i := range near {
			s := &m.scopes[i]
			if metric.covers(s, count) && (metric.where == nil || metric.where(cfg, *s)) {
				m.entries = append(m.entries, entry{key: s.Key(metric.Name), metric: metric, scope: i})
			}
		}
	}
	whole := m.entries
	for k, w := range cfg.Windows {
		for _, e := range whole {
			if !e.metric.alone() {
				e.key, e.window = model.Windowed(e.key, w.Name), k+1
				m.entries = append(m.entries, e)
			}
		}
	}
	for _, t := range limits {
		if i := m.find(t.Key); i >= 0 {
			m.entries[i].zero = m.entries[i].metric.sums
		}
	}
	return m
}

// places finds the entries by their keys.
func (m *Meter) places() map[string]int {
	at := make(map[string]int, len(m.entries))
	for i := range m.entries {
		at[m.entries[i].key] = i
	}
	return at
}

// Keys returns the keys of the metrics, with their units, in the order of what
// [Meter.Read] returns.
func (m *Meter) Keys() (keys, units []string) {
	keys, units = make([]string, len(m.entries)), make([]string, len(m.entries))
	for i := range m.entries {
		keys[i], units[i] = m.entries[i].key, m.entries[i].metric.Unit
	}
	return keys, units
}

// Read returns the value of every metric of a replication that was simulated and
// billed, and of its windows; NaN stands for none observed.
func (m *Meter) Read(outcome *cloud.Outcome, invoice *pricing.Invoice, windows ...Window) []float64 {
	return m.values(m.parts(outcome, invoice), windows)
}

func (m *Meter) parts(outcome *cloud.Outcome, invoice *pricing.Invoice) []part {
	parts := make([]part, len(m.scopes))
	belongs := belongingsOf(outcome, invoice)
	for i, s := range m.scopes {
		parts[i] = part{scope: s, outcome: outcome, invoice: invoice, belongs: belongs}
	}
	return parts
}

func (m *Meter) values(parts []part, windows []Window) []float64 {
	all := [][]part{parts}
	for _, w := range windows {
		all = append(all, m.parts(w.outcome, w.invoice))
	}
	values := make([]float64, len(m.entries))
	for i, e := range m.entries {
		values[i] = math.NaN()
		if e.window < len(all) {
			values[i] = e.metric.read(&all[e.window][e.scope])
			if e.zero && math.IsNaN(values[i]) {
				values[i] = 0
			}
		}
	}
	return values
}

// covers reports whether the metric is given for a part, when there are count
// parts of each label.
func (m *Metric) covers(s *scope, count map[string]int) bool {
	if s.Label != "" {
		return slices.Contains(m.Labels, s.Label) && (s.Label != labelService || s.application == m.hops)
	}
	return m.whole == always || m.whole == ifSingle && count[m.Labels[0]] == 1
}

// find returns the position of a key, or -1.
func (m *Meter) find(key string) int {
	if at, known := m.at()[key]; known {
		return at
	}
	return -1
}

// Nearest returns the name that somebody meant who wrote another, or "" when none
// is near.
func Nearest(wrong string, names []string) string {
	return spelling.Nearest(wrong, slices.Values(names))
}

// Keys lists the metric keys that results of a scenario may have, in order.
func Keys(cfg *cloud.Config) []string {
	keys, _ := NewMeter(cfg).Keys()
	return keys
}

// CheckKey reports whether some scenario can have a metric of that key: its name
// is a metric's and its label is one of that metric's. Whether a scenario has the
// part that it names, [CheckThresholds] knows.
func CheckKey(key string) error {
	name, rest, labelled := strings.Cut(unwindowed(key), "{")
	metrics := metrics()
	names := make([]string, len(metrics))
	for i := range metrics {
		names[i] = metrics[i].Name
	}
	at := slices.Index(names, name)
	if at < 0 {
		return fmt.Errorf("must be a metric%s", meant(name, names))
	}
	m := &metrics[at]
	if m.alone() && unwindowed(key) != key {
		return fmt.Errorf("%s is an extreme or an end of the run, which windows do not have", name)
	}
	if !labelled {
		if m.whole == never {
			return fmt.Errorf("must name a part: %s{%s=…}", name, strings.Join(m.Labels, "=…} or {"))
		}
		return nil
	}
	label, value, ok := strings.Cut(strings.TrimSuffix(rest, "}"), "=")
	if !ok || !strings.HasSuffix(rest, "}") || value == "" {
		return fmt.Errorf("must have the form metric{label=name}")
	}
	if !slices.Contains(m.Labels, label) {
		if len(m.Labels) == 0 {
			return fmt.Errorf("%s is given for the whole scenario only", name)
		}
		return fmt.Errorf("the label of %s must be one of %s%s", name, strings.Join(m.Labels, ", "), meant(label, m.Labels))
	}
	return nil
}

// meant suggests the nearest of some names, in words.
func meant(wrong string, names []string) string {
	if near := Nearest(wrong, names); near != "" {
		return fmt.Sprintf(" (did you mean %q?)", near)
	}
	return ""
}
