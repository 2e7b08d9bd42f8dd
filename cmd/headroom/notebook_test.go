package main

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"headroom/sim/notebook"
)

// TestNotebooks runs the notebooks of the whole program. A question is a command
// line; the lines below it say what to look at:
//
//	metric KEY                          a metric of the run
//	metric KEY expect=V within=W        the same, and whether it is V, give or take W
//	metric KEY expect=V at random       whether V is in its band of 1 - 10⁻⁴
//	metric KEY theory=NAME ...          the same for the value of a formula
//	activities SUBJECT KIND... [clock] [causes]
//	                                    what happened to a part, by seconds or the clock
//	trail                               the calls of the control plane, counted
//	series ENTITY METRIC SECONDS...     what a time series shows at instants
//	columns FILE COLUMN...              columns of a CSV file of the run, each row once
//	invoice                             the lines of the invoice
//	output REGEXP                       the lines of standard output that match
//	error                               standard error of a command that ends with exit code 2
//
// "coverage FILE metric=KEY runs=N theory=NAME ..." runs the file N times, with
// seeds from 1 on, and counts how often the 95 % interval holds the theory.
func TestNotebooks(t *testing.T) {
	bench := &bench{}
	notebook.Check(t, "testdata/notebooks/*.txt", *update, func(n *notebook.Notebook) notebook.Answer {
		return func(t *testing.T, q notebook.Question) string { return bench.answer(t, n, q) }
	})
}

// bench answers the questions of one notebook after another.
type bench struct {
	dir   string // where the files of the notebook are
	shown *notebook.Notebook
	runs  map[string]played // of the notebook, by command
}

// played is a run that questions look at.
type played struct {
	answer
	out string // its folder
}

