package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"headroom/results"
	"headroom/results/sweep"
	"headroom/scenarios/tables"
	"headroom/sim/batch/jetstream"
	"headroom/sim/memory"
)

// workerFlags are the flags of worker.
type workerFlags struct {
	cluster clusterFlags
	workers int
	job     string
	idle    time.Duration
	quiet   bool
}

func newWorker() *cobra.Command {
	var f workerFlags
	c := &cobra.Command{
		Use:   "worker --nats URL",
		Short: "Compute points of sweeps and rounds of searches that other processes run",
		Long: `worker computes points of the sweeps, and replications of the searches of recommend, that
run with --nats or --listen, on any machine that reaches their server, started by hand, systemd, Slurm, Kubernetes or AWS Batch. It
needs no file: the scenario comes with the work. Sweeps of another program, or of one
that computes otherwise here, are refused, and if there are no others the exit code
is 2. Whatever kills a worker, others compute what it had; interrupted, it hands its
work back at once.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return f.run(c) },
	}
	f.cluster.add(c, orVariable)
	c.Flags().IntVar(&f.workers, "workers", 0, "tasks under way at a time (default: one per core)")
	c.Flags().StringVar(&f.job, "job", "", "work for this `sweep` only, and leave when it ends (see `headroom sweep status`)")
	c.Flags().DurationVar(&f.idle, "idle", 0, "leave after so long without work (default: never)")
	c.Flags().BoolVarP(&f.quiet, "quiet", "q", false, "say nothing but what goes wrong")
	return c
}

func (f *workerFlags) run(c *cobra.Command) error {
	if err := checkWorkers(f.workers); err != nil {
		return badInput(err)
	}
	if c.Flags().Changed("job") {
		if err := jetstream.CheckID(f.job); err != nil {
			return badInput(fmt.Errorf("--job: %w", err))
		}
	}
	if f.idle < 0 {
		return badInput(fmt.Errorf("--idle: must not be negative, got %v", f.idle))
	}
	if f.workers == 0 {
		f.workers = runtime.GOMAXPROCS(0)
	}
	program, err := programSum()
	if err != nil {
		return err
	}
	cluster, err := f.cluster.connect(c.Context(), "headroom worker")
	if err != nil {
		return err
	}
	defer collectSeldom(0)()
	defer gracefully(c.Context())()
	f.say("connected with " + cluster.Address())
	worked := cluster.Work(c.Context(), jetstream.WorkOptions{
		Program: program, Slots: f.workers, Job: f.job, Idle: f.idle, Open: f.open,
	})
	closed := cluster.Close()
	refused := (*jetstream.Refusal)(nil)
	switch {
	case c.Context().Err() != nil:
		return halted(c.Context(), "what was under way is handed back")
	case errors.As(worked, &refused):
		return badInput(worked)
	case worked != nil:
		return worked
	}
	return closed
}

// open makes a function of a sweep or a search that computes its tasks.
func (f *workerFlags) open(ctx context.Context, job *jetstream.Job) (jetstream.Answerer, error) {
	s, err := tables.Unpack(job.Payload, tables.Options{CheckMetric: results.CheckKey, Observe: results.Observe, Memory: memory.Of(ctx)})
	if err != nil {
		return nil, err
	}
	plan, err := planMeant(s, job)
	if err != nil {
		return nil, err
	}
	f.say(fmt.Sprintf("working for %s (%s), offered by process %d on %s", job.Title, job.ID, job.Process, job.Host))
	return plan.Answer, nil
}

// planMeant returns the plan of a scenario's sweep or of its search, whichever a job is of.
func planMeant(s *tables.Scenario, job *jetstream.Job) (*sweep.Plan, error) {
	if s.Search != nil {
		manifest, err := searchManifest(job.Payload)
		if err != nil {
			return nil, err
		}
		if strings.HasPrefix(job.ID, manifest.Sum()[:planDigits]) {
			return searchPlan(s), nil
		}
	}
	if s.Sweep == nil {
		return nil, errors.New("it means another search here, and its scenario has no [sweep]")
	}
	manifest, err := manifestOf(s)
	if err != nil {
		return nil, err
	}
	if is := manifest.Sum()[:planDigits]; !strings.HasPrefix(job.ID, is) {
		return nil, fmt.Errorf("it means another sweep here (plan %s): its files have changed, or this machine computes otherwise", is)
	}
	return planOf(s), nil
}

func (f *workerFlags) say(text string) {
	if !f.quiet {
		complain(text)
	}
}
