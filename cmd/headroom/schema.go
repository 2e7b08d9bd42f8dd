package main

import (
	"encoding/json"

	"github.com/spf13/cobra"

	"headroom/scenarios/tables"
)

func newSchema() *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of scenario files, for editors",
		Long: `schema prints the keys of scenario files as JSON Schema (draft 7). Editors with Taplo, such
as VS Code with Even Better TOML, then complete keys, show what they mean and mark
what is wrong while you type. Put it beside your files and name it in their first line:

  headroom schema > headroom.schema.json
  #:schema ./headroom.schema.json

It knows keys, types, bounds and words; what goes with what says headroom validate.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			e := json.NewEncoder(c.OutOrStdout())
			e.SetIndent("", " ")
			e.SetEscapeHTML(false)
			return e.Encode(tables.Vocabulary().JSONSchema("headroom scenario", tables.TerraformKeys()))
		},
	}
}
