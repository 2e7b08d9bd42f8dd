package main

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"headroom/results/folder"
	"headroom/results/report"
	"headroom/scenarios"
	"headroom/scenarios/imports"
	"headroom/scenarios/imports/cloudwatch"
)

// metricsFlags are the flags of the import of metrics.
type metricsFlags struct{ series, out, format string }

func newImportCloudWatch() *cobra.Command {
	var f metricsFlags
	c := &cobra.Command{
		Use:   "cloudwatch FILE…",
		Short: "Arrivals and measurements from metrics of CloudWatch",
		Long: `cloudwatch reads answers of CloudWatch as JSON:

  aws cloudwatch get-metric-data --metric-data-queries file://queries.json \
    --start-time 2026-03-02T00:00:00Z --end-time 2026-03-09T00:00:00Z > week.json
  headroom import cloudwatch week.json --out week

It prints what they say. With --out DIR it writes measured.csv, all series in one table,
arrivals.csv, the requests of each period, and scenario.toml, which plays them; what
serves them is assumed there and marked. What is no measurement is listed with its
place on standard error.

An answer of describe-alarms makes a scenario of its alarms and the scaling policies that
they invoke; those that a scenario cannot carry are listed with the reason.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, names []string) error { return f.run(c, names) },
	}
	c.Flags().StringVar(&f.series, "series", "", "label or id of the `series` that counts requests; found by itself if there is one RequestCount")
	c.Flags().StringVar(&f.out, "out", "", "`directory` for measured.csv, arrivals.csv and scenario.toml")
	addFormat(c, &f.format)
	return c
}

// readMetrics reads files of CloudWatch. One that is by itself may be of alarms.
func readMetrics(c *cobra.Command, names []string, skipped *imports.Skipped) (all []cloudwatch.Series, alarms []cloudwatch.Alarm, areAlarms bool, err error) {
	for _, name := range names {
		text, err := contentOf(name)
		if err != nil {
			return nil, nil, false, badInput(err)
		}
		if len(names) == 1 {
			if alarms, areAlarms = cloudwatch.ReadAlarms(name, text, skipped); areAlarms {
				return nil, alarms, true, nil
			}
		}
		series, err := cloudwatch.Read(name, text, skipped)
		if err != nil {
			return nil, nil, false, unreadable(c, name, err)
		}
		all = append(all, series...)
	}
	return all, nil, false, nil
}

func (f *metricsFlags) run(c *cobra.Command, names []string) error {
	as, err := report.ParseFormat(f.format)
	if err != nil {
		return badInput(fmt.Errorf("--%w", err))
	}
	skipped := &imports.Skipped{}
	all, alarms, areAlarms, err := readMetrics(c, names, skipped)
	if err != nil {
		return err
	}
	if areAlarms {
		return f.alarms(c, alarms, skipped, as)
	}
	tellSkipped(c, skipped)
	if len(all) == 0 {
		return nothingTaken(c, names, "series")
	}
	load, err := cloudwatch.LoadOf(all, f.series)
	if err != nil && (f.out != "" || f.series != "") {
		return badInput(fmt.Errorf("cloudwatch: %w", err))
	} else if err != nil {
		var facts []imports.Fact
		for i := range all {
			facts = append(facts, all[i].Fact())
		}
		return factsSheet(facts).Write(c.OutOrStdout(), as)
	}
	if err := f.save(c, load, skipped); err != nil {
		return err
	}
	return factsSheet(load.Facts()).Write(c.OutOrStdout(), as)
}

// alarms writes the scenario of alarms.
func (f *metricsFlags) alarms(c *cobra.Command, all []cloudwatch.Alarm, skipped *imports.Skipped, as report.Format) error {
	tellSkipped(c, skipped)
	if len(all) == 0 {
		return badInput(errors.New("cloudwatch: no alarm could be taken: nothing is written"))
	}
	if f.out != "" {
		to, err := openOut(f.out, report.ImportFolder())
		if err != nil {
			return err
		}
		defer giveBack(to)
		scenario := cloudwatch.AlarmScenario(all, skipped.Text())
		for _, r := range refusals(scenario) {
			tellRefused(c, []string{fmt.Sprintf("%s: `headroom validate` refuses it: %s", report.SavedScenario, r.Text)})
		}
		if err := saveImport(to, scenario, nil); err != nil {
			return err
		}
	}
	return factsSheet(cloudwatch.AlarmFacts(all)).Write(c.OutOrStdout(), as)
}

// save writes the folder of --out, and says what `headroom validate` refuses of it: a
// clock that jumps by years, no request at all.
func (f *metricsFlags) save(c *cobra.Command, load *cloudwatch.Load, skipped *imports.Skipped) error {
	if f.out == "" {
		return nil
	}
	var to *folder.Folder
	to, err := openOut(f.out, report.ImportFolder())
	if err != nil {
		return err
	}
	defer giveBack(to)
	err = saveImport(to, load.Scenario(report.ImportedTrace, skipped.Text()), map[string]func(io.Writer) error{
		report.ImportedTrace:  load.WriteTrace,
		report.ImportedSeries: func(w io.Writer) error { return cloudwatch.WriteMeasured(w, load.All) },
	})
	if err != nil {
		return err
	}
	if _, refused := scenarios.Load(filepath.Join(f.out, report.SavedScenario), checkedOptions()); refused != nil {
		for line := range strings.Lines(refused.Error()) {
			tellRefused(c, []string{"`headroom validate` refuses it: " + strings.TrimSpace(line)})
		}
	}
	return nil
}
