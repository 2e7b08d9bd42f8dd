package main

import (
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"time"

	"github.com/spf13/cobra"

	"headroom/results/folder"
)

// nameOfManual is the name of newMan's command.
const nameOfManual = "man"

func newMan() *cobra.Command {
	return &cobra.Command{
		Use:   nameOfManual + " DIR",
		Short: "Write the manual pages of all commands",
		Long: `man writes a page of section 1 for headroom and each of its commands to DIR, which it
makes. "man -l DIR/headroom-run.1" shows one; in a share/man/man1 all find them.`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := disk.MakeDirs(args[0], 0o777); err != nil {
				return diskOrInput(fmt.Errorf("man: %s: must be a directory, or one that can be made: %w", printable(args[0]), err))
			}
			if err := writeManual(c.Root(), args[0]); err != nil {
				return diskOrInput(fmt.Errorf("man: %w", err))
			}
			return nil
		},
	}
}

// writeManual writes the page of a command and those of the commands in it, each whole
// or not at all.
func writeManual(c *cobra.Command, dir string) error {
	err := folder.Write(disk, filepath.Join(dir, pageName(c)+".1"), func(to io.Writer) error { return writeManPage(to, c, released()) })
	for _, part := range c.Commands() {
		if err == nil && part.IsAvailableCommand() && !part.IsAdditionalHelpTopicCommand() {
			err = writeManual(part, dir)
		}
	}
	return err
}

// released is the day of the commit that a release was made of, else today.
func released() time.Time {
	if day, err := time.Parse(time.DateOnly, regexp.MustCompile(`\d{4}-\d\d-\d\d`).FindString(release)); err == nil {
		return day
	}
	return time.Now().UTC()
}
