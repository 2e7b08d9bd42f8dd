package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"headroom/results"
	"headroom/results/report"
)

// chosenFiles are those of a run of which --files chooses.
func chosenFiles() []string {
	return slices.DeleteFunc(report.RunFolder().Files, func(name string) bool { return slices.Contains(report.LeastFiles(), name) })
}

// checkFiles reports what is wrong with --files.
func (f *runFlags) checkFiles(c *cobra.Command) error {
	if !c.Flags().Changed("files") {
		return nil
	}
	var faults []error
	if f.out == "" {
		faults = append(faults, errors.New("--files: needs --out: there are no files without"))
	}
	if len(f.files) == 0 {
		faults = append(faults, errors.New("--files: must not be empty"))
	}
	for _, name := range f.files {
		if slices.Contains(chosenFiles(), name) || slices.Contains(report.LeastFiles(), name) {
			continue
		}
		hint := ""
		if near := results.Nearest(name, chosenFiles()); near != "" {
			hint = fmt.Sprintf(" (did you mean %q?)", near)
		}
		faults = append(faults, fmt.Errorf("--files: must be of %s, got %q%s", strings.Join(chosenFiles(), ", "), name, hint))
	}
	return errors.Join(faults...)
}

// leftOut lists the files that are not written.
func (f *runFlags) leftOut() []string {
	if len(f.files) == 0 {
		return nil
	}
	return slices.DeleteFunc(chosenFiles(), func(name string) bool { return slices.Contains(f.files, name) })
}
