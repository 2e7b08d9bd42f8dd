package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"headroom/model/dataplane"
	"headroom/results"
	"headroom/results/folder"
	"headroom/results/page"
	"headroom/results/report"
	"headroom/results/run"
)

// runFlags are the flags of run.
type runFlags struct {
	loadFlags
	format  string
	out     string
	files   []string // that are written to out; none: all
	workers int
	quiet   bool

	accessLog string
}

func newRun() *cobra.Command {
	var f runFlags
	c := &cobra.Command{
		Use:   "run FILE…",
		Short: "Simulate scenarios and print what they showed",
		Long: `run simulates each scenario and prints its summary: requests and latency, capacity,
money, thresholds, and what to know before trusting the numbers. With --out it
also writes summary.json, invoice.csv, timeseries.csv and .parquet, activities.csv, decisions.csv (why
groups scaled, or not: explain-run tells),
cloudtrail.jsonl (the calls of the control plane), addresses.csv, replications.csv and the
scenario as run, which diff compares with another run, and report.html, all of it on one
page; several files get a directory each. A year of minutes makes timeseries.csv a gigabyte:
--files activities.csv,invoice.csv writes those alone, and what reads a run again.

With --access-log FILE it writes the requests of the first replication as the access logs of
the Application Load Balancers have them, at most 10 million; with gzip if FILE ends in .gz.
` + "`headroom import alb-logs`" + ` reads them, as what reads those of AWS does.`,
		Args: someFiles,
		RunE: func(c *cobra.Command, files []string) error { return f.run(c, files) },
	}
	f.add(c)
	c.Flags().Int64Var(&f.seed, "seed", 0, "seed of the random numbers, instead of the file's")
	c.Flags().IntVar(&f.replications, "replications", 0, "independent replications, instead of the file's")
	c.Flags().IntVar(&f.workers, "workers", 0, "replications under way at a time (default: one per core)")
	c.Flags().StringVar(&f.out, "out", "", "`directory` for the files of the run")
	c.Flags().StringSliceVar(&f.files, "files", nil, "`names` of the files that --out writes besides "+results.Listed(report.LeastFiles())+" (default: all)")
	c.Flags().StringVar(&f.accessLog, "access-log", "", "`file` for the access log of load balancers, of the first replication; .gz compresses it")
	c.Flags().BoolVarP(&f.quiet, "quiet", "q", false, "show no progress")
	addFormat(c, &f.format, report.RunFormats()...)
	return c
}

// addFormat adds the flag that says how to write results, with the formats that the
// command has besides those of all.
func addFormat(c *cobra.Command, format *string, more ...report.Format) {
	var names []string
	for _, f := range report.Formats(more...) {
		names = append(names, string(f))
	}
	c.Flags().StringVar(format, "format", string(report.Table), "how to write: "+strings.Join(names, ", "))
	complete := cobra.FixedCompletions(names, cobra.ShellCompDirectiveNoFileComp)
	if err := c.RegisterFlagCompletionFunc("format", complete); err != nil {
		panic("headroom: " + err.Error())
	}
}

func (f *runFlags) run(c *cobra.Command, files []string) error {
	format := f.formatOf(f.format, report.RunFormats()...)
	f.refuse(checkWorkers(f.workers), f.checkFiles(c))
	experiments, err := f.load(c, files)
	if err != nil {
		return err
	}
	if err := f.checkAccessLog(experiments); err != nil {
		return badInput(err)
	}
	folders, err := f.folders(experiments)
	if err != nil {
		return err
	}
	defer func() {
		for _, to := range folders {
			giveBack(to)
		}
	}()
	var summaries []*results.Summary
	var failed, unsaved error
	end := gracefully(c.Context())
	for i, e := range experiments {
		if f.out != "" || format == report.OpenMetrics {
			e.Watch(results.Kept(e.Config))
		}
		s, err := e.simulateLogged(c, f)
		if s != nil {
			summaries = append(summaries, s)
			if f.out != "" { // what cannot be saved is printed all the same
				unsaved = together(unsaved, report.Save(folders[i], s, e.Resolved(), page.Content()))
			}
		}
		if failed = err; failed != nil {
			break
		}
	}
	end()
	if len(summaries) > 0 {
		err = report.Write(c.OutOrStdout(), report.Options{
			Format: format, Color: colored(os.Stdout), Sparklines: terminal(os.Stdout),
			At: func(i int, key string) report.Place { return experiments[i].place(key) },
		}, summaries)
	}
	switch {
	case failed != nil && len(summaries) == 0:
		return together(unsaved, fruitless(c, failed))
	case failed != nil:
		return together(unsaved, err, interruption(c.Context(), failed))
	}
	return together(unsaved, err, breach(summaries))
}

// folders takes the folder of each run, none without --out. Nothing has run yet.
func (f *runFlags) folders(experiments []experiment) ([]*folder.Folder, error) {
	directories, err := f.directories(experiments)
	if err != nil {
		return nil, badInput(err)
	}
	var all []*folder.Folder
	for _, dir := range directories {
		one, err := openOut(dir, report.RunFolder())
		if err != nil {
			for _, taken := range all {
				giveBack(taken)
			}
			return nil, err
		}
		one.Leave(f.leftOut())
		all = append(all, one)
	}
	return all, nil
}

// directories says where the files of each run go: the directory that was asked
// for, or one below it for each of several scenarios.
func (f *runFlags) directories(experiments []experiment) ([]string, error) {
	if f.out == "" {
		return nil, nil
	}
	directories := []string{f.out}
	if len(experiments) > 1 {
		directories = nil
		taken := map[string]string{}
		for _, e := range experiments {
			name := strings.TrimSuffix(filepath.Base(e.file), filepath.Ext(e.file))
			if other := taken[name]; other != "" {
				return nil, fmt.Errorf("--out: %s and %s would share the directory %s", other, e.file, filepath.Join(f.out, name))
			}
			taken[name] = e.file
			directories = append(directories, filepath.Join(f.out, name))
		}
	}
	return directories, nil
}

// simulate runs one scenario, whose requests log hears of, if there is one.
func (e experiment) simulate(ctx context.Context, f *runFlags, log func(*dataplane.Access)) (*results.Summary, error) {
	e.limitMemory(ctx)
	bar := newProgress(e.Name, e.Replications, f.workers, f.quiet)
	defer bar.end()
	return run.Scenario(ctx, e.Scenario, run.Options{Replications: e.Replications, Workers: f.workers, Progress: bar.advance, Moved: bar.moved, AccessLog: log})
}

// place is where the file has the threshold on a metric, or the file.
func (e experiment) place(key string) report.Place {
	if at, ok := e.ThresholdAt(key); ok {
		return report.Place{File: at.File, Line: at.Line}
	}
	return report.Place{File: e.file}
}

// interruption turns the error of a run that did not end into the exit code.
func interruption(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return halted(ctx, "only what had finished is above")
	}
	return err
}

// breach reports thresholds that were not met.
func breach(summaries []*results.Summary) error {
	var breached []string
	for _, s := range summaries {
		for _, v := range s.Thresholds {
			if !v.Pass {
				breached = append(breached, fmt.Sprintf("%s: threshold breached: %s must be %s", s.Scenario, v.Key, v.Text))
			}
		}
	}
	if len(breached) == 0 {
		return nil
	}
	return &failure{exitBreached, errors.New(strings.Join(breached, "\nheadroom: "))}
}
