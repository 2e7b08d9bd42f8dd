package report

import (
	"encoding/csv"
	"io"
	"math"
	"strconv"
	"strings"

	"headroom/results/folder"
	"headroom/results/search"
	"headroom/scenarios/space"
)

// SearchPage is what is read of a search for the cheapest configuration.
type SearchPage struct {
	Scenario, File string
	Seed           uint64
	PriceDate      string
	*search.Outcome
	Minimize string
	Search   *space.Search
	Flags    []string                // of the command that runs a candidate, besides its choices
	Label    func(key string) string // a key as tables show it; nil: as it is
	Warnings []string                // of the scenario; those of the outcome follow
	Color    bool
}

// searchFile is the file by which the directory of a search is known.
const searchFile = "search.csv"

// SearchFolder is what [SearchPage.Save] writes to. Its other files are those of the
// command.
func SearchFolder(others ...string) *folder.Kind {
	return &folder.Kind{Name: "search", Mark: searchFile, Files: append([]string{SavedScenario, AboutFile, PageFile}, others...)}
}

// Save writes search.csv and, unless it is nil, the recommended scenario.toml. The
// recommendation of an earlier search does not outlive it. What is made of the files follows.
func (s *SearchPage) Save(to *folder.Folder, scenario []byte, made ...folder.Content) error {
	files := []folder.Content{{Name: searchFile, Write: s.writeCSV}}
	if scenario != nil {
		files = append(files, folder.Content{Name: SavedScenario, Write: verbatim(scenario)})
	}
	return to.Save(append(files, made...))
}

// Write renders the page. CSV is search.csv: a row a candidate that was tried.
func (s *SearchPage) Write(w io.Writer, format Format) error {
	switch format {
	case CSV:
		return s.writeCSV(w)
	case JSON:
		return s.writeJSON(w)
	}
	p := page{w: w, markdown: format == Markdown, paint: painter(s.Color && format == Table)}
	s.writePage(&p)
	return p.err
}

// writeCSV writes a row a candidate: its number, its choices, what became of it
// and why, its replications and how many of them count in the numbers, of a search that
// screens what was played for them, then what is minimised and the metrics of the thresholds, each with the half-width of its 95 %
// interval.
func (s *SearchPage) writeCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	head := append([]string{"candidate"}, s.Search.Axes()...)
	head = append(head, "result", WhyColumn, "replications", "counted")
	if s.Screened > 0 {
		head = append(head, FidelityColumn)
	}
	head = append(head, s.Minimize, s.Minimize+".half_width")
	metrics := []int{} // thresholds whose metric has no column yet
	known := map[string]bool{s.Minimize: true}
	for i, m := range s.limits() {
		if !known[m.Key] {
			known[m.Key] = true
			metrics = append(metrics, i)
			head = append(head, m.Key, m.Key+".half_width")
		}
	}
	_ = out.Write(head) // csv.Writer keeps the first error for Error
	for i := range s.Tried {
		c := &s.Tried[i]
		record := []string{strconv.Itoa(c.Index)}
		for _, v := range s.Search.Settings(c.Index) {
			record = append(record, v.Text)
		}
		record = append(record, string(c.Result), c.Why, strconv.Itoa(c.Replications), strconv.Itoa(c.Counted))
		if s.Screened > 0 {
			record = append(record, s.fidelity(c))
		}
		record = append(record, decimal(c.Cost.Value), decimal(c.Cost.HalfWidth))
		for _, k := range metrics {
			value, half := math.NaN(), math.NaN()
			if k < len(c.Margins) {
				value, half = c.Margins[k].Value, c.Margins[k].HalfWidth
			}
			record = append(record, decimal(value), decimal(half))
		}
		_ = out.Write(record)
	}
	out.Flush()
	return out.Error()
}

// FidelityColumn says what was played for the numbers of a row, as run.fidelity names it.
const FidelityColumn = "fidelity"

// WhyColumn says why: of a candidate what became of it, of a point what was played.
const WhyColumn = "why"

// fidelity is what was played for the numbers of a candidate, "" if the search does not
// screen, or there are none.
func (s *SearchPage) fidelity(c *search.Candidate) string {
	switch {
	case s.Screened == 0 || c.Counted == 0:
		return ""
	case c.Rates:
		return "fluid"
	}
	return "request"
}

// limits returns the margins of some candidate that has any: which thresholds
// there are.
func (s *SearchPage) limits() []search.Margin {
	for i := range s.Tried {
		if len(s.Tried[i].Margins) > 0 {
			return s.Tried[i].Margins
		}
	}
	return nil
}

// command is the command line that runs a candidate: as often as its numbers on
// the page come from.
func (s *SearchPage) command(c *search.Candidate) string {
	parts := []string{"headroom", "run", ShellQuote(s.File)}
	for _, flag := range s.Flags {
		parts = append(parts, ShellQuote(flag))
	}
	for _, set := range s.Search.Assignments(c.Index) {
		parts = append(parts, "--set", ShellQuote(set))
	}
	if c.From == search.Confirming {
		parts = append(parts, "--replications", strconv.Itoa(c.Reruns()))
	}
	return strings.Join(parts, " ")
}

// ShellQuote writes a word so that a shell reads it as one.
func ShellQuote(word string) string {
	if word != "" && strings.IndexFunc(word, func(r rune) bool {
		return !strings.ContainsRune("._-/=:,+%@", r) && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	}) < 0 {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
