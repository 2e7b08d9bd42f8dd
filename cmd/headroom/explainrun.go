package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"headroom/results"
	"headroom/results/report"
	"headroom/scenarios/schema"
	"headroom/scenarios/tree"
)

// explainRunFlags are the flags of explain-run.
type explainRunFlags struct{ group, at, format string }

func newExplainRun() *cobra.Command {
	var f explainRunFlags
	c := &cobra.Command{
		Use:   "explain-run RUN",
		Short: "Say why a group of a saved run had the capacity that it had",
		Long: `explain-run prints each decision about the capacity of an Auto Scaling group, or of
an ECS service, taken or not: the alarm with its datapoints, the formula of the policy, and what limits, cooldown and
warm-up made of it. RUN is a directory that ` + "`headroom run --out`" + ` wrote, of which it tells
replication 0. Decisions in a row that say the same are one line.

--at shows one instant: a time of the clock in the run's time zone (14:05, on each day of the
run), a date and time (2026-01-05T14:05), or the time since the start (90m).`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return errors.New("explain-run: needs one directory of `headroom run FILE --out DIR`")
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error { return f.run(c, args[0]) },
	}
	c.Flags().StringVar(&f.group, "group", "", "`name` of the Auto Scaling group or container service; may be left out if there is one")
	c.Flags().StringVar(&f.at, "at", "", "`time` of the decisions, instead of all")
	addFormat(c, &f.format)
	return c
}

func (f *explainRunFlags) run(c *cobra.Command, path string) error {
	format, err := report.ParseFormat(f.format)
	if err != nil {
		return badInput(fmt.Errorf("--%w", err))
	}
	all, dir, err := report.OpenDecisions(path)
	if err != nil {
		return badInput(err)
	}
	saved, err := openSpan(dir)
	if err != nil {
		return badInput(err)
	}
	group, err := saved.choose(f.group)
	if err != nil {
		return badInput(err)
	}
	all = slices.DeleteFunc(all, func(d report.Decision) bool { return d.Group != group })
	slices.SortStableFunc(all, func(a, b report.Decision) int { return a.At.Compare(b.At) })
	if f.at != "" {
		instants, err := saved.instants(f.at)
		if err != nil {
			return badInput(err)
		}
		all = at(all, instants)
	}
	if len(all) == 0 && (format == report.Table || format == report.Markdown) {
		_, err := fmt.Fprintf(c.OutOrStdout(), "nothing asked %s for another capacity\n", report.DecidedBy(group))
		return err
	}
	return report.WriteDecisions(c.OutOrStdout(), all, format)
}

// at returns the decisions in the minute of each instant; if there is none in any, the
// newest before the first of them and the next after it.
func at(all []report.Decision, instants []time.Time) []report.Decision {
	var found []report.Decision
	for _, d := range all {
		if slices.ContainsFunc(instants, func(t time.Time) bool {
			return d.At.Before(t.Add(time.Minute)) && !d.Until.Before(t)
		}) {
			found = append(found, d)
		}
	}
	if len(found) > 0 {
		return found
	}
	for i, d := range all {
		if d.At.After(instants[0]) {
			return all[max(0, i-1) : i+1]
		}
	}
	return all[max(0, len(all)-1):]
}

// runSpan is what the scenario of a saved run says of it.
type runSpan struct {
	start, end time.Time
	groups     []string
}

