package main

import (
	"context"
	"fmt"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"headroom/results/sweep"
	"headroom/scenarios/space"
)

func newSweepPlan() *cobra.Command {
	var f sweepFlags
	c := &cobra.Command{
		Use:   "plan FILE",
		Short: "Say what a sweep would run, and how long",
		Long: `plan prints the points and parameters of a file's [sweep], and from a few replications
of points spread over the design how long all of it would take. It writes nothing.`,
		Args: oneFile,
		RunE: func(c *cobra.Command, files []string) error { return f.plan(c, files[0]) },
	}
	f.addTo(c)
	return c
}

func (f *sweepFlags) plan(c *cobra.Command, file string) error {
	e, p, err := f.open(c, file)
	if err != nil {
		return err
	}
	s := e.Sweep
	w := c.OutOrStdout()
	replications := fmt.Sprint(p.Rule.Replications)
	if len(p.Rule.Precision) > 0 {
		replications += fmt.Sprintf(" to %d", p.Rule.Max)
	}
	fmt.Fprintf(w, "%s: %s of %s points × %s replications of %s\n", printable(file), s.Design, counted(s.Len()), replications, e.Config.Duration)
	for i, axis := range s.Axes() {
		fmt.Fprintf(w, "  %s: %s\n", printable(e.Label(axis)), printable(s.Summary(i)))
	}
	estimate, err := f.estimate(c.Context(), e, p)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(w, estimate)
	return err
}

// estimate says how long a sweep takes; one that screens, what all its points take by rates, and as many as may
// follow by requests.
func (f *sweepFlags) estimate(ctx context.Context, e *experiment, p *sweep.Plan) (string, error) {
	points, s := e.Sweep.Len(), p.Screen
	if s == nil {
		return pilot(ctx, p, pilotOf{points, func(k int) int { return k }, points, f.workers})
	}
	rates, err := pilot(ctx, p, pilotOf{points, s.Rates, points, f.workers})
	if err != nil {
		return "", err
	}
	most := min(s.Most, points)
	requests, err := pilot(ctx, p, pilotOf{points, s.Requests, most, f.workers})
	return fmt.Sprintf("by rates %s; by requests %s points at most, %s", rates, counted(most), requests), err
}

// counted writes a number of points; beyond all bounds nobody counts them.
func counted(points int) string {
	if points >= space.Uncountable {
		return "more than 10^15"
	}
	return fmt.Sprint(points)
}

// A pilot runs a replication of a few points spread over the design, for a few
// seconds at most.
const (
	pilotPoints = 16
	pilotTime   = 5 * time.Second
)

// pilotOf says which points a pilot is of.
type pilotOf struct {
	points  int              // of the design
	point   func(of int) int // of the plan
	planned int              // of the points, to be computed
	workers int
}

// pilot estimates how long a sweep takes.
func pilot(ctx context.Context, p *sweep.Plan, these pilotOf) (string, error) {
	workers := these.workers
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	short, cancel := context.WithTimeout(ctx, pilotTime)
	defer cancel()
	begin := time.Now()
	tried, spent := 0, time.Duration(0)
	var failed error
	n := min(pilotPoints, these.points)
	for k := 0; k < n && short.Err() == nil; k++ {
		err := attempt(short, p, these.point(k*(these.points/n)))
		switch {
		case ctx.Err() != nil:
			return "", interruption(ctx, err)
		case short.Err() != nil: // it was cut off
		case err != nil: // a row with its error, and quick
			failed = err
		default:
			tried++
			spent = time.Since(begin)
		}
	}
	runs := float64(these.planned) * float64(p.Rule.Replications) / float64(workers)
	longer := ""
	if len(p.Rule.Precision) > 0 {
		longer = "; longer where the precision asks for more"
	}
	switch {
	case tried > 0:
		each := spent / time.Duration(tried)
		return fmt.Sprintf("about %s on %d cores (%s a replication, from a pilot of %d)%s",
			roughly(each.Seconds()*runs), workers, each.Round(each/100+1), tried, longer), nil
	case short.Err() != nil:
		return fmt.Sprintf("more than %s on %d cores (one replication takes more than %s)%s",
			roughly(pilotTime.Seconds()*runs), workers, pilotTime, longer), nil
	}
	return fmt.Sprintf("no point of a pilot of %d could run, the last with: %v", n, failed), nil
}

// attempt runs one replication of a point.
func attempt(ctx context.Context, p *sweep.Plan, point int) error {
	experiment, err := p.Build(point)
	if err != nil {
		return err
	}
	_, err = experiment.Replicate(ctx, 0)
	return err
}

// roughly writes seconds with the digits that an estimate deserves.
func roughly(seconds float64) string {
	switch {
	case seconds < 1:
		return "a second"
	case seconds < 120:
		return fmt.Sprintf("%.0f s", seconds)
	case seconds < 7200:
		return fmt.Sprintf("%.0f min", seconds/60)
	case seconds < 2*86400:
		return fmt.Sprintf("%.0f h", seconds/3600)
	case seconds < 2*365*86400:
		return fmt.Sprintf("%.0f days", seconds/86400)
	default:
		return fmt.Sprintf("%.0f years", seconds/(365*86400))
	}
}
