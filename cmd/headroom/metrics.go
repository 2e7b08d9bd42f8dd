package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"headroom/results"
	"headroom/results/report"
)

func newMetrics() *cobra.Command {
	var format string
	c := &cobra.Command{
		Use:   "metrics",
		Short: "List the metrics that results give and thresholds may use",
		Long: `metrics lists every metric with its unit and meaning, and the labels by which it is
given for a part of a scenario: latency.p99{target_group=web}. Each has a value of its own
for a [window.NAME] of the file, which stands last: availability{window=outage},
latency.p99{target_group=web,window=outage}.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			f, err := report.ParseFormat(format)
			if err != nil {
				return badInput(fmt.Errorf("--%w", err))
			}
			sheet := report.Sheet{Columns: []string{"metric", "unit", "labels", "meaning"}, Left: 4}
			for _, m := range results.Metrics() {
				sheet.Rows = append(sheet.Rows, []report.Entry{
					text(m.Name), text(m.Unit), text(strings.Join(m.Labels, " ")), text(m.Meaning),
				})
			}
			return sheet.Write(c.OutOrStdout(), f)
		},
	}
	addFormat(c, &format)
	return c
}

// text is an entry that programs and people read alike.
func text(s string) report.Entry { return report.Entry{Text: s, Value: s} }
