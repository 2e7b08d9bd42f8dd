package report

import (
	"fmt"
	"io"

	"headroom/results"
)

// Format is how results are written.
type Format string

// Formats.
const (
	Table    Format = "table"
	Markdown Format = "markdown"
	JSON     Format = "json"
	CSV      Format = "csv"
)

// Formats lists the formats.
func Formats() []Format { return []Format{Table, Markdown, JSON, CSV} }

// ParseFormat returns the format of that name.
func ParseFormat(name string) (Format, error) {
	for _, f := range Formats() {
		if string(f) == name {
			return f, nil
		}
	}
	return "", fmt.Errorf("format: must be one of table, markdown, json, csv, got %q", name)
}

// Options say how to write.
type Options struct {
	Format Format
	Color  bool // tables: colour verdicts and warnings
	// Sparklines shows how replication 0 of a run went, in tables.
	Sparklines bool
}

// Write renders summaries one after the other. JSON is an object for one
// summary and an array for several; CSV gets a column for the scenario's name
// when there are several.
func Write(w io.Writer, o Options, summaries []*results.Summary) error {
	switch o.Format {
	case Table, Markdown:
		return writeTables(w, o, summaries)
	case JSON:
		return writeJSON(w, summaries)
	case CSV:
		return writeCSV(w, summaries)
	}
	panic("report: unknown format " + string(o.Format))
}
