package main

import (
	"errors"
	"os"

	"github.com/spf13/cobra"

	"headroom/results/buying"
	"headroom/results/report"
)

// recommendFlags are the flags of recommend.
type recommendFlags struct {
	buyingFlags
	commitments bool
}

func newRecommend() *cobra.Command {
	var f recommendFlags
	c := &cobra.Command{
		Use:   "recommend --commitments FILE",
		Short: "Say what to commit to",
		Long: `recommend --commitments simulates a scenario and tells, for each kind of Reserved
Instance and Savings Plan, the size that minimises the expected cost: not of the
mean demand but of its distribution, clock hour by clock hour over all replications.
It also tells what that costs more than the best choice if demand turns out 20 %
lower or higher, and what other sizes of the best plan would give.`,
		Args: oneFile,
		RunE: func(c *cobra.Command, files []string) error { return f.run(c, files) },
	}
	f.add(c)
	c.Flags().BoolVar(&f.commitments, "commitments", false, "Reserved Instances and Savings Plans to buy")
	return c
}

func (f *recommendFlags) run(c *cobra.Command, files []string) error {
	if !f.commitments {
		return badInput(errors.New("recommend: needs --commitments; the cheapest configuration that meets [thresholds] is not in this version"))
	}
	if err := buying.CheckCommitments(f.plans); err != nil {
		return badInput(err)
	}
	format, e, err := f.open(c, files)
	if err != nil {
		return err
	}
	o := f.options(e)
	bar := newProgress(e.Name, e.Replications, f.quiet)
	o.Progress = bar.advance
	advice, err := buying.Recommend(c.Context(), e.Config, o)
	bar.end()
	if err != nil {
		return stopped(c, err)
	}
	advice.PriceDate = e.Catalog.PriceDate()
	advice.Warnings = append(e.Warnings[:len(e.Warnings):len(e.Warnings)], advice.Warnings...)
	return report.WriteAdvice(os.Stdout, report.Options{Format: format, Color: colored(os.Stdout)}, advice)
}
