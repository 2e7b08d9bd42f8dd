package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"headroom/model/controlplane"
	"headroom/scenarios/tree"
)

// Exit codes.
const (
	exitInternal    = 1   // internal or I/O error
	exitInput       = 2   // bad input; nothing was run
	exitBreached    = 3   // a threshold was breached
	exitMemory      = 4   // the memory limit was reached; what was finished is kept
	exitInterrupted = 130 // what was finished is kept
	exitUnread      = 141 // nobody reads standard output any more: as a shell tells it of SIGPIPE
)

// failure is an error with the exit code that it asks for.
type failure struct {
	code int
	err  error
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

// badInput marks an error as one of the user's, found before anything ran.
func badInput(err error) error {
	if err == nil {
		return nil
	}
	return &failure{exitInput, err}
}

// execute runs the command line and returns the exit code.
func execute(ctx context.Context, args []string) int {
	begun := false // the arguments were accepted
	out := &console{}
	root := rootOf(out, args)
	root.PersistentPreRunE = func(c *cobra.Command, _ []string) error {
		err := emptyFlags(c)
		begun = err == nil
		return err
	}
	root.SetArgs(args)
	code := 0
	errs := separate(root.ExecuteContext(ctx))
	for _, err := range errs {
		if lost := (*unwritten)(nil); errors.As(err, &lost) {
			continue // said below
		}
		if f := (*failure)(nil); len(errs) == 1 && ctx.Err() != nil && (!errors.As(err, &f) || f.code == exitInput) {
			err = halted(ctx, "nothing is kept")
		}
		fmt.Fprintln(os.Stderr, diagnosis(err))
		if code == 0 {
			code = exitCode(err, begun)
		}
	}
	switch {
	case out.failed == nil:
		return code
	case !out.nobodyReads():
		fmt.Fprintln(os.Stderr, diagnosis(out.failed))
		return exitInternal
	case code == 0:
		return exitUnread
	}
	return code
}

// emptyFlags reports the flags that name files, directories or plans and were given
// nothing, as by --out "$DIR" where a script has no DIR: they would count as not given.
func emptyFlags(c *cobra.Command) error {
	var faults []error
	c.Flags().Visit(func(f *pflag.Flag) {
		kind, _ := pflag.UnquoteUsage(f)
		named := kind == "file" || kind == "directory" || kind == "names"
		if text := f.Value.String(); named && (text == "" || text == "[]") {
			faults = append(faults, fmt.Errorf("--%s: must not be empty", f.Name))
		}
	})
	return badInput(errors.Join(faults...))
}

// separate returns the errors of a command, none for nil.
func separate(err error) []error {
	if all, is := err.(several); is {
		return all
	}
	if err == nil {
		return nil
	}
	return []error{err}
}

// exitCode is what an error asks for.
func exitCode(err error, begun bool) int {
	if f := (*failure)(nil); errors.As(err, &f) {
		return f.code
	}
	if short := (*controlplane.Shortage)(nil); !begun || errors.As(err, &short) {
		return exitInput
	}
	return exitInternal
}

// diagnosis formats an error for standard error. Faults of files begin with the
// place; all else with the program's name.
func diagnosis(err error) string {
	if f := (*fileFaults)(nil); errors.As(err, &f) {
		return printable(f.Error())
	}
	return printable("headroom: " + strings.TrimRight(err.Error(), "\n"))
}

// printable returns lines without what does something to a terminal.
func printable(lines string) string {
	all := strings.Split(lines, "\n")
	for i := range all {
		all[i] = tree.Printable(all[i])
	}
	return strings.Join(all, "\n")
}

// commands makes what the program can be told, in the order in which it is listed.
var commands = []struct {
	name string
	make func() *cobra.Command
}{
	{"run", newRun},
	{"compare", newCompare},
	{"recommend", newRecommend},
	{"sweep", newSweep},
	{"worker", newWorker},
	{"diff", newDiff},
	{"validate", newValidate},
	{"catalog", newCatalog},
	{"metrics", newMetrics},
	{"schema", newSchema},
	{"explain", newExplain},
	{"explain-run", newExplainRun},
	{"report", newReport},
	{"plot", newPlot},
	{"init", newInit},
	{"version", newVersion},
	{"import", newImport},
	{"calibrate", newCalibrate},
	{"examples", newExamples},
	{nameOfManual, newMan},
}

// rootOf returns the program with the command that the arguments begin with: making all
// takes a twentieth of a start. Who names none of them, or the one that describes all, has all.
func rootOf(out io.Writer, args []string) *cobra.Command {
	for _, c := range commands {
		if len(args) > 0 && args[0] == c.name && c.name != nameOfManual {
			root := bareRoot(out)
			root.AddCommand(c.make())
			return root
		}
	}
	return newRoot(out)
}

// newRoot returns the program with all its commands.
func newRoot(out io.Writer) *cobra.Command {
	root := bareRoot(out)
	for _, c := range commands {
		root.AddCommand(c.make())
	}
	return root
}

// bareRoot returns the program without commands.
func bareRoot(out io.Writer) *cobra.Command {
	root := &cobra.Command{
		Use:   "headroom",
		Short: "Simulates cloud capacity: what a scenario costs, and how slow it gets",
		Long: `headroom simulates cloud capacity: Auto Scaling groups, load balancers, Spot and
hosts under a load, with intervals around every number.

  headroom init shop.toml     writes a scenario to start from
  headroom run shop.toml      simulates it
  headroom explain KEY        says what a key of the file means

It exits with
  0    done
  1    an internal or I/O error
  2    bad input: nothing was run
  3    a threshold was breached
  4    the memory limit (run.memory) was reached: what was finished is kept
  130  interrupted: what was finished is kept`,
		Args:          cobra.NoArgs,
		Version:       build(),
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE:          func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.SetOut(out)
	root.SetErr(os.Stderr)
	return root
}

// someFiles accepts one argument or more.
func someFiles(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return fmt.Errorf("%s: needs a scenario file; `headroom init` writes one", c.Name())
	}
	return nil
}
