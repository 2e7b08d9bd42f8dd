package main

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"headroom/results/folder"
	"headroom/results/page"
	"headroom/results/report"
)

func newReport() *cobra.Command {
	var out string
	c := &cobra.Command{
		Use:   "report DIR…",
		Short: "Write the page of a saved run, comparison, sweep or search",
		Long: `report writes what a directory of --out holds as one page, report.html: a file that asks
the network for nothing, opens in any browser, and can be printed or sent on. Of a run it
has the summary, the day with every decision, interruption and fault, where the time goes,
the bill and the scenario; of a comparison or of what to buy cost against risk; of a sweep or a search what
nothing beats, and what each parameter does. Several runs are laid over each other, with
their differences; for them name the file with -o.`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("report: needs a directory of `headroom run FILE --out DIR`")
			}
			return nil
		},
		RunE: func(c *cobra.Command, dirs []string) error { return writePage(c, dirs, out) },
	}
	c.Flags().StringVarP(&out, "output", "o", "", "`file` to write, - for standard output (default: report.html in DIR)")
	return c
}

// writePage writes the page of directories, or says what they hold instead.
func writePage(c *cobra.Command, dirs []string, out string) error {
	switch {
	case out == "" && len(dirs) > 1:
		return badInput(errors.New("--output: must be there with several directories, such as -o report.html"))
	case out == "":
		out = filepath.Join(dirs[0], report.PageFile)
	}
	d, err := page.Open(dirs...)
	if err != nil {
		return badInput(err)
	}
	if out == "-" {
		return d.Write(c.OutOrStdout())
	}
	if err := folder.Write(disk, out, d.Write); err != nil {
		return diskOrInput(fmt.Errorf("--output: %w", err))
	}
	_, err = fmt.Fprintln(c.OutOrStdout(), out)
	return err
}
