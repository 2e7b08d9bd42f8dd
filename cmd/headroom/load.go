package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"headroom/results"
	"headroom/results/report"
	"headroom/scenarios"
	"headroom/scenarios/tables"
	"headroom/scenarios/tree"
	"headroom/sim/memory"
)

// loadFlags are the flags of commands that read scenarios.
type loadFlags struct {
	set          []string
	priceBook    string
	seed         int64
	replications int
	watch        []string // keys of metrics that flags ask for
	wrong        []error  // what is wrong with other flags of the command
}

func (f *loadFlags) add(c *cobra.Command) {
	c.Flags().StringArrayVar(&f.set, "set", nil, "override a key of the file: `key=value`; may be repeated")
	c.Flags().StringVar(&f.priceBook, "price-book", "", "CSV `file` of prices that replace the list prices")
	c.ValidArgsFunction = func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return []string{"toml"}, cobra.ShellCompDirectiveFilterFileExt
	}
}

// experiment is a scenario that can run.
type experiment struct {
	file string
	*tables.Scenario
}

// limitMemory sets the limit of the process to that of a scenario.
func (e experiment) limitMemory(ctx context.Context) {
	bytes := e.Memory
	if bytes == 0 {
		bytes = memory.Usual()
	}
	memory.Of(ctx).SetLimit(bytes)
}

// fileFaults is everything that is wrong with the files of a command, one fault
// a line.
type fileFaults struct{ faults []error }

func (f *fileFaults) Error() string {
	var lines []string
	for _, err := range f.faults {
		lines = append(lines, strings.TrimRight(err.Error(), "\n"))
	}
	return strings.Join(lines, "\n")
}

// mostReplications is how many a scenario file may have.
const mostReplications = 10_000

// mostWorkers bounds what works at a time: more would only take memory.
const mostWorkers = 4096

// checkWorkers reports a number of workers that cannot be.
func checkWorkers(n int) error {
	if n < 0 {
		return fmt.Errorf("--workers: must not be negative, got %d", n)
	}
	if n > mostWorkers {
		return fmt.Errorf("--workers: must be at most %d, got %d", mostWorkers, n)
	}
	return nil
}

// checkedOptions are those of files that are checked for all that a run needs.
func checkedOptions() tables.Options {
	return tables.Options{CheckMetric: results.CheckKey, Observe: results.Observe, CheckThresholds: results.ThresholdRules}
}

// refuse notes what is wrong with the command's other flags, if anything is: load tells it beside what is wrong
// with the files, all at once.
func (f *loadFlags) refuse(errs ...error) {
	for _, err := range errs {
		if err == nil {
			continue
		}
		for line := range strings.Lines(err.Error()) {
			f.wrong = append(f.wrong, errors.New("headroom: "+strings.TrimSpace(line)))
		}
	}
}

// formatOf reads --format.
func (f *loadFlags) formatOf(format string, more ...report.Format) report.Format {
	as, err := report.ParseFormat(format, more...)
	if err != nil {
		f.refuse(fmt.Errorf("--%w", err))
	}
	return as
}

// load reads all files and reports what is wrong with any of them, and with the flags.
func (f *loadFlags) load(c *cobra.Command, files []string) ([]experiment, error) {
	options := checkedOptions()
	options.Set, options.PriceBook, options.Replications = f.set, f.priceBook, f.replications
	options.Memory, options.Watch = memory.Of(c.Context()), f.watch
	if c.Flags().Changed("seed") {
		options.Seed = &f.seed
	}
	var faults fileFaults
	for _, err := range f.wrong {
		faults.add(err)
	}
	if c.Flags().Changed("replications") && (f.replications < 1 || f.replications > mostReplications) {
		faults.add(fmt.Errorf("headroom: --replications: must be 1..%d, got %d", mostReplications, f.replications))
		options.Replications = 0
	}
	all := make([]experiment, 0, len(files))
	for _, file := range files {
		s, err := scenarios.Load(file, options)
		if c.Context().Err() != nil {
			return nil, halted(c.Context(), "nothing was run")
		}
		if err != nil {
			faults.add(err)
			continue
		}
		e := experiment{file: file, Scenario: s}
		e.Warnings = append(e.Warnings, results.PooledThresholds(s.Config, s.Thresholds)...)
		all = append(all, e)
	}
	if len(faults.faults) > 0 {
		return nil, badInput(&faults)
	}
	return all, nil
}

// take adds the faults of another list, or an error.
func (f *fileFaults) take(err error) {
	if other := (*fileFaults)(nil); errors.As(err, &other) {
		for _, fault := range other.faults {
			f.add(fault)
		}
		return
	}
	f.add(err)
}

// takeOf is [fileFaults.take] of what another flag than --set has set, beside what the
// faults so far are about.
func (f *fileFaults) takeOf(flag string, err error) {
	before := strings.Split(f.Error(), "\n")
	var others fileFaults
	others.take(err)
	for _, line := range strings.Split(others.Error(), "\n") {
		if slices.Contains(before, line) {
			continue
		}
		if text, set := strings.CutPrefix(line, tree.Assigned+":"); set {
			line = flag + ":" + text
		}
		f.add(errors.New(line))
	}
}

// add keeps an error, but not twice: files may share what is wrong with a flag.
func (f *fileFaults) add(err error) {
	if !slices.ContainsFunc(f.faults, func(known error) bool { return known.Error() == err.Error() }) {
		f.faults = append(f.faults, err)
	}
}
