package main

import (
	"os"

	"github.com/spf13/cobra"

	"headroom/results/buying"
	"headroom/results/report"
)

// recommendCommitments says what to commit to.
func (f *recommendFlags) recommendCommitments(c *cobra.Command, files []string) error {
	if err := buying.CheckCommitments(f.plans); err != nil {
		return badInput(err)
	}
	format, e, err := f.open(c, files)
	if err != nil {
		return err
	}
	o := f.options(e)
	e.limitMemory(c.Context())
	bar := newProgress(e.Name, e.Replications, f.workers, f.quiet)
	o.Progress, o.Moved = bar.advance, bar.moved
	advice, err := buying.Recommend(c.Context(), e.Config, o)
	bar.end()
	if err != nil {
		return fruitless(c, err)
	}
	advice.PriceDate = e.PriceDate()
	advice.Warnings = append(e.Warnings[:len(e.Warnings):len(e.Warnings)], advice.Warnings...)
	return report.WriteAdvice(c.OutOrStdout(), report.Options{Format: format, Color: colored(os.Stdout)}, advice)
}
