package main

import (
	"path/filepath"

	"github.com/spf13/cobra"

	"headroom/results"
	"headroom/results/folder"
	"headroom/results/page"
	"headroom/results/report"
	"headroom/results/run"
)

// diffFolders are where the files of a comparison go: its own, and those of its two runs.
type diffFolders struct {
	of    *folder.Folder
	sides [2]*folder.Folder
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

// save writes what was compared, after its runs, if there are folders.
func (d *diffFolders) save(p *report.ComparisonPage) error {
	if d.of == nil {
		return nil
	}
	return p.Save(d.of, page.DiffContent(d.of.Dir()))
}

// compareSaving simulates both scenarios under the same random numbers, saves them, and
// compares what they showed.
func (f *diffFlags) compareSaving(c *cobra.Command, sides [2]*experiment, n int) (*results.Comparison, error) {
	show := newProgress("diff", 2*n, f.workers, f.quiet)
	defer show.end()
	var samples [2]results.Sample
	for i, e := range sides {
		e.Watch(results.Kept(e.Config))
		s, err := run.Scenario(c.Context(), e.Scenario, run.Options{
			Replications: n, Workers: f.workers,
			Progress: func(done int) { show.advance(i*n + done) },
			Moved:    func(index int, share float64) { show.moved(i*n+index, share) },
		})
		if err != nil {
			return nil, err
		}
		if err := report.Save(f.folders.sides[i], s, e.Resolved(), page.Content()); err != nil {
			return nil, err
		}
		samples[i] = s.Sample()
	}
	return results.Compare(samples[0], samples[1]), nil
}
