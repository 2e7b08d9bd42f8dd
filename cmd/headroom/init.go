package main

import (
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
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
			if err := writeNew(target, starter); err != nil {
				return err
			}
			_, err := fmt.Fprintf(c.OutOrStdout(), "wrote %s\nnext: headroom run %s\n", printable(target), printable(target))
			return err
		},
	}
}

// writeNew writes a file that must not exist, making its directory.
func writeNew(path string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if errors.Is(err, fs.ErrExist) {
		return badInput(fmt.Errorf("init: %s exists and is not overwritten", path))
	}
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	return errors.Join(err, file.Close())
}
