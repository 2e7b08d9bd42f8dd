package main

import (
	"path/filepath"

	"github.com/spf13/cobra"

	"headroom/results"
	"headroom/results/folder"
	"headroom/results/page"
	"headroom/results/report"
	"headroom/results/run"
	"headroom/scenarios/tables"
)

// diffFolders are where the files of a comparison go: its own, and those of its two runs.
type diffFolders struct {
	of    *folder.Folder
	sides [2]*folder.Folder
	runs  [2]*results.Summary // once they have been simulated
}

// open takes the folders of --out before anything runs; none without it.
func (d *diffFolders) open(out string) (err error) {
	if out == "" {
		return nil
	}
	if d.of, err = openOut(out, report.DiffFolder()); err != nil {
		return err
	}
	for i, name := range report.DiffSides {
		if d.sides[i], err = openOut(filepath.Join(out, name), report.RunFolder()); err != nil {
			return err
		}
	}
	return nil
}

func (d *diffFolders) giveBack() {
	for _, f := range []*folder.Folder{d.sides[0], d.sides[1], d.of} {
		giveBack(f)
	}
}

// save writes both runs and what was compared, if there are folders.
func (d *diffFolders) save(p *report.ComparisonPage, sides [2]*experiment) error {
	if d.of == nil {
		return nil
	}
	for i, s := range d.runs {
		if err := report.Save(d.sides[i], s, sides[i].Resolved(), page.Content()); err != nil {
			return err
		}
	}
	return p.Save(d.of, page.DiffContent(d.of.Dir()))
}

// compareKeeping simulates both scenarios pair by pair, compares what they showed, and
// keeps it for their folders.
func (f *diffFlags) compareKeeping(c *cobra.Command, sides [2]*experiment, o run.Options) (*results.Comparison, error) {
	var scenarios [2]*tables.Scenario
	for i, e := range sides {
		e.Watch(results.Kept(e.Config))
		scenarios[i] = e.Scenario
	}
	summaries, err := run.Pair(c.Context(), scenarios, o)
	if summaries == nil {
		return nil, err
	}
	f.folders.runs = *summaries
	return results.Compare(summaries[0].Sample(), summaries[1].Sample()), err
}
