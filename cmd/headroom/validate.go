package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"headroom/model/cloud"
)

func newValidate() *cobra.Command {
	var f loadFlags
	c := &cobra.Command{
		Use:   "validate FILE…",
		Short: "Check scenarios without running them",
		Long: `validate reads scenarios and everything that they name, and prints all that is
wrong with them, a line each; or, for each that is right, what would run.`,
		Args: someFiles,
		RunE: func(c *cobra.Command, files []string) error {
			experiments, err := f.load(c, files)
			if err != nil {
				return err
			}
			for _, e := range experiments {
				for _, warning := range e.Warnings {
					fmt.Fprintf(c.ErrOrStderr(), "%s: warning: %s\n", printable(e.file), printable(warning))
				}
				fmt.Fprintf(c.OutOrStdout(), "%s: valid: %d × %s of %s\n", printable(e.file), e.Replications, e.Config.Duration, contents(e.Config))
			}
			return nil
		},
	}
	f.add(c)
	return c
}

// contents says what a scenario consists of.
func contents(cfg *cloud.Config) string {
	var parts []string
	for _, p := range []struct {
		n    int
		what string
	}{
		{len(cfg.Workloads), "workload"},
		{len(cfg.LoadBalancers), "load balancer"},
		{len(cfg.TargetGroups), "target group"},
		{cfg.ScalingGroups(), "Auto Scaling group"},
		{len(cfg.Groups) - cfg.ScalingGroups(), "container service"},
		{len(cfg.Functions), "function"},
		{len(cfg.Instances), "instance table"},
		{len(cfg.InstanceWorkloads), "instance stream"}, // with those in the background of hosts
		{len(cfg.HostPools), "host pool"},
		{len(cfg.Faults), "fault"},
	} {
		switch {
		case p.n == 1:
			parts = append(parts, "1 "+p.what)
		case p.n > 1:
			parts = append(parts, fmt.Sprintf("%d %ss", p.n, p.what))
		}
	}
	if len(parts) == 0 {
		return "nothing"
	}
	return strings.Join(parts, ", ")
}
