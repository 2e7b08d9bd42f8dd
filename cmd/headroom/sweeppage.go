package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"headroom/results"
	pages "headroom/results/page"
	"headroom/results/report"
	"headroom/scenarios/tables"
)

// checkMetrics reports keys of --pareto and --metrics that no scenario has.
func (f *sweepFlags) checkMetrics() error {
	var faults []error
	check := func(flag string, keys []string) {
		for _, key := range keys {
			if err := results.CheckKey(key); err != nil {
				faults = append(faults, fmt.Errorf("--%s: %s: %w", flag, key, err))
			}
		}
	}
	switch pair := strings.Split(f.pareto, ","); {
	case f.pareto == "":
	case len(pair) != 2 || pair[0] == pair[1]:
		faults = append(faults, fmt.Errorf("--pareto: must be two metrics with a comma between, got %q", f.pareto))
	default:
		check("pareto", pair)
	}
	check("metrics", f.metrics)
	return errors.Join(faults...)
}

// page says what to show of a sweep.
func (f *sweepFlags) page(e *experiment) (*report.SweepPage, error) {
	page := &report.SweepPage{
		Scenario: e.Name, Design: e.Sweep.Design, Top: f.top, Metrics: f.metrics,
		PriceDate: e.priceDates(), Planned: e.Sweep.Len(), Color: colored(os.Stdout),
		Points:   &report.Points{Axes: e.Sweep.Axes(), Settings: e.Sweep.Settings, Thresholds: e.Thresholds, Label: e.Label},
		Warnings: slices.Concat(e.Warnings, e.SpaceWarnings()),
	}
	pareto := f.pareto
	if pareto == "" {
		pareto = "cost.total,latency.p99"
		if !slices.Contains(results.Keys(e.Config), "latency.p99") {
			pareto = "cost.total,instance_hours"
		}
	}
	x, y, _ := strings.Cut(pareto, ",")
	page.Pareto = [2]string{x, y}
	var faults []error
	check := func(where, key string) {
		if err := e.checkMeasured(key); err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", where, err))
		}
	}
	for _, key := range page.Pareto {
		check("--pareto", key)
	}
	for _, key := range f.metrics {
		check("--metrics", key)
	}
	for _, precision := range e.Sweep.Precision {
		check(e.file+": sweep.precision", precision.Key)
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	if len(page.Metrics) == 0 {
		page.Metrics = []string{x, y}
		for _, precision := range e.Sweep.Precision {
			page.Metrics = append(page.Metrics, precision.Key)
		}
		for _, t := range e.Thresholds {
			page.Metrics = append(page.Metrics, t.Key)
		}
	}
	page.Metrics = unique(page.Metrics)
	return page, nil
}

// about says for the page of a sweep where its points come from.
func (f *sweepFlags) about(e *experiment, p *report.SweepPage) pages.About {
	a := pages.About{Name: e.Name, File: e.file, Aims: p.Pareto[:], Planned: p.Planned}
	for _, set := range f.set {
		if !strings.HasPrefix(set, "sweep.") { // of no meaning to a run
			a.Flags = append(a.Flags, "--set", set)
		}
	}
	if f.priceBook != "" {
		a.Flags = append(a.Flags, "--price-book", f.priceBook)
	}
	if f.seedSet {
		a.Flags = append(a.Flags, "--seed", fmt.Sprint(f.seed))
	}
	return a
}

// priceDates says which dates the prices of the points have: those of their
// Regions, if the Region is an axis.
func (e *experiment) priceDates() string {
	dates := []string{e.PriceDate()}
	for i, axis := range e.Sweep.Axes() {
		if axis != "region" && axis != "region.name" {
			continue
		}
		var seen []string
		for point := range min(e.Sweep.Len(), pointsRead) {
			region := e.Sweep.Settings(point)[i].Text
			if slices.Contains(seen, region) {
				continue
			}
			seen = append(seen, region)
			if s, err := e.Point(point); err == nil {
				dates = append(dates, s.PriceDate())
			}
		}
	}
	slices.Sort(dates)
	return strings.Trim(strings.Join(slices.Compact(dates), ", "), ", ")
}

// pointsRead is among how many points the Regions of a sweep are looked up.
const pointsRead = 10_000

// checkMeasured reports a metric that does not exist, or that no point has.
func (e *experiment) checkMeasured(key string) error {
	return e.checkMeasuredIn(key, e.Sweep.Len(), e.Point)
}

// checkMeasuredIn is checkMeasured for variants of a scenario.
func (e *experiment) checkMeasuredIn(key string, variants int, variant func(int) (*tables.Scenario, error)) error {
	if err := results.CheckKey(key); err != nil {
		return fmt.Errorf("%s: %w", key, err)
	}
	keys := results.Keys(e.Config)
	if slices.Contains(keys, key) {
		return nil
	}
	n := min(pointsAsked, variants)
	for k := range n {
		s, err := variant(k * (variants / n))
		if err != nil {
			continue // a row with its error
		}
		of := results.Keys(s.Config)
		if slices.Contains(of, key) {
			return nil
		}
		keys = append(keys, of...)
	}
	hint := ""
	if near := results.Nearest(key, keys); near != "" {
		hint = fmt.Sprintf(" (did you mean %q?)", near)
	}
	return fmt.Errorf("%s: must be a metric that the scenario has%s", key, hint)
}

// pointsAsked is how many points, spread over the design, are asked whether they
// have a metric that the file's own scenario has not.
const pointsAsked = 32

func unique(names []string) []string {
	var all []string
	for _, name := range names {
		if !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	return all
}
