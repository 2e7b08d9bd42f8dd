package results

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"headroom/model/cloud"
	"headroom/model/dataplane"
)

// everything can be observed beyond the usual.
var everything = dataplane.Observe{Phases: true, Zones: true, Types: true, Shares: true}

// Kept returns the patterns of what is observed of a run whose files are kept: of
// all that can be, what the scenario has.
func Kept(cfg *cloud.Config) (patterns []string, observe dataplane.Observe) {
	all := []string{phasePrefix + "*", "latency.*{zone=*}", "latency.*{instance_type=*}"}
	observe, errs := Observe(cfg, all)
	for i, pattern := range all {
		if errs[i] == nil {
			patterns = append(patterns, pattern)
		}
	}
	observe.Series = true
	return patterns, observe
}

// Observe returns what must be observed beyond the usual, so that a scenario has
// the metrics whose keys match patterns, in which * stands for anything:
// "phase.*", "latency.*{zone=*}". An error, in the place of its pattern, says that
// no key matches, and what may have been meant.
func Observe(cfg *cloud.Config, patterns []string) (dataplane.Observe, []error) {
	full := *cfg
	full.Observe = everything
	meter := sync.OnceValue(func() *Meter { return NewMeter(&full) })
	var observe dataplane.Observe
	errs := make([]error, len(patterns))
	for i, pattern := range patterns {
		if needs, is := usual()[pattern]; is && (needs == "" || len(cfg.Workloads) > 0) {
			continue // the points of sweeps ask for no others, mostly, and each of them asks
		}
		matched := meter().matches(pattern)
		for _, e := range matched {
			s := &meter().scopes[e.scope]
			observe.Zones = observe.Zones || s.Label == labelZone
			observe.Types = observe.Types || s.Label == labelType
			observe.Shares = observe.Shares || s.Label == labelTargetGroup && strings.HasPrefix(e.metric.Name, sharesPrefix) && !cfg.TargetGroups[s.index].Weighed()
			observe.Phases = observe.Phases || strings.HasPrefix(e.metric.Name, phasePrefix) || s.application && !cfg.Journeys()
		}
		if len(matched) == 0 && i < mostSuggestions {
			errs[i] = &mismatch{meter(), pattern}
		} else if len(matched) == 0 {
			errs[i] = errors.New("must match a metric of the scenario")
		}
	}
	return observe, errs
}

// usual are the metrics that every scenario has as a whole, or every one with the part that is
// told, a workload, without anything observed for them.
var usual = sync.OnceValue(func() map[string]string {
	needs := map[string]string{}
	for _, m := range metrics() {
		if m.whole == always && (m.needs == "" || m.needs == labelWorkload) && m.where == nil && !strings.HasPrefix(m.Name, phasePrefix) {
			needs[m.Name] = m.needs
		}
	}
	return needs
})

// mismatch is a pattern that no key of a meter matches. What is wrong with it is found
// out when somebody asks: of what a sweep watches its points may lack much.
type mismatch struct {
	meter   *Meter
	pattern string
}

// Error implements error.
func (m *mismatch) Error() string { return m.meter.unmatched(m.pattern).Error() }

// matches lists the metrics whose keys match a pattern.
func (m *Meter) matches(pattern string) (all []*entry) {
	if !strings.Contains(pattern, "*") {
		if at := m.find(pattern); at >= 0 {
			all = append(all, &m.entries[at])
		}
		return all
	}
	match := globbed(pattern)
	for k := range m.entries {
		if e := &m.entries[k]; match(e.key) {
			all = append(all, e)
		}
	}
	return all
}

// globbed returns whether texts match a pattern in which * stands for anything.
func globbed(pattern string) func(string) bool {
	return regexp.MustCompile("^" + strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, ".*") + "$").MatchString
}

// unmatched says what is wrong with a pattern that no key matches: its name, its
// label or its part.
func (m *Meter) unmatched(pattern string) error {
	name, rest, labelled := strings.Cut(pattern, "{")
	match := globbed(name)
	var names, labels, parts []string
	for _, metric := range metrics() {
		family, _, _ := strings.Cut(metric.Name, ".")
		names = append(names, metric.Name, family+".*")
		if match(metric.Name) {
			labels = append(labels, metric.Labels...)
		}
	}
	slices.Sort(labels)
	labels = slices.Compact(labels)
	label, value, formed := strings.Cut(strings.TrimSuffix(rest, "}"), "=")
	switch {
	case !slices.ContainsFunc(metrics(), func(metric Metric) bool { return match(metric.Name) }):
		return fmt.Errorf("must match a metric%s", meant(name, names))
	case !labelled:
		return fmt.Errorf("must match a metric of the scenario: %s{%s=*}", name, strings.Join(labels, "=*} or {"))
	case !formed || !strings.HasSuffix(rest, "}"):
		return fmt.Errorf("must have the form metric or metric{label=name}")
	case !slices.Contains(labels, label):
		return fmt.Errorf("the label of %s must be one of %s%s", name, strings.Join(labels, ", "), meant(label, labels))
	}
	for _, s := range m.scopes {
		if s.Label == label {
			parts = append(parts, s.Name)
		}
	}
	return fmt.Errorf("must name a part of the scenario: it has no %s %s%s", label, value, meant(value, parts))
}
