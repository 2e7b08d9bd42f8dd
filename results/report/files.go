package report

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"headroom/results"
)

// summaryFile is the file by which a run directory is known. It is written
// last: where it stands, the others are complete.
const summaryFile = "summary.json"

// runFile is one file of a run.
type runFile struct {
	name  string
	write func(io.Writer, *results.Summary) error
}

// runFiles lists the files that are written from a summary.
func runFiles() []runFile {
	return []runFile{
		{"invoice.csv", writeInvoice},
		{"timeseries.csv", writeSeries},
		{"activities.csv", writeActivities},
		{replicationsFile, writeMeasured},
		{summaryFile, func(w io.Writer, s *results.Summary) error { return writeJSON(w, []*results.Summary{s}) }},
	}
}

// CheckDir reports whether [Save] may write to a directory: it does not exist
// yet, is empty, or holds an earlier run, which will be replaced.
func CheckDir(dir string) error { return checkDir(dir, "run", summaryFile) }

// checkDir reports a directory that is neither empty nor holds earlier results,
// which are known by a file.
func checkDir(dir, what, file string) error {
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case len(entries) == 0:
		return nil
	}
	if _, err := os.Stat(filepath.Join(dir, file)); err != nil {
		return fmt.Errorf("%s: must be empty or hold an earlier %s (%s), got other files", dir, what, file)
	}
	return nil
}

// Save writes the files of a run to a directory, which it makes: summary.json,
// invoice.csv, timeseries.csv, activities.csv, replications.csv and the scenario as
// it was run.
// Each file is written in full before it takes its place, the summary last.
// Files of an earlier run are replaced.
func Save(dir string, s *results.Summary, scenario []byte) error {
	if err := CheckDir(dir); err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	temporary, err := os.MkdirTemp(dir, ".unfinished-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temporary)
	files := append([]runFile{{SavedScenario, func(w io.Writer, _ *results.Summary) error {
		_, err := w.Write(scenario)
		return err
	}}}, runFiles()...)
	for _, f := range files {
		if err := f.create(temporary, s); err != nil {
			return err
		}
	}
	for _, f := range files {
		if err := os.Rename(filepath.Join(temporary, f.name), filepath.Join(dir, f.name)); err != nil {
			return err
		}
	}
	return nil
}

func (f runFile) create(dir string, s *results.Summary) error {
	file, err := os.Create(filepath.Join(dir, f.name))
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(file, 1<<16)
	return errors.Join(f.write(out, s), out.Flush(), file.Close())
}