// answer runs a command in a directory with the files of the notebook.
func (b *bench) answer(t *testing.T, n *notebook.Notebook, q notebook.Question) string {
	if b.shown != n {
		b.dir, b.shown, b.runs = t.TempDir(), n, map[string]played{}
		for _, f := range n.Files {
			if err := os.WriteFile(filepath.Join(b.dir, f.Name), []byte(f.Text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	before, err := os.Getwd()
	if err == nil {
		err = os.Chdir(b.dir)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = os.Chdir(before) }()
	a := notebook.Split(q.Command)
	if a.Name == "coverage" {
		return covered(t, a) + "\n"
	}
	args := words(q.Command)
	if args[0] != "headroom" || len(q.Input) == 0 {
		t.Fatalf("line %d: must be a headroom command and what to look at, got %s", q.Line, q.Command)
	}
	switch first, _, _ := strings.Cut(q.Input[0], " "); first {
	case "error", "output":
		return printed(t, args[1:], q.Input)
	}
	run, known := b.runs[q.Command]
	if !known {
		flags := []string{"--format", "json", "--quiet"}
		if files := lookedAt(n, q.Command); len(files) > 0 {
			run.out = t.TempDir()
			flags = append(flags, "--out", run.out)
			if args[1] == "run" {
				flags = append(flags, "--files", strings.Join(files, ","))
			}
		}
		run.answer = read(t, told(t, append(args[1:], flags...)...))
		b.runs[q.Command] = run
	}
	var answer strings.Builder
	for _, line := range q.Input {
		answer.WriteString(run.look(t, run.out, line))
	}
	return answer.String()
}

// lookedAt lists the files of a command that the questions of a notebook look at: a run is
// saved for those alone.
func lookedAt(n *notebook.Notebook, command string) (files []string) {
	for _, q := range n.Asked {
		if q.Command != command {
			continue
		}
		for _, line := range q.Input {
			a := notebook.Split(line)
			name := map[string]string{"activities": "activities.csv", "trail": "cloudtrail.jsonl", "series": "timeseries.csv", "invoice": "invoice.csv"}[a.Name]
			switch {
			case a.Name == "columns":
				name = a.Words[0]
			case a.Name == "metric" && strings.HasPrefix(a.Words[0], "phase."):
				name = "replications.csv" // phases are observed where a run is saved
			}
			if name != "" && !slices.Contains(files, name) {
				files = append(files, name)
			}
		}
	}
	return files
}

// told runs a command that must succeed and returns its standard output.
func told(t *testing.T, args ...string) string {
	t.Helper()
	output <- struct{}{}
	defer func() { <-output }()
	text, code := captured(t, &os.Stdout, args...)
	if code != 0 {
		t.Fatalf("headroom %s: exit code %d", strings.Join(args, " "), code)
	}
	return text
}

// printed returns what a command prints: the lines of standard output that match,
// or all of standard error.
func printed(t *testing.T, args, input []string) string {
	if input[0] != "error" {
		t.Setenv("COLUMNS", unbroken)
		text := told(t, args...)
		var b strings.Builder
		for _, line := range input {
			pattern := regexp.MustCompile(strings.TrimPrefix(line, "output "))
			for row := range strings.Lines(text) {
				if pattern.MatchString(row) {
					b.WriteString(strings.TrimRight(row, " \n") + "\n")
				}
			}
		}
		return b.String()
	}
	output <- struct{}{}
	defer func() { <-output }()
	text, code := captured(t, &os.Stderr, args...)
	if code != exitInput {
		t.Fatalf("headroom %s: exit code %d, want %d", strings.Join(args, " "), code, exitInput)
	}
	return text
}

// look returns what one line of the input asks for.
func (r answer) look(t *testing.T, out, line string) string {
	t.Helper()
	a := notebook.Split(line)
	switch a.Name {
	case "metric":
		return r.metric(t, a) + "\n"
	case "activities":
		return happened(t, filepath.Join(out, "activities.csv"), a.Words)
	case "trail":
		return called(t, out)
	case "series":
		return shownBy(t, filepath.Join(out, "timeseries.csv"), a.Words)
	case "columns":
		return columns(table(t, filepath.Join(out, a.Words[0])), a.Words[1:])
	case "invoice":
		return invoiced(t, filepath.Join(out, "invoice.csv"))
	}
	t.Fatalf("unknown: %s", line)
	return ""
}

// table reads a CSV file as rows by column name.
func table(t *testing.T, path string) []map[string]string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var all []map[string]string
	for _, row := range rows[1:] {
		named := map[string]string{}
		for i, cell := range row {
			named[rows[0][i]] = cell
		}
		all = append(all, named)
	}
	return all
}

// columns returns some columns of a table, rows that are alike once.
func columns(rows []map[string]string, names []string) string {
	var lines []string
	for _, row := range rows {
		var cells []string
		for _, name := range names {
			cells = append(cells, row[name])
		}
		if line := strings.TrimSpace(strings.Join(cells, "  ")); !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n") + "\n"
}

// shownBy returns the values of a metric of an entity at some seconds since the start.
func shownBy(t *testing.T, path string, words []string) string {
	var b strings.Builder
	for _, row := range table(t, path) {
		at, err := time.Parse(time.RFC3339Nano, row["time"])
		if err != nil {
			t.Fatal(err)
		}
		when := strconv.FormatFloat(at.Sub(begins).Seconds(), 'f', -1, 64)
		if row["entity"] == words[0] && row["metric"] == words[1] && slices.Contains(words[2:], when) {
			fmt.Fprintf(&b, "%-6s %s\n", when, row["value"])
		}
	}
	if b.Len() == 0 {
		return "nothing\n"
	}
	return b.String()
}

// happened returns what happened to a part of the scenario, by seconds since
// the start, of the kinds that are named.
func happened(t *testing.T, path string, words []string) string {
	var b strings.Builder
	clock, causes := slices.Contains(words, "clock"), slices.Contains(words, "causes")
	words = slices.DeleteFunc(slices.Clone(words), func(w string) bool { return w == "clock" || w == "causes" })
	for _, row := range table(t, path) {
		if row["subject"] != words[0] || len(words) > 1 && !slices.Contains(words[1:], row["kind"]) {
			continue
		}
		when := row["time"]
		if !clock {
			at, err := time.Parse(time.RFC3339Nano, when)
			if err != nil {
				t.Fatal(err)
			}
			when = strconv.FormatFloat(at.Sub(begins).Seconds(), 'f', -1, 64)
		}
		what := row["detail"]
		if causes {
			what += ": " + row["cause"]
		}
		fmt.Fprintf(&b, "%-6s %-12s %s\n", when, row["kind"], what)
	}
	if b.Len() == 0 {
		return "nothing\n"
	}
	return b.String()
}

// begins is when the run of a notebook that shows activities begins: where no
// scenario says otherwise, the default of run.start.
var begins = time.Date(2026, time.January, 5, 0, 0, 0, 0, time.UTC)

// invoiced returns the lines of an invoice: item, quantity, unit price, amount.
func invoiced(t *testing.T, path string) string {
	var b strings.Builder
	for _, row := range table(t, path) {
		quantity, err := strconv.ParseFloat(row["PricingQuantity"], 64)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "%-32s %8.6g %-14s at $%-7s $%s\n", row["SkuId"], quantity, row["PricingUnit"], row["ListUnitPrice"], row["BilledCost"])
	}
	return b.String()
}
