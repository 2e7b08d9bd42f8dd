package main

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"headroom/results"
	"headroom/results/report"
	"headroom/scenarios/schema"
	"headroom/scenarios/tables"
)

func newExplain() *cobra.Command {
	return &cobra.Command{
		Use:   "explain [KEY]",
		Short: "Say what a key of the scenario file, or a metric, means",
		Long: `explain prints type, default and meaning of a key: autoscaling_group.web.min_size,
or of all keys of a table: autoscaling_group. The end of a key is enough: min_size.
It also explains metrics: latency.p99. Without KEY it lists the tables.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return sheetOf(topTables()).Write(c.OutOrStdout(), report.Table)
			}
			return explain(c.OutOrStdout(), args[0])
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			var paths []string
			for _, k := range tables.Vocabulary().Keys() {
				paths = append(paths, k.Path)
			}
			return paths, cobra.ShellCompDirectiveNoFileComp
		},
	}
}

func explain(w io.Writer, asked string) error {
	exact := matching(asked, isNamed)
	if len(exact) != 1 {
		exact = matching(asked, isKey)
	}
	if len(exact) == 1 {
		return describe(w, exact[0])
	}
	for _, relation := range []func(key, asked []string) bool{isKey, isBelow, isEnd, isTail} {
		if some := matching(asked, relation); len(some) > 0 {
			return sheetOf(some).Write(w, report.Table)
		}
	}
	if m, ok := metric(asked); ok {
		_, err := fmt.Fprintf(w, "%s\n  %s\n  unit: %s\n  labels: %s\n", m.Name, m.Meaning, m.Unit, labels(m))
		return err
	}
	return badInput(unknownKey(asked))
}

// describe prints one key, and what is below it.
func describe(w io.Writer, k schema.Key) error {
	preset := k.Default
	if preset == "" {
		preset = "(none)"
	}
	if _, err := fmt.Fprintf(w, "%s\n  %s\n  type: %s\n  default: %s\n", k.Path, k.Doc, k.Type, preset); err != nil {
		return err
	}
	below := matching(k.Path, isBelow)
	if len(below) == 0 {
		return nil
	}
	if _, err := io.WriteString(w, "\n"); err != nil {
		return err
	}
	return sheetOf(below).Write(w, report.Table)
}

// labels names the parts for which a metric is given.
func labels(m results.Metric) string {
	if len(m.Labels) == 0 {
		return "(none)"
	}
	return strings.Join(m.Labels, ", ")
}

// metric returns the metric of a key, whatever its label.
func metric(key string) (results.Metric, bool) {
	name, _, _ := strings.Cut(key, "{")
	all := results.Metrics()
	i := slices.IndexFunc(all, func(m results.Metric) bool { return m.Name == name })
	if i < 0 {
		return results.Metric{}, false
	}
	return all[i], true
}

// segments takes a dotted path apart; which element of a list is meant does not
// matter.
func segments(path string) []string {
	var all []string
	for _, s := range strings.Split(path, ".") {
		s = strings.TrimSuffix(s, "[]")
		if _, err := strconv.Atoi(s); err != nil && s != "" {
			all = append(all, s)
		}
	}
	return all
}

// matching returns the keys in a relation to the one that was asked for.
func matching(asked string, relation func(key, asked []string) bool) []schema.Key {
	want := segments(asked)
	var found []schema.Key
	for _, k := range tables.Vocabulary().Keys() {
		if relation(segments(k.Path), want) {
			found = append(found, k)
		}
	}
	return found
}

// same reports whether two segments are, or one is the user's to choose.
func same(key, asked string) bool { return key == asked || key == "NAME" }

func isKey(key, asked []string) bool { return slices.EqualFunc(key, asked, same) }

// isNamed reports whether the key is the one asked for but for the names of
// tables: autoscaling_group.min_size.
func isNamed(key, asked []string) bool {
	var fixed []string
	for _, s := range key {
		if s != "NAME" {
			fixed = append(fixed, s)
		}
	}
	return slices.Equal(fixed, asked)
}

// isBelow reports whether the key is directly in the table asked for, whose last
// NAME may be left out.
func isBelow(key, asked []string) bool {
	if len(asked) == 0 || len(key) <= len(asked) || !slices.EqualFunc(key[:len(asked)], asked, same) {
		return false
	}
	rest := key[len(asked):]
	return len(rest) == 1 || len(rest) == 2 && rest[0] == "NAME"
}

// isEnd reports whether the key ends with what was asked for.
func isEnd(key, asked []string) bool {
	return len(asked) > 0 && len(key) > len(asked) && slices.Equal(key[len(key)-len(asked):], asked)
}

// isTail reports whether what was asked for ends with the key: the table of
// arrivals, described once, stands in every workload.
func isTail(key, asked []string) bool {
	return len(key) > 1 && len(asked) > len(key) && slices.EqualFunc(key, asked[len(asked)-len(key):], same)
}

// topTables returns the keys that stand at the top of a file.
func topTables() []schema.Key {
	var top []schema.Key
	for _, k := range tables.Vocabulary().Keys() {
		if s := segments(k.Path); len(s) == 1 {
			top = append(top, k)
		}
	}
	return top
}

func sheetOf(keys []schema.Key) report.Sheet {
	s := report.Sheet{Columns: []string{"key", "default", "meaning"}, Left: 3}
	for _, k := range keys {
		s.Rows = append(s.Rows, []report.Entry{text(k.Path), text(k.Default), text(k.Doc)})
	}
	return s
}

// unknownKey suggests the key or metric that was probably meant.
func unknownKey(asked string) error {
	var names []string
	for _, k := range tables.Vocabulary().Keys() {
		path := segments(k.Path)
		names = append(names, k.Path, path[len(path)-1])
	}
	for _, m := range results.Metrics() {
		names = append(names, m.Name)
	}
	err := fmt.Sprintf("explain: no such key or metric: %q", asked)
	if near := results.Nearest(asked, names); near != "" {
		err += fmt.Sprintf(" (did you mean %q?)", near)
	}
	return fmt.Errorf("%s; `headroom explain` lists the tables", err)
}
