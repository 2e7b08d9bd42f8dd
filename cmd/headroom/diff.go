package main

import (
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"headroom/results"
	"headroom/results/report"
	"headroom/results/run"
	"headroom/scenarios/tables"
)

// diffFlags are the flags of diff.
type diffFlags struct {
	loadFlags
	setB    []string
	format  string
	out     string
	folders diffFolders
	workers int
	all     bool
	quiet   bool
}

func newDiff() *cobra.Command {
	var f diffFlags
	c := &cobra.Command{
		Use:   "diff A [B]",
		Short: "Compare two scenarios under the same random numbers, or two saved runs",
		Long: `diff simulates two scenarios with the same random numbers, pairs their replications and
prints which metrics differ, with 95 % intervals and p-values; ~ is no difference.
--set changes both, --set-b only B. With one file B is the same file: give --set-b what
differs (a --set without any --set-b is then of B alone). The seed is that of A, unless
--seed gives one.

Directories of ` + "`headroom run --out`" + ` are compared as they are, without simulating: by
replication if seed and replications agree, else as independent samples, which it says.

With --out it also writes diff.json, diff.csv, both runs as ` + "`headroom run --out`" + ` does, below
a and b, and the page report.html: what differs with its intervals, and the days of both
laid over each other.`,
		Args: cobra.RangeArgs(1, 2),
		RunE: func(c *cobra.Command, files []string) error { return f.run(c, files) },
	}
	f.add(c)
	c.Flags().StringArrayVar(&f.setB, "set-b", nil, "override a key of B only: `key=value`; may be repeated")
	c.Flags().Int64Var(&f.seed, "seed", 0, "seed of the random numbers, instead of the file's")
	c.Flags().IntVar(&f.replications, "replications", 0, "paired replications, instead of the larger number of the files'")
	c.Flags().IntVar(&f.workers, "workers", 0, "pairs under way at a time (default: one per core)")
	c.Flags().StringVar(&f.out, "out", "", "`directory` for the files of the comparison and of its two runs")
	c.Flags().BoolVar(&f.all, "all", false, "show the metrics of parts of the scenarios too, and those that are 0 in both")
	c.Flags().BoolVarP(&f.quiet, "quiet", "q", false, "show no progress")
	addFormat(c, &f.format, report.DiffFormats()...)
	return c
}

func (f *diffFlags) run(c *cobra.Command, files []string) error {
	format := f.formatOf(f.format, report.DiffFormats()...)
	f.refuse(checkWorkers(f.workers))
	if saved, err := savedRuns(files); err != nil {
		return badInput(err)
	} else if saved {
		return f.compareSaved(c, files, format)
	}
	a, b, err := f.pair(c, files)
	if err != nil {
		return err
	}
	page := &report.ComparisonPage{
		A: a.Name, B: b.Name, Changes: tables.Changes(a.Scenario, b.Scenario), All: f.all,
		PriceDates: [2]string{a.PriceDate(), b.PriceDate()}, Seed: a.Config.Seed, Label: a.Label, File: b.file, Thresholds: b.Thresholds,
	}
	if a.Config.Seed != b.Config.Seed {
		page.Notes = append(page.Notes, fmt.Sprintf("the seed is %d for both: %s has %d", a.Config.Seed, b.Name, b.Config.Seed))
		b.Config.Seed = a.Config.Seed
	}
	for _, e := range []*experiment{a, b} {
		for _, warning := range e.Warnings {
			if note := "warning: " + warning; !slices.Contains(page.Notes, note) {
				page.Notes = append(page.Notes, note)
			}
		}
	}
	for _, warning := range tables.SpeedWarnings(a.Scenario, b.Scenario) {
		page.Notes = append(page.Notes, "warning: "+warning)
	}
	if page.A == page.B {
		page.A, page.B = "A: "+page.A, "B: "+page.B
	}
	n := max(a.Replications, b.Replications)
	defer f.folders.giveBack()
	if err := f.folders.open(f.out); err != nil {
		return err
	}
	sides := [2]*experiment{a, b}
	a.limitMemory(c.Context())
	defer gracefully(c.Context())()
	var stopped error
	if page.Comparison, stopped = f.compare(c, sides, n); page.Comparison == nil {
		return fruitless(c, stopped)
	}
	if stopped != nil {
		page.Interrupted = true
		page.Notes = append(page.Notes, fmt.Sprintf("warning: interrupted: %d of %d pairs finished", page.Comparison.Replications, n))
		stopped = interruption(c.Context(), stopped)
	}
	return together(f.folders.save(page, sides), page.Write(c.OutOrStdout(), format), stopped)
}

// compare simulates both scenarios, pair by pair.
func (f *diffFlags) compare(c *cobra.Command, sides [2]*experiment, n int) (*results.Comparison, error) {
	bar := newProgress("diff", n, f.workers, f.quiet)
	defer bar.end()
	o := run.Options{Replications: n, Workers: f.workers, Progress: bar.advance, Moved: bar.moved}
	if f.out != "" {
		return f.compareKeeping(c, sides, o)
	}
	return run.Compare(c.Context(), run.Of(sides[0].Scenario), run.Of(sides[1].Scenario), o)
}

// pair reads both scenarios: two files, or one twice. --set is of both and --set-b of
// B; of one file without --set-b, --set is of B, for nothing else would differ.
func (f *diffFlags) pair(c *cobra.Command, files []string) (a, b *experiment, err error) {
	both, onlyB := f.set, f.setB
	if len(files) == 1 {
		files = append(files, files[0])
		switch {
		case len(both)+len(onlyB) == 0:
			return nil, nil, badInput(errors.New("diff: needs two files, or one and --set-b key=value"))
		case len(onlyB) == 0:
			both, onlyB = nil, both
		}
	}
	var faults fileFaults
	sides := make([][]experiment, 2)
	for i, set := range [][]string{both, slices.Concat(both, onlyB)} {
		f.set = set
		var err error
		if sides[i], err = f.load(c, files[i:i+1]); err != nil {
			if i == 1 && len(f.setB) > 0 { // the faults of --set are known from A
				faults.takeOf("--set-b", err)
				continue
			}
			faults.take(err)
		}
	}
	if len(faults.faults) > 0 {
		return nil, nil, badInput(&faults)
	}
	return &sides[0][0], &sides[1][0], nil
}
