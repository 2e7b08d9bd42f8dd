package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/spf13/cobra"

	"headroom/results/folder"
	pages "headroom/results/page"
	"headroom/results/report"
	"headroom/results/run"
	"headroom/results/sweep"
	"headroom/sim/batch/jetstream"
)

// mostPoints is how many points run without being asked twice.
const mostPoints = 1_000_000

// sweepFlags are the flags of sweep and of sweep plan.
type sweepFlags struct {
	loadFlags
	format          string
	out             string
	workers         int
	yes             bool
	retryFailed     bool
	replicationRows bool
	pareto          string
	metrics         []string
	top             int
	quiet           bool
	workersSet      bool // by its flag
	seedSet         bool
	cluster         clusterFlags
}

func newSweep() *cobra.Command {
	var f sweepFlags
	c := &cobra.Command{
		Use:   "sweep FILE",
		Short: "Simulate every point of the file's [sweep]",
		Long: `sweep simulates the points of a file's [sweep] on all cores, all with the same random
numbers, and prints the best, the Pareto front and what each parameter does. With
--out it writes sweep.csv and sweep.parquet, anew while it runs with the points done
so far, at its end the page report.html, and keeps a journal: killed in any way and started again, it goes on where it
was. More points, replications or precision extend what is there; another scenario or
another program is refused.

The files have a row a point: point, the parameters that differ, replications, and
for each metric its key and KEY.half_width. Where some point needs them, columns
follow: KEY.n, if not every replication observed the metric; breached, the thresholds
that a point breaches, and breach_probability with its 95 % interval, if there are any;
ruled_out, the threshold that ended a point early; fidelity, what was played of a point
with sweep.screen, and why; error, of a point that failed, which
is no end of the sweep. Points that breach a threshold rank below those that do not.
The exit code is 3 if no point meets the thresholds.

With --nats or --listen, processes of ` + "`headroom worker`" + ` on this machine and others
compute the points, too, and the results are the same. Whatever is killed, the sweep
goes on when it is started again; --workers 0 computes nothing in this process.`,
		Args: oneFile,
		RunE: func(c *cobra.Command, files []string) error { return f.run(c, files[0]) },
	}
	f.addTo(c)
	c.Flags().StringVar(&f.out, "out", "", "`directory` for the files of the sweep and its journal")
	c.Flags().BoolVar(&f.yes, "yes", false, fmt.Sprintf("run more than %d points", mostPoints))
	c.Flags().BoolVar(&f.retryFailed, "retry-failed", false, "run the points again that failed")
	c.Flags().BoolVar(&f.replicationRows, "replication-rows", false, "also write replications.csv, a row a replication")
	c.Flags().StringVar(&f.pareto, "pareto", "", "two `metrics` whose front is marked (default: cost.total,latency.p99)")
	c.Flags().StringSliceVar(&f.metrics, "metrics", nil, "`metrics` to show; the first ranks the points")
	c.Flags().IntVar(&f.top, "top", 20, "points to show besides the front")
	c.Flags().BoolVarP(&f.quiet, "quiet", "q", false, "show no progress")
	addFormat(c, &f.format)
	f.cluster.add(c, "")
	f.cluster.addServer(c)
	c.AddCommand(newSweepPlan(), newSweepStatus(), newSweepCancel())
	return c
}

func (f *sweepFlags) addTo(c *cobra.Command) {
	f.add(c)
	c.Flags().Int64Var(&f.seed, "seed", 0, "seed of the random numbers, instead of the file's")
	c.Flags().IntVar(&f.replications, "replications", 0, "replications of each point, instead of the file's")
	c.Flags().IntVar(&f.workers, "workers", 0, "replications under way at a time (default: one per core)")
}

// oneFile accepts one argument.
func oneFile(c *cobra.Command, args []string) error {
	if len(args) > 1 {
		c.SuggestionsMinimumDistance = 2
		if near := c.SuggestionsFor(args[0]); len(near) > 0 {
			return fmt.Errorf("%s: needs one scenario file, got %d (did you mean %q?)", c.Name(), len(args), c.Name()+" "+near[0])
		}
	}
	if len(args) != 1 {
		return fmt.Errorf("%s: needs one scenario file", c.Name())
	}
	return nil
}

