package page

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"headroom/results/folder"
	"headroom/results/report"
	"headroom/sim/regular"
)

// diffSaved is what diff.json says that its runs do not.
type diffSaved struct {
	A, B struct {
		Scenario *string `json:"scenario"`
	}
	Changes []struct {
		Key  string  `json:"key"`
		A, B *string // nil: the file does not have it
	} `json:"changes"`
	Warnings []string `json:"warnings"`
}

// openDiff is the page of a comparison of two scenarios.
func openDiff(path string) (*document, error) { return openDiffOf(path, filepath.Dir(path)) }

// openDiffOf is openDiff of a file whose runs are in another folder.
func openDiffOf(path, dir string) (*document, error) {
	text, err := regular.Read(path, mostJSON)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	var saved diffSaved
	if err := json.Unmarshal(text, &saved); err != nil {
		return nil, damaged(path, err)
	}
	if saved.A.Scenario == nil || saved.B.Scenario == nil {
		return nil, damaged(path, errors.New("must name the scenarios a and b"))
	}
	var dirs []string
	for _, side := range report.DiffSides {
		dirs = append(dirs, filepath.Join(dir, side))
	}
	d, err := laid(dirs, []string{*saved.A.Scenario, *saved.B.Scenario})
	if err != nil {
		return nil, err
	}
	rest := d.Sections
	d.Sections = nil
	d.add(saved.changed())
	d.add(rest...)
	warnings := &section{ID: "warnings", Title: "Warnings"}
	if len(saved.Warnings) > 0 {
		warnings.add(&part{Notes: saved.Warnings})
	}
	d.add(warnings)
	return d, nil
}

// changed lists the keys in which the files differ.
func (d *diffSaved) changed() *section {
	s := &section{ID: "changes", Title: "What is different"}
	t := &table{Caption: "Keys", Head: []string{"key", *d.A.Scenario, *d.B.Scenario}, Left: 3}
	text := func(v *string) string {
		if v == nil {
			return "–"
		}
		return *v
	}
	for _, c := range d.Changes {
		t.Rows = append(t.Rows, row{Cells: []string{c.Key, text(c.A), text(c.B)}})
	}
	if len(t.Rows) > 0 {
		s.add(&part{Table: t})
	}
	return s
}

// DiffContent is the page among the files of a comparison, whose runs are in its folder.
func DiffContent(dir string) folder.Content {
	return folder.Content{Name: report.PageFile, From: func(w io.Writer, staged string) error {
		d, err := openDiffOf(filepath.Join(staged, "diff.json"), dir)
		if err != nil {
			return err
		}
		return d.write(w)
	}}
}
