package main

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"headroom/results/report"
	"headroom/sim/batch/jetstream"
)

func newSweepStatus() *cobra.Command {
	var cluster clusterFlags
	var format string
	c := &cobra.Command{
		Use:   "status --nats URL",
		Short: "Say which sweeps run on a server, and who computes them",
		Long: `status lists the sweeps that run with --nats or --listen, how far they are, and the
workers. A sweep without a coordinator was killed: the command that began it goes on
with it, or sweep cancel removes it.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			how, err := report.ParseFormat(format)
			if err != nil {
				return badInput(fmt.Errorf("--%w", err))
			}
			server, err := cluster.connect(c.Context(), "headroom sweep status")
			if err != nil {
				return err
			}
			defer server.Close()
			roster, err := server.Roster(c.Context())
			if err != nil {
				return interruption(c.Context(), err)
			}
			return report.WriteRoster(c.OutOrStdout(), report.Options{Format: how, Color: colored(os.Stdout)}, roster, time.Now())
		},
	}
	cluster.add(c, orVariable)
	addFormat(c, &format)
	return c
}

func newSweepCancel() *cobra.Command {
	var cluster clusterFlags
	c := &cobra.Command{
		Use:   "cancel SWEEP --nats URL",
		Short: "End a sweep that runs on a server",
		Long: `cancel ends a sweep by its name in sweep status. Its coordinator keeps what is done and
exits with 130; the same command goes on with it later. Workers stop within seconds.`,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) != 1 {
				return errors.New("cancel: needs one sweep; `headroom sweep status` lists them")
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			server, err := cluster.connect(c.Context(), "headroom sweep cancel")
			if err != nil {
				return err
			}
			defer server.Close()
			err = server.Cancel(c.Context(), args[0])
			if unknown := (*jetstream.Unknown)(nil); errors.As(err, &unknown) {
				return badInput(fmt.Errorf("no sweep %s runs there: %s", unknown.ID, unknown.Known))
			}
			if err != nil {
				return interruption(c.Context(), err)
			}
			_, err = fmt.Fprintln(c.OutOrStdout(), printable("cancelled "+args[0]))
			return err
		},
	}
	cluster.add(c, orVariable)
	return c
}
