package page

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"headroom/results/folder"
	"headroom/results/report"
	"headroom/results/sweep"
	"headroom/sim/regular"
)

// Page is what people see of the directories of --out.
type Page struct{ document *document }

// Write writes the page as one HTML file.
func (p *Page) Write(w io.Writer) error { return p.document.write(w) }

// About is what the rows of a sweep or a search do not say of where they come from.
type About struct {
	Name  string   `json:"scenario"`
	File  string   `json:"file"`            // that it is in
	Flags []string `json:"flags,omitempty"` // of the command that runs a point, besides its settings
	Aims  []string `json:"aims,omitempty"`  // two metrics that points are weighed by; nil: cost and latency
	// Planned is how many points a sweep has with those that are not done; 0: nobody knows.
	Planned int `json:"planned,omitempty"`

	missing bool // nobody says
}

// Content is about.json among the files of a sweep or a search: what a page of them says
// that no row does.
func (a About) Content() folder.Content {
	return folder.Content{Name: report.AboutFile, Write: func(w io.Writer) error {
		out := json.NewEncoder(w)
		out.SetEscapeHTML(false)
		out.SetIndent("", "  ")
		return out.Encode(a)
	}}
}

// readAbout reads about.json of a directory, which earlier ones have not.
func readAbout(dir string) (About, error) {
	about := About{Name: filepath.Base(absolute(dir)), File: "FILE", missing: true}
	path := filepath.Join(dir, report.AboutFile)
	text, err := regular.Read(path, mostJSON)
	if errors.Is(err, fs.ErrNotExist) {
		return about, nil
	}
	if err != nil {
		return about, fmt.Errorf("%s: %w", path, err)
	}
	about = About{}
	if err := json.Unmarshal(text, &about); err != nil {
		return about, damaged(path, err)
	}
	if about.Name == "" || about.File == "" {
		return about, damaged(path, errors.New("must have a scenario and a file"))
	}
	return about, nil
}

// Content is the page among the files that a command saves.
func Content() folder.Content {
	return folder.Content{Name: report.PageFile, From: func(w io.Writer, dir string) error {
		d, err := open(dir)
		if err != nil {
			return err
		}
		return d.write(w)
	}}
}

// kinds says by which file a directory is known, and what its page is.
var kinds = []struct {
	file string
	open func(path string) (*document, error)
}{
	{"summary.json", func(path string) (*document, error) {
		dir := filepath.Dir(path)
		r, err := readRun(dir, drawn)
		if err != nil {
			return nil, err
		}
		return r.document(), nil
	}},
	{"compare.json", openPlans},
	{"fleet.json", openFleet},
	{"diff.json", openDiff},
	{"search.csv", openDesign},
	{"sweep.csv", openDesign},
}

// Open reads what a command saved to a directory, or several runs, to lay the others over
// the first. The error says which file is damaged, or what there is instead.
func Open(dirs ...string) (*Page, error) {
	for _, dir := range dirs {
		switch info, err := os.Stat(dir); {
		case errors.Is(err, fs.ErrNotExist):
			return nil, fmt.Errorf("%s: no such directory; `headroom run FILE --out DIR` writes one", dir)
		case err != nil:
			return nil, err
		case !info.IsDir():
			return nil, report.NoDirectory(dir)
		}
	}
	if len(dirs) > 1 {
		d, err := openRuns(dirs)
		return &Page{d}, err
	}
	d, err := open(dirs[0])
	return &Page{d}, err
}

// open reads one directory.
func open(dir string) (*document, error) {
	var names []string
	for _, k := range kinds {
		path := filepath.Join(dir, k.file)
		if _, err := os.Stat(path); err == nil {
			return k.open(path)
		}
		names = append(names, k.file)
	}
	for _, u := range unfinished {
		if _, err := os.Stat(filepath.Join(dir, u.file)); err == nil {
			return nil, fmt.Errorf("%s: holds a %s that was ended before it had a result: `%s --out %s` goes on with it", dir, u.thing, u.command, report.ShellQuote(dir))
		}
	}
	return nil, fmt.Errorf("%s: must be a directory of --out, which has one of %s%s", dir, strings.Join(names, ", "), below(dir))
}

// unfinished are the files that commands keep what they have in until there is a result.
var unfinished = []struct{ file, thing, command string }{
	{sweep.MemoryName, "search", "headroom recommend FILE"},
	{sweep.JournalName, "sweep", "headroom sweep FILE"},
	{sweep.ArchiveName, "purchase", "headroom recommend plan FILE"},
}

// absolute is a path that has a name.
func absolute(dir string) string {
	if path, err := filepath.Abs(dir); err == nil {
		return path
	}
	return dir
}

// below suggests the runs that a directory has below it, as several scenarios leave
// them.
func below(dir string) string {
	found, err := filepath.Glob(filepath.Join(dir, "*", kinds[0].file))
	if err != nil || len(found) == 0 {
		return ""
	}
	for i := range found {
		found[i] = filepath.Dir(found[i])
	}
	return "; there are " + strings.Join(found[:min(len(found), mostEach)], ", ")
}
