package main

import (
	"fmt"
	"os"
	"regexp"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

func newMan() *cobra.Command {
	return &cobra.Command{
		Use:   "man DIR",
		Short: "Write the manual pages of all commands",
		Long: `man writes a page of section 1 for headroom and each of its commands to DIR, which it
makes. "man -l DIR/headroom-run.1" shows one; in a share/man/man1 all find them.`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := os.MkdirAll(args[0], 0o755); err != nil {
				return diskOrInput(err)
			}
			root := c.Root()
			root.DisableAutoGenTag = true
			date := released()
			header := &doc.GenManHeader{Section: "1", Source: "headroom " + version(), Manual: "headroom", Date: &date}
			if err := doc.GenManTree(root, header, args[0]); err != nil {
				return diskOrInput(fmt.Errorf("man: %w", err))
			}
			return nil
		},
	}
}

// released is the day of the commit that a release was made of, else today.
func released() time.Time {
	if day, err := time.Parse(time.DateOnly, regexp.MustCompile(`\d{4}-\d\d-\d\d`).FindString(release)); err == nil {
		return day
	}
	return time.Now().UTC()
}
