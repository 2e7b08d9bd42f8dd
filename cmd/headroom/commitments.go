package main

import (
	"os"

	"github.com/spf13/cobra"

	"headroom/results/buying"
	"headroom/results/report"
)

// recommendCommitments says what to commit to.
func (f *recommendFlags) recommendCommitments(c *cobra.Command, files []string) error {
	f.refuse(buying.CheckCommitments(f.plans))
	format, e, err := f.open(c, files)
	if err != nil {
		return err
	}
	o := f.options(e)
	e.limitMemory(c.Context())
	defer gracefully(c.Context())()
	bar := newProgress(e.Name, e.Replications, f.workers, f.quiet)
	o.Progress, o.Moved = bar.advance, bar.moved
	advice, stopped := buying.Recommend(c.Context(), e.Config, o)
	bar.end()
	if advice == nil {
		return fruitless(c, stopped)
	}
	advice.PriceDate = e.PriceDate()
	advice.Warnings = append(e.Warnings[:len(e.Warnings):len(e.Warnings)], advice.Warnings...)
	err = report.WriteAdvice(c.OutOrStdout(), report.Options{Format: format, Color: colored(os.Stdout)}, advice)
	if stopped != nil {
		stopped = interruption(c.Context(), stopped)
	}
	return together(err, stopped)
}
