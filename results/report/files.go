package report

import (
	"io"

	"headroom/results"
	"headroom/results/folder"
)

// summaryFile is the file by which the folder of a run is known.
const summaryFile = "summary.json"

// trailFile has the calls of the control plane.
const trailFile = "cloudtrail.jsonl"

// PageFile is the page for people among the files of a command. Package page writes it.
const PageFile = "report.html"

// AboutFile says where the points of a sweep or a search come from. Package page writes it.
const AboutFile = "about.json"

// RunFolder is what [Save] writes to.
func RunFolder() *folder.Kind {
	return &folder.Kind{Name: "run", Mark: summaryFile, Files: []string{
		SavedScenario, "invoice.csv", "timeseries.csv", "timeseries.parquet", "activities.csv",
		decisionsFile, trailFile, "addresses.csv", replicationsFile,
		PageFile,
	}}
}

// LeastFiles are what no run is saved without: other commands read them.
func LeastFiles() []string {
	return []string{summaryFile, SavedScenario, replicationsFile, decisionsFile}
}

// Save writes the files of a run: summary.json, invoice.csv, timeseries.csv and .parquet,
// activities.csv, decisions.csv, cloudtrail.jsonl, addresses.csv, replications.csv and the scenario as it
// was run, and what is made of them. Files of an earlier run are replaced, all of them or none.
func Save(to *folder.Folder, s *results.Summary, scenario []byte, made ...folder.Content) error {
	of := func(write func(io.Writer, *results.Summary) error) func(io.Writer) error {
		return func(w io.Writer) error { return write(w, s) }
	}
	return to.Save(append([]folder.Content{
		{Name: SavedScenario, Write: verbatim(scenario)},
		{Name: "invoice.csv", Write: of(writeInvoice)},
		{Name: "timeseries.csv", Write: of(writeSeries)},
		{Name: "timeseries.parquet", Write: of(writeSeriesParquet)},
		{Name: "activities.csv", Write: of(writeActivities)},
		{Name: decisionsFile, Write: of(writeDecisions)},
		{Name: trailFile, Write: of(writeTrail)},
		{Name: "addresses.csv", Write: of(writeAddresses)},
		{Name: replicationsFile, Write: of(writeMeasured)},
		{Name: summaryFile, Write: func(w io.Writer) error { return writeJSON(w, []*results.Summary{s}) }},
	}, made...))
}

// verbatim writes what there is.
func verbatim(content []byte) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := w.Write(content)
		return err
	}
}
