package main

import (
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/spf13/cobra"

	"headroom/results/folder"
)

// starter is a scenario to start from.
//
//go:embed starter.toml
var starter []byte

// starterName is what it is called in a directory.
const starterName = "scenario.toml"

func newInit() *cobra.Command {
	return &cobra.Command{
		Use:   "init [DIR | FILE.toml]",
		Short: "Write a commented scenario to start from",
		Long: `init writes a small scenario that runs, with a comment on every table, to FILE.toml
or to DIR/scenario.toml. It never overwrites a file.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			target := starterName
			if len(args) == 1 {
				target = args[0]
				if filepath.Ext(target) != ".toml" {
					target = filepath.Join(target, starterName)
				}
			}
			if err := writeNew("init", target, starter); err != nil {
				return err
			}
			_, err := fmt.Fprintf(c.OutOrStdout(), "wrote %s\nnext: headroom run %s\n", printable(target), printable(target))
			return err
		},
	}
}

// writeNew writes a file that must not exist, making its directory.
func writeNew(command, path string, content []byte) error {
	err := folder.WriteNew(disk, path, content)
	if errors.Is(err, fs.ErrExist) {
		return badInput(fmt.Errorf("%s: %s exists and is not overwritten", command, path))
	}
	return err
}