// open reads a file that must have a sweep.
func (f *sweepFlags) open(c *cobra.Command, file string) (*experiment, *sweep.Plan, error) {
	f.refuse(checkWorkers(f.workers))
	f.watch = slices.Clone(f.metrics)
	if f.pareto != "" {
		f.watch = append(f.watch, strings.Split(f.pareto, ",")...)
	}
	loaded, err := f.load(c, []string{file})
	if err != nil {
		return nil, nil, err
	}
	e := &loaded[0]
	s := e.Sweep
	if s == nil {
		return nil, nil, badInput(fmt.Errorf("%s: has no [sweep]; `headroom explain sweep` says what it takes", file))
	}
	p := planOf(e.Scenario)
	if p.Screen != nil {
		page, err := f.page(e)
		if err != nil {
			return nil, nil, badInput(err)
		}
		p.Screen.Aims, p.Screen.First = page.Pareto, page.Metrics[0]
	}
	p.Rule = sweep.Rule{Replications: s.Replications, Max: s.MaxReplications, Precision: s.Precision}
	if f.replications > 0 {
		p.Rule.Replications, p.Rule.Max = f.replications, max(f.replications, s.MaxReplications)
	}
	if s.EarlyStop {
		p.Rule.Thresholds = e.Thresholds
	}
	return e, p, nil
}

func (f *sweepFlags) run(c *cobra.Command, file string) error {
	format := f.formatOf(f.format)
	f.refuse(notEmpty(c, "out", "nats", "listen"), f.cluster.check(), f.check(), f.checkMetrics())
	e, p, err := f.open(c, file)
	if err != nil {
		return err
	}
	f.workersSet, f.seedSet = c.Flags().Changed("workers"), c.Flags().Changed("seed")
	page, err := f.page(e)
	if err != nil {
		return badInput(err)
	}
	if points := e.Sweep.Len(); points > mostPoints && !f.yes {
		estimate, err := f.estimate(c.Context(), e, p)
		if err != nil {
			return err
		}
		return badInput(fmt.Errorf("%s: %s points; %s; --yes runs them", file, counted(points), estimate))
	}
	return f.sweep(c.Context(), &sweepJob{e: e, plan: p, page: page, format: format, out: c.OutOrStdout()})
}

// notEmpty refuses flags that are given without a value.
func notEmpty(c *cobra.Command, flags ...string) error {
	for _, name := range flags {
		if c.Flags().Changed(name) && c.Flag(name).Value.String() == "" {
			return fmt.Errorf("--%s: must not be empty", name)
		}
	}
	return nil
}

// sweepJob is a sweep that is to be computed.
type sweepJob struct {
	e      *experiment
	plan   *sweep.Plan
	page   *report.SweepPage
	format report.Format
	out    io.Writer

	manifest sweep.Manifest
	folder   *folder.Folder // of --out, or one that goes away
	journal  *sweep.Journal
	cluster  *jetstream.Cluster // nil: this process alone
	show     *sweepProgress
	reading  context.Context // until somebody ends it, the points are read
}

// errUnread says that the points were not read to their end, as the command was interrupted.
var errUnread = errors.New("interrupted")

// each calls do for the points of the design that are done, in its order, until the command is
// interrupted. Where memory runs out, what was computed is shown all the same.
func (job *sweepJob) each(do func(*sweep.Row) error) error {
	return eachOf(job.plan, job.journal, func(r *sweep.Row) error {
		if job.reading.Err() != nil && run.OutOfMemory(job.reading) == nil {
			return errUnread
		}
		return do(r)
	})
}

// sweep computes a sweep and writes what it found.
func (f *sweepFlags) sweep(ctx context.Context, job *sweepJob) error {
	job.e.limitMemory(ctx)
	end := gracefully(ctx)
	defer end()
	clean, err := f.prepare(ctx, job)
	if err != nil {
		return err
	}
	defer clean()
	swept := f.compute(ctx, job)
	if swept != nil {
		job.reading = context.Background() // interrupted or not, what there is goes out
	}
	if axes := len(job.e.Sweep.Axes()); swept == nil && job.e.Sweep.Design == "saltelli" {
		job.page.Rows = job.e.Sweep.Len() / (axes + 2)
	}
	var printed error
	if stopped := swept != nil && !interrupts(ctx, swept); !stopped || !job.journal.Empty() { // what there is
		var saving sync.WaitGroup
		if f.out != "" {
			saving.Go(func() {
				err = job.page.SaveSweep(job.folder, f.replicationRows, f.about(job.e, job.page).Content(), pages.Content())
			})
		}
		printed = job.page.Write(job.out, job.format)
		saving.Wait()
	}
	switch {
	case swept != nil && !interrupts(ctx, swept):
		return together(swept, printed) // an error of the files has the same cause
	case swept != nil:
		return together(err, printed, interruptionOf(ctx, swept))
	}
	return f.endOf(ctx, together(err, printed, verdictOf(job.e, job.page)))
}

