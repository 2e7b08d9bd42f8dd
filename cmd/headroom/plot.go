package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"headroom/results/folder"
	"headroom/results/page"
)

func newPlot() *cobra.Command {
	var out string
	c := &cobra.Command{
		Use:   "plot DIR METRIC…",
		Short: "Draw metrics of a saved run as SVG or PNG",
		Long: `plot draws metrics of a run that ` + "`headroom run --out DIR`" + ` wrote, one below the other: over
time where the run has them by minute, with the 95 % band over replications, else by part
with the interval of each. A metric is drawn for all parts that have it, or for one:

  headroom plot DIR latency.p99 'capacity.in_service{autoscaling_group=web}' -o day.svg`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) < 2 {
				return errors.New("plot: needs a directory of `headroom run FILE --out DIR` and a metric such as latency.p99")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			format, err := page.FormatOf(out)
			if err != nil {
				return badInput(fmt.Errorf("--output: %w", err))
			}
			picture, err := page.Depict(args[0], format, args[1:])
			if err != nil {
				return badInput(err)
			}
			if err := folder.Write(disk, out, picture.Write); err != nil {
				return diskOrInput(fmt.Errorf("--output: %w", err))
			}
			return nil
		},
	}
	c.Flags().StringVarP(&out, "output", "o", "plot.svg", "`file` to draw, .svg or .png")
	return c
}
