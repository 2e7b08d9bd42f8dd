package main

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"headroom/model"
	"headroom/model/pricing"
	"headroom/results/buying"
	"headroom/results/folder"
	"headroom/results/page"
	"headroom/results/report"
)

// buyingFlags are the flags of compare and recommend.
type buyingFlags struct {
	loadFlags
	format  string
	plans   []string
	workers int
	quiet   bool
}

func (f *buyingFlags) add(c *cobra.Command, more ...report.Format) {
	f.loadFlags.add(c)
	c.Flags().Int64Var(&f.seed, "seed", 0, "seed of the random numbers, instead of the file's")
	c.Flags().IntVar(&f.replications, "replications", 0, "independent replications, instead of the file's")
	c.Flags().IntVar(&f.workers, "workers", 0, "replications under way at a time (default: one per core)")
	c.Flags().StringSliceVar(&f.plans, "plans", nil, "`names` of the plans, separated by commas (default: all)")
	c.Flags().BoolVarP(&f.quiet, "quiet", "q", false, "show no progress")
	addFormat(c, &f.format, more...)
	complete := func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		var names []string
		for _, p := range pricing.Plans() {
			names = append(names, p.Name+"\t"+p.Description)
		}
		return names, cobra.ShellCompDirectiveNoFileComp
	}
	if err := c.RegisterFlagCompletionFunc("plans", complete); err != nil {
		panic("headroom: " + err.Error())
	}
}

// open checks the flags and reads the one scenario.
func (f *buyingFlags) open(c *cobra.Command, files []string, more ...report.Format) (report.Format, *experiment, error) {
	format := f.formatOf(f.format, more...)
	f.refuse(checkWorkers(f.workers))
	if err := buying.CheckPlans(f.plans); err != nil {
		for line := range strings.Lines(err.Error()) {
			f.refuse(errors.New("--plans: " + strings.TrimSpace(line)))
		}
	}
	experiments, err := f.load(c, files)
	if err != nil {
		return "", nil, err
	}
	return format, &experiments[0], nil
}

// options say how a scenario's usage is bought.
func (f *buyingFlags) options(e *experiment) buying.Options {
	return buying.Options{
		Replications: e.Replications, Workers: f.workers, Plans: f.plans, Currency: e.Currency,
		Account: e.Plan,
	}
}

// compareFlags are the flags of compare.
type compareFlags struct {
	buyingFlags
	sort, commit, out string
}

func newCompare() *cobra.Command {
	var f compareFlags
	c := &cobra.Command{
		Use:   "compare FILE",
		Short: "Price one usage under every way of buying it",
		Long: `compare simulates a scenario with all instances On-Demand, with its groups on Spot,
and with both, under the same random numbers, and prices what was used under each
plan: On-Demand, Reserved Instances, Savings Plans, Spot, Dedicated Hosts, mixed.
Commitments are sized to their own optimum unless --commit tells a size: a number
of Reserved Instances of each family or type, or dollars an hour of Savings Plan.
With --out it also writes compare.json, compare.csv, an invoice for each plan and the
page report.html.
Interrupted, it prices what had finished and says what is missing.`,
		Args: oneFile,
		RunE: func(c *cobra.Command, files []string) error { return f.run(c, files) },
	}
	f.add(c, report.PlansFormats()...)
	c.Flags().StringVar(&f.sort, "sort", "", "`key` to sort by, the best first: "+strings.Join(buying.SortKeys(), ", "))
	c.Flags().StringVar(&f.commit, "commit", "", "`size` of commitments: 10 Reserved Instances, or $1.50 an hour")
	c.Flags().StringVar(&f.out, "out", "", "`directory` for the files of the comparison")
	return c
}

func (f *compareFlags) run(c *cobra.Command, files []string) error {
	size, err := parseSize(f.commit)
	if err != nil {
		f.refuse(fmt.Errorf("--commit: %w", err))
	}
	if f.sort != "" {
		if err := buying.CheckSort(f.sort); err != nil {
			f.refuse(fmt.Errorf("--sort: %w", err))
		}
	}
	format, e, err := f.open(c, files, report.PlansFormats()...)
	if err != nil {
		return err
	}
	v := buying.Variants{OnDemand: e.AsOnDemand(), Written: e.AsWritten()}
	v.Spot, v.Stays = e.AsSpot()
	v.Mixed, _ = e.AsMixed()
	o := f.options(e)
	o.Size = size
	var to *folder.Folder
	if f.out != "" {
		if to, err = openOut(f.out, report.PlansFolder()); err != nil {
			return err
		}
		defer giveBack(to)
	}
	e.limitMemory(c.Context())
	defer gracefully(c.Context())()
	bar := newProgress(e.Name, o.Simulations(v), f.workers, f.quiet)
	o.Progress, o.Moved = bar.advance, bar.moved
	comparison, stopped := buying.Compare(c.Context(), v, o)
	bar.end()
	if comparison == nil {
		return fruitless(c, stopped)
	}
	comparison.PriceDate = e.PriceDate()
	comparison.Warnings = append(e.Warnings[:len(e.Warnings):len(e.Warnings)], comparison.Warnings...)
	if f.sort != "" {
		comparison.Sort(f.sort)
	}
	var unsaved error
	if to != nil { // what cannot be saved is printed all the same
		unsaved = report.SavePlans(to, comparison, page.Content())
	}
	err = report.WritePlans(c.OutOrStdout(), report.Options{
		Format: format, Color: colored(os.Stdout), At: func(int, string) report.Place { return e.place("") },
	}, comparison)
	if stopped != nil {
		stopped = interruption(c.Context(), stopped)
	}
	return together(unsaved, err, stopped)
}

// fruitless turns the error of a simulation that has shown nothing into the exit code.
func fruitless(c *cobra.Command, err error) error {
	if c.Context().Err() != nil {
		return halted(c.Context(), "there is nothing to show yet")
	}
	return err
}

// parseSize reads a number of Reserved Instances or dollars an hour.
func parseSize(text string) (buying.Size, error) {
	rule := fmt.Errorf(`must be a number of Reserved Instances such as 10, or dollars an hour such as $1.50, got %q`, text)
	if text == "" {
		return buying.Size{}, nil
	}
	if usd, is := strings.CutPrefix(text, "$"); is {
		v, err := strconv.ParseFloat(strings.TrimSuffix(usd, "/h"), 64)
		if err != nil || !(v >= 0 && v <= 1e6) {
			return buying.Size{}, rule
		}
		hourly := model.USD(v)
		return buying.Size{Hourly: &hourly}, nil
	}
	count, err := strconv.ParseInt(text, 10, 32)
	if err != nil || count < 0 {
		return buying.Size{}, rule
	}
	return buying.Size{Count: &count}, nil
}