// endOf is how a sweep ends that computed everything. Interrupted after that, it says so once.
func (f *sweepFlags) endOf(ctx context.Context, ended error) error {
	if !errors.Is(ended, errUnread) {
		return ended
	}
	kept := "nothing is kept"
	if f.out != "" {
		kept = "all points are kept: the same command writes the files and prints the tables"
	}
	others := slices.DeleteFunc(separate(ended), func(err error) bool { return errors.Is(err, errUnread) })
	return together(append(others, halted(ctx, kept))...)
}

// prepare opens the journal and joins the cluster. What fails here leaves nothing
// behind.
func (f *sweepFlags) prepare(ctx context.Context, job *sweepJob) (clean func(), err error) {
	if job.manifest, err = manifestOf(job.e.Scenario); err != nil {
		return nil, err
	}
	remove, err := f.takeFolder(job)
	if err != nil {
		return nil, err
	}
	dir := job.folder.Dir()
	begun := f.begun()
	journal, err := sweep.OpenJournal(disk, dir, job.manifest)
	if err != nil {
		remove()
		return nil, f.refused(err)
	}
	job.journal = journal
	if err := tellLoss(dir, job); err != nil {
		err = errors.Join(err, journal.Close())
		remove()
		return nil, err
	}
	job.reading = ctx
	job.page.Points.Each = job.each
	var shown atomic.Pointer[sweepProgress] // what the cluster says before is no part of the picture
	if job.cluster, err = f.cluster.join(ctx, "headroom sweep", dir, func(text string) { shown.Load().say(text) }); err != nil {
		journal.Close()
		if !begun {
			f.undo()
		}
		remove()
		return nil, err
	}
	job.show = newSweepProgress(job.page, job.e.Sweep.Len(), f.quiet)
	shown.Store(job.show)
	return func() { journal.Close(); remove() }, nil
}

// compute simulates what is not done yet, here or by others as well, shows how it
// goes and keeps the files up to date.
func (f *sweepFlags) compute(ctx context.Context, job *sweepJob) error {
	defer collectSeldom(job.plan.Points)()
	defer job.show.end()
	about := f.about(job.e, job.page).Content()
	files := publish(f.out, func() error { return job.page.SaveSweep(job.folder, f.replicationRows, about) })
	defer files.end()
	o := sweep.Options{
		Workers: f.workers, RetryFailed: f.retryFailed,
		Done: func(r sweep.Row) {
			files.note(r)
			if job.plan.Screen != nil {
				r = job.plan.Screen.Name(r)
			}
			job.show.done(r)
		},
	}
	if job.cluster != nil {
		return f.distribute(ctx, job, o)
	}
	return sweep.Run(ctx, job.plan, job.journal, o)
}

// verdictOf reports a sweep in which every point failed, or none meets the
// thresholds.
func verdictOf(e *experiment, page *report.SweepPage) error {
	points, failed, good, reason := 0, 0, 0, ""
	err := page.Each(func(r *sweep.Row) error {
		points++
		if r.Err != "" {
			failed++
			reason = r.Err
		} else if r.Ruled == "" && len(r.Breach(e.Thresholds).Thresholds) == 0 {
			good++
		}
		return nil
	})
	switch {
	case err != nil:
		return err
	case failed == points:
		return fmt.Errorf("every point failed, the last with: %s", reason)
	case good == 0 && len(e.Thresholds) > 0:
		return &failure{exitBreached, errors.New(e.Name + ": no point meets the thresholds")}
	}
	return nil
}

// check refuses flags that could do nothing, or nothing good.
func (f *sweepFlags) check() error {
	var faults []error
	if f.top < 0 {
		faults = append(faults, fmt.Errorf("--top: must not be negative, got %d", f.top))
	}
	if f.out != "" {
		return errors.Join(append(faults, outFault(sweepFolder().Check(f.out)))...)
	}
	if f.replicationRows {
		faults = append(faults, errors.New("--replication-rows: needs --out, a directory for the file"))
	}
	if f.retryFailed {
		faults = append(faults, errors.New("--retry-failed: needs --out, the directory of an earlier sweep"))
	}
	return errors.Join(faults...)
}

// sweepFolder is what a sweep writes to.
func sweepFolder() *folder.Kind { return report.SweepFolder(serverDirectory) }

// takeFolder takes the folder of the journal: that of --out, or one for nobody to see.
func (f *sweepFlags) takeFolder(job *sweepJob) (giveUp func(), err error) {
	if f.out != "" {
		job.folder, err = openOut(f.out, sweepFolder())
		return func() { giveBack(job.folder) }, err
	}
	own, remove, err := folder.Temporary(disk, "headroom-sweep-", sweepFolder())
	job.folder = own
	return func() {
		if err := remove(); err != nil {
			complain(err.Error())
		}
	}, err
}

// refused says what became of a journal that did not open. Nothing was run.
func (f *sweepFlags) refused(err error) error {
	if f.out == "" {
		return err
	}
	return outFault(err)
}
