package main

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"headroom/results/report"
	"headroom/scenarios"
)

func newExamples() *cobra.Command {
	var format string
	c := &cobra.Command{
		Use:   "examples",
		Short: "List, show and copy the stock scenarios",
		Long: `examples lists the scenarios that are in the program, each with what it shows. They
run in any directory, as scenarios/NAME.toml; "examples copy NAME" makes one yours.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			f, err := report.ParseFormat(format)
			if err != nil {
				return badInput(fmt.Errorf("--%w", err))
			}
			sheet := report.Sheet{Columns: []string{"name", "shows"}, Heads: []string{"Example", "shows"}, Left: 2}
			for _, e := range scenarios.Examples() {
				sheet.Rows = append(sheet.Rows, []report.Entry{text(e.Name), text(e.Summary)})
			}
			return sheet.Write(c.OutOrStdout(), f)
		},
	}
	addFormat(c, &format)
	c.AddCommand(newExamplesShow(), newExamplesCopy())
	return c
}

func newExamplesShow() *cobra.Command {
	return &cobra.Command{
		Use:               "show NAME",
		Short:             "Print a stock scenario",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: completeExamples,
		RunE: func(c *cobra.Command, args []string) error {
			files, err := example(args[0])
			if err != nil {
				return err
			}
			_, err = c.OutOrStdout().Write(files[args[0]+".toml"])
			return err
		},
	}
}

func newExamplesCopy() *cobra.Command {
	return &cobra.Command{
		Use:   "copy NAME [DIR|FILE.toml]",
		Short: "Write a stock scenario to a directory, with the files that it names",
		Long: `copy writes NAME.toml to DIR, or to this directory, and what it includes and plays
beside it. What ends in .toml is the scenario's own name there. It overwrites no file with another.`,
		Args:              cobra.RangeArgs(1, 2),
		ValidArgsFunction: completeExamples,
		RunE: func(c *cobra.Command, args []string) error {
			files, err := example(args[0])
			if err != nil {
				return err
			}
			dir, own := ".", args[0]+".toml"
			if len(args) == 2 {
				dir = args[1]
			}
			if filepath.Ext(dir) == ".toml" {
				dir, own = filepath.Split(dir)
			}
			for _, path := range slices.Sorted(maps.Keys(files)) {
				to := filepath.Join(dir, filepath.FromSlash(path))
				if path == args[0]+".toml" {
					to = filepath.Join(dir, own)
				}
				if there, err := os.ReadFile(to); err == nil && bytes.Equal(there, files[path]) {
					continue
				}
				if err := writeNew("examples", to, files[path]); err != nil {
					return err
				}
			}
			target := filepath.Join(dir, own)
			_, err = fmt.Fprintf(c.OutOrStdout(), "wrote %s\nnext: headroom run %s\n", printable(target), printable(target))
			return err
		},
	}
}

// example returns the files of a stock scenario.
func example(name string) (map[string][]byte, error) {
	files, ok := scenarios.ExampleFiles(name)
	if !ok {
		return nil, badInput(fmt.Errorf("examples: there is none called %q; `headroom examples` lists them", name))
	}
	return files, nil
}

func completeExamples(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	var names []string
	for _, e := range scenarios.Examples() {
		if len(args) == 0 {
			names = append(names, e.Name+"\t"+e.Summary)
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}
