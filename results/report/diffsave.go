package report

import (
	"io"

	"headroom/results/folder"
)

// The files of a comparison of two scenarios, and the folders of its runs.
const (
	diffFile  = "diff.json"
	diffTable = "diff.csv"
)

// DiffSides are the folders in that of a comparison which have its two runs.
var DiffSides = [2]string{"a", "b"}

// DiffFolder is what [ComparisonPage.Save] writes to.
func DiffFolder() *folder.Kind {
	return &folder.Kind{Name: "diff", Mark: diffFile, Files: []string{diffTable, PageFile}}
}

// Save writes diff.json, diff.csv, and what is made of them and of the two runs.
func (c *ComparisonPage) Save(to *folder.Folder, made ...folder.Content) error {
	return to.Save(append([]folder.Content{
		{Name: diffTable, Write: func(w io.Writer) error { return c.sheet(true).Write(w, CSV) }},
		{Name: diffFile, Write: c.writeJSON},
	}, made...))
}
