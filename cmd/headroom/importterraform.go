package main

import (
	"github.com/spf13/cobra"

	"headroom/results/report"
	"headroom/scenarios/imports"
	"headroom/scenarios/imports/terraform"
)

func newImportTerraform() *cobra.Command {
	var out string
	c := &cobra.Command{
		Use:   "terraform PLAN.json",
		Short: "A scenario from a plan of Terraform",
		Long: `terraform reads a plan as Terraform shows it:

  terraform plan -out plan.tfplan
  terraform show -json plan.tfplan > plan.json
  headroom import terraform plan.json > shop.toml

It prints the scenario, or writes it to DIR/scenario.toml with --out: load balancers with
listeners and rules, target groups, Auto Scaling groups with policies and schedules,
launch templates, instances, volumes, file systems, security groups, functions, and NAT gateways
with their network. What is known only after apply is found through the references of
the configuration, or assumed and marked. What cannot be taken is listed with the
reason on standard error and at the head of the file, and so is what is written but
` + "`headroom validate`" + ` refuses, to be mended there or in the plan. Load and demand are to fill in:
they are in no plan.`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return importTerraform(c, args[0], out) },
	}
	c.Flags().StringVar(&out, "out", "", "`directory` for scenario.toml")
	return c
}

func importTerraform(c *cobra.Command, name, out string) error {
	text, err := contentOf(name)
	if err != nil {
		return badInput(err)
	}
	skipped := &imports.Skipped{}
	plan, err := terraform.Read(name, text, skipped)
	if err != nil {
		return unreadable(c, name, err)
	}
	scenario := plan.Scenario(refusals)
	tellSkipped(c, skipped)
	tellRefused(c, plan.Refused())
	if out == "" {
		_, err := c.OutOrStdout().Write(scenario)
		return err
	}
	to, err := openOut(out, report.ImportFolder())
	if err != nil {
		return err
	}
	defer giveBack(to)
	return saveImport(to, scenario, nil)
}
