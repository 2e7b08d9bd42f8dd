package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"headroom/results"
	"headroom/results/report"
	"headroom/scenarios/tree"
)

// savedRuns reports whether two saved runs are to be compared, which have
// directories, rather than scenarios.
func savedRuns(files []string) (bool, error) {
	directories, missing := 0, ""
	for _, file := range files {
		switch info, err := os.Stat(file); {
		case errors.Is(err, fs.ErrNotExist):
			missing = file
		case err == nil && info.IsDir():
			directories++
		}
	}
	switch {
	case directories == 0:
		return false, nil
	case missing != "":
		return false, errors.New(missing + ": no such file or directory")
	case len(files) < 2 || directories < len(files):
		return false, errors.New("diff: needs two scenario files, or two directories of `headroom run --out`")
	}
	return true, nil
}

// compareSaved compares two runs as they were saved.
func (f *diffFlags) compareSaved(c *cobra.Command, dirs []string, format report.Format) error {
	for _, name := range []string{"out", "set", "set-b", "price-book", "seed", "replications", "workers"} {
		if c.Flags().Changed(name) {
			f.refuse(fmt.Errorf("--%s: has no meaning for saved runs: nothing is simulated", name))
		}
	}
	faults := fileFaults{f.wrong}
	runs, trees := make([]*report.Saved, len(dirs)), make([]*tree.Node, len(dirs))
	for i, dir := range dirs {
		var err error
		if runs[i], err = report.Open(dir); err != nil {
			faults.add(err)
			continue
		}
		path := filepath.Join(dir, report.SavedScenario)
		source := tree.Read(tree.Disk{}, path)
		if trees[i] = source.Root; trees[i] == nil || len(source.Mistakes) > 0 {
			faults.add(fmt.Errorf("%s: damaged, or not there: must be the scenario of the run", path))
		}
	}
	if len(faults.faults) > 0 {
		return badInput(&faults)
	}
	page := savedPage(runs[0], runs[1])
	page.Changes, page.All = tree.Changes(trees[0], trees[1], "sweep", "search"), f.all
	page.Label = func(key string) string {
		path, err := tree.SplitKey(key)
		if err != nil {
			return key
		}
		return tree.Dotted(trees[0].Named(path))
	}
	return page.Write(c.OutOrStdout(), format)
}

// savedPage compares what two runs showed, paired if they met the same requests.
func savedPage(a, b *report.Saved) *report.ComparisonPage {
	page := &report.ComparisonPage{
		A: a.Scenario, B: b.Scenario, PriceDates: [2]string{a.PriceDate, b.PriceDate}, Seed: a.Seed, Apart: report.Apart(a, b),
	}
	if page.A == page.B {
		page.A, page.B = "A: "+page.A, "B: "+page.B
	}
	if page.Apart == "" {
		page.Comparison = results.Compare(a.Sample(), b.Sample())
		return page
	}
	page.Comparison = results.CompareApart(a.Metrics, b.Metrics)
	page.Comparison.Replications = a.Replications
	return page
}
