package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"headroom/results/folder"
	"headroom/results/report"
	"headroom/scenarios/imports"
	"headroom/scenarios/schema"
	"headroom/scenarios/tables"
	"headroom/scenarios/tree"
)

func newImport() *cobra.Command {
	c := &cobra.Command{
		Use:   "import",
		Short: "Make a scenario of what you have: logs, metrics, a Terraform plan",
		Long: `import makes a scenario, or a part of one, of what you already have.

  headroom import alb-logs logs/ --out shop      access logs of a load balancer
  headroom import cloudwatch count.json          metrics of CloudWatch
  headroom import terraform plan.json            what Terraform is about to make

A file named - is what is piped in: terraform show -json plan.tfplan | headroom import
terraform -, or zcat old.log.Z | headroom import alb-logs -.

What cannot be taken is listed with the reason on standard error, never left out
silently, and the rest is imported. With --out DIR it writes scenario.toml and the
tables that it plays; what must be filled in is marked there.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(newImportLogs()...)
	c.AddCommand(newImportCloudWatch(), newImportTerraform())
	return c
}

// inputs is where imports read.
var inputs = &imports.Source{Stdin: os.Stdin}

// contentOf returns what a file or a pipe holds, decompressed if it is gzip.
func contentOf(name string) ([]byte, error) {
	text, err := tree.Content(inputs, name)
	if err != nil {
		return nil, err
	}
	return imports.Plain(name, text)
}

// tellSkipped says on standard error what was left out.
func tellSkipped(c *cobra.Command, skipped *imports.Skipped) {
	for _, line := range skipped.Text() {
		fmt.Fprintln(c.ErrOrStderr(), printable(line))
	}
}

// refusals is what is wrong with a scenario that an import is about to write.
func refusals(scenario []byte) (all []imports.Refusal) {
	_, err := tables.Parse(report.SavedScenario, scenario, checkedOptions())
	var faults schema.Faults
	if !errors.As(err, &faults) && err != nil {
		return []imports.Refusal{{Text: err.Error()}}
	}
	for _, f := range faults {
		line := f.Line
		f.File, f.Line = "", 0
		all = append(all, imports.Refusal{Line: line, Text: strings.TrimPrefix(f.Error(), ": ")})
	}
	return all
}

// tellRefused says on standard error what is wrong with what is written.
func tellRefused(c *cobra.Command, lines []string) {
	for _, line := range lines {
		fmt.Fprintln(c.ErrOrStderr(), printable(line))
	}
}

// factsSheet lists what an import found.
func factsSheet(facts []imports.Fact) report.Sheet {
	sheet := report.Sheet{Columns: []string{"what", "value"}, Heads: []string{"What", ""}, Left: 2}
	for _, f := range facts {
		sheet.Rows = append(sheet.Rows, []report.Entry{text(f.Name), {Text: printable(f.Text), Value: f.Value}})
	}
	return sheet
}

// saveImport writes the folder of an import.
func saveImport(to *folder.Folder, scenario []byte, tables map[string]func(io.Writer) error) error {
	if to == nil {
		return nil
	}
	if err := report.SaveImport(to, scenario, tables); err != nil {
		return &failure{exitInternal, fmt.Errorf("--out: %w", err)}
	}
	return nil
}

// otherKind says of a file that an import cannot read which one does, nil if none is known.
func otherKind(c *cobra.Command, name string) error {
	kind, known := inputs.Kind(name)
	if !known || kind.Command == c.CommandPath() {
		return nil
	}
	return badInput(fmt.Errorf("%s: %s is %s: `%s` reads it", c.Name(), name, kind.Name, kind.Command))
}

// unreadable says why a file cannot be read, and what it may be instead.
func unreadable(c *cobra.Command, name string, err error) error {
	if other := otherKind(c, name); other != nil {
		return other
	}
	return badInput(err)
}

// nothingTaken says why nothing could be taken of files, and what they may be instead.
func nothingTaken(c *cobra.Command, names []string, what string) error {
	for _, name := range names {
		if other := otherKind(c, name); other != nil {
			return other
		}
	}
	if len(names) == 0 {
		return badInput(errors.New(c.Name() + ": there are no files"))
	}
	return badInput(fmt.Errorf("%s: no %s could be read: nothing is written", c.Name(), what))
}