// openSpan reads the scenario of a saved run.
func openSpan(dir string) (*runSpan, error) {
	path := filepath.Join(dir, report.SavedScenario)
	root := tree.Read(tree.Disk{}, path).Root
	if root == nil {
		return nil, fmt.Errorf("%s: damaged, or not there: must be the scenario of the run", path)
	}
	s := &runSpan{}
	if groups := root.Get([]string{"autoscaling_group"}); groups != nil {
		s.groups = groups.Keys()
	}
	if services := root.Get([]string{"container_service"}); services != nil {
		for _, name := range services.Keys() {
			s.groups = append(s.groups, report.ServiceTable+name)
		}
	}
	start, length := root.Get([]string{"run", "start"}), root.Get([]string{"run", "duration"})
	if start == nil || length == nil {
		return nil, fmt.Errorf("%s: must have run.start and run.duration", path)
	}
	begin, ok := start.AsTime()
	seconds, rule := schema.ReadQuantity(length, schema.Seconds)
	if !ok || rule != "" {
		return nil, fmt.Errorf("%s: must have run.start and run.duration", path)
	}
	if zone := root.Get([]string{"run", "time_zone"}); zone != nil {
		name, _ := zone.AsText()
		location, err := time.LoadLocation(name)
		if err != nil {
			return nil, fmt.Errorf("%s: run.time_zone: %w", path, err)
		}
		begin = begin.In(location)
	}
	s.start, s.end = begin, begin.Add(time.Duration(seconds*float64(time.Second)))
	return s, nil
}

// choose returns the group that was asked for, or the only one.
func (s *runSpan) choose(group string) (string, error) {
	switch {
	case len(s.groups) == 0:
		return "", errors.New("--group: the run has no autoscaling_group and no container_service")
	case group == "" && len(s.groups) == 1:
		return s.groups[0], nil
	case group == "":
		return "", fmt.Errorf("--group: must be one of %s", strings.Join(s.groups, ", "))
	}
	group = strings.TrimPrefix(group, report.GroupTable)
	if named := report.ServiceTable + group; !slices.Contains(s.groups, group) && slices.Contains(s.groups, named) {
		group = named
	}
	if slices.Contains(s.groups, group) {
		return group, nil
	}
	err := fmt.Sprintf("--group: must be one of %s, got %q", strings.Join(s.groups, ", "), group)
	if near := results.Nearest(group, s.groups); near != "" {
		err += fmt.Sprintf(" (did you mean %q?)", near)
	}
	return "", errors.New(err)
}

// instants reads a time: of the clock, of the calendar, or since the start.
func (s *runSpan) instants(text string) ([]time.Time, error) {
	var all []time.Time
	for _, layout := range []string{"15:04", "15:04:05"} {
		clock, err := time.Parse(layout, text)
		if err != nil {
			continue
		}
		y, m, d := s.start.Date()
		for day := 0; ; day++ {
			t := time.Date(y, m, d+day, clock.Hour(), clock.Minute(), clock.Second(), 0, s.start.Location())
			if t.After(s.end) {
				break
			}
			if !t.Before(s.start) {
				all = append(all, t)
			}
		}
		if len(all) == 0 {
			return nil, s.outside(text)
		}
		return all, nil
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04:05", "2006-01-02 15:04"} {
		if t, err := time.ParseInLocation(layout, text, s.start.Location()); err == nil {
			return s.within(text, t)
		}
	}
	n, err := tree.ParseValue(tree.Quote(text), tree.Position{})
	if err == nil {
		if seconds, rule := schema.ReadQuantity(n, schema.Seconds); rule == "" && seconds < 1e10 {
			return s.within(text, s.start.Add(time.Duration(seconds*float64(time.Second))))
		}
	}
	return nil, fmt.Errorf("--at: must be a time of the clock (14:05), a date and time (%s) or the time since the start (90m), got %q",
		s.start.Format("2006-01-02T15:04"), text)
}

func (s *runSpan) within(text string, t time.Time) ([]time.Time, error) {
	if t.Before(s.start) || t.After(s.end) {
		return nil, s.outside(text)
	}
	return []time.Time{t.In(s.start.Location())}, nil
}

func (s *runSpan) outside(text string) error {
	const layout = "2006-01-02T15:04:05 MST"
	return fmt.Errorf("--at: must be in the run, from %s to %s, got %q", s.start.Format(layout), s.end.Format(layout), text)
}
