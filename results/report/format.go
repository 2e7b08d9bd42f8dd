package report

import (
	"fmt"
	"io"
	"strings"

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
	// GitHub is annotations of a workflow, JUnit a report of tests and OpenMetrics the
	// minutes of a run, where there is something to say in them.
	GitHub      Format = "github"
	JUnit       Format = "junit"
	OpenMetrics Format = "openmetrics"
)

// Formats lists the formats that every command has, and more of its own.
func Formats(more ...Format) []Format { return append([]Format{Table, Markdown, JSON, CSV}, more...) }

// RunFormats, DiffFormats and PlansFormats list what more there is of runs, of
// differences and of ways of buying.
func RunFormats() []Format   { return []Format{GitHub, JUnit, OpenMetrics} }
func DiffFormats() []Format  { return []Format{GitHub, JUnit} }
func PlansFormats() []Format { return []Format{GitHub, JUnit} }

// ParseFormat returns the format of that name, of those that every command has and more.
func ParseFormat(name string, more ...Format) (Format, error) {
	var names []string
	for _, f := range Formats(more...) {
		if string(f) == name {
			return f, nil
		}
		names = append(names, string(f))
	}
	return "", fmt.Errorf("format: must be one of %s, got %q", strings.Join(names, ", "), name)
}

// Options say how to write.
type Options struct {
	Format Format
	Color  bool // tables: colour verdicts and warnings
	// Sparklines shows how replication 0 of a run went, in tables.
	Sparklines bool
	// At says where the scenario with that index has the threshold on a metric, or where
	// it is ("" for the metric); nil: nobody knows.
	At func(scenario int, key string) Place
}

func (o *Options) place(scenario int, key string) Place {
	if o.At == nil {
		return Place{}
	}
	return o.At(scenario, key)
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
	case GitHub:
		return writeGitHub(w, o, summaries)
	case JUnit:
		return writeJUnit(w, o, summaries)
	case OpenMetrics:
		return writeOpenMetrics(w, summaries)
	}
	panic("report: unknown format " + string(o.Format))
}
