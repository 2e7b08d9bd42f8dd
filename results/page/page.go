package page

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"headroom/results/folder"
	"headroom/results/report"
)

// Page is what people see of the directories of --out.
type Page struct{ document *document }

// Write writes the page as one HTML file.
func (p *Page) Write(w io.Writer) error { return p.document.write(w) }

// Content is the page among the files that a command saves.
func Content() folder.Content {
	return folder.Content{Name: report.PageFile, From: func(w io.Writer, dir string) error {
		p, err := Open(dir)
		if err != nil {
			return err
		}
		return p.Write(w)
	}}
}

// kinds says by which file a directory is known, and what its page is.
var kinds = []struct {
	file string
	open func(dir, file string) (*document, error)
}{
	{"summary.json", func(dir, _ string) (*document, error) {
		r, err := readRun(dir)
		if err != nil {
			return nil, err
		}
		return r.document(), nil
	}},
	{"compare.json", openPlans},
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
			return nil, fmt.Errorf("%s: must be a directory of --out, got a file; name the directory that it is in", dir)
		}
	}
	if len(dirs) > 1 {
		d, err := openRuns(dirs)
		return &Page{d}, err
	}
	var names []string
	for _, k := range kinds {
		if _, err := os.Stat(filepath.Join(dirs[0], k.file)); err == nil {
			d, err := k.open(dirs[0], k.file)
			return &Page{d}, err
		}
		names = append(names, k.file)
	}
	return nil, fmt.Errorf("%s: must be a directory of --out, which has one of %s%s", dirs[0], strings.Join(names, ", "), below(dirs[0]))
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
