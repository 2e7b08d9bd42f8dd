package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"
)

// recommendFlags are the flags of recommend.
type recommendFlags struct {
	buyingFlags
	commitments bool
	out         string
	workersSet  bool // by its flag
	cluster     clusterFlags
}

func newRecommend() *cobra.Command {
	var f recommendFlags
	c := &cobra.Command{
		Use:   "recommend FILE",
		Short: "Find the cheapest configuration that meets the thresholds, or say what to commit to",
		Long: `recommend looks among the choices of a file's [search] for the cheapest configuration
that meets its [thresholds]. It does not try them all: a surrogate says which are
promising, these are compared under the same random numbers until the rest is out, and
the winner is confirmed with replications of its own. It tells what it tried, what came
second, and how sure it is. With --out it writes search.csv, a row a candidate that was
tried, and the recommendation as scenario.toml, and keeps a journal: killed in any way and
started again, it computes nothing twice. The exit code is 3 if no candidate could
be shown to meet the thresholds. With --nats or --listen, processes of
` + "`headroom worker`" + ` compute the rounds, too, as those of a sweep, and find the same.

recommend --commitments simulates a scenario and tells, for each kind of Reserved
Instance and Savings Plan, the size that minimises the expected cost: not of the
mean demand but of its distribution, clock hour by clock hour over all replications.
It also tells what that costs more than the best choice if demand turns out 20 %
lower or higher, and what other sizes of the best plan would give. recommend plan also
says how much to launch on Spot. Interrupted, each shows what it knows by then.`,
		Args: oneFile,
		RunE: func(c *cobra.Command, files []string) error { return f.run(c, files) },
	}
	f.add(c)
	c.Flags().BoolVar(&f.commitments, "commitments", false, "Reserved Instances and Savings Plans to buy, instead of a configuration")
	c.Flags().StringVar(&f.out, "out", "", "`directory` for the files of the search")
	f.cluster.add(c, "")
	f.cluster.addServer(c)
	c.AddCommand(newRecommendPlan())
	return c
}

func (f *recommendFlags) run(c *cobra.Command, files []string) error {
	f.workersSet = c.Flags().Changed("workers")
	f.refuse(notEmpty(c, "nats", "listen"), f.cluster.check())
	if f.commitments {
		if f.cluster.distributed() {
			f.refuse(errors.New("--nats and --listen: must be left out with --commitments: one scenario is simulated"))
		}
		if c.Flags().Changed("out") {
			f.refuse(errors.New("--out: must be left out with --commitments: there are no files"))
		}
		return f.recommendCommitments(c, files)
	}
	if c.Flags().Changed("plans") {
		f.refuse(errors.New("--plans: needs --commitments: a search takes the prices of the file"))
	}
	if f.replications > 0 && f.replications < leastReplications {
		f.refuse(fmt.Errorf("--replications: must be at least %d to judge a candidate, got %d", leastReplications, f.replications))
	}
	return f.recommendConfiguration(c, files)
}
