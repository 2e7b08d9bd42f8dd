// Command derive makes the tables of package catalog from the gathered source
// data: it keeps the columns that the simulator uses, resolves the rules for
// missing prices, and writes sorted CSV. The same input gives the same bytes.
//
// It is run by `go generate` in model/catalog; -data (or HEADROOM_DATA) names
// the directory that holds ec2/, prices/ and spot/.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// regions are the Regions that the catalogue covers: all commercial ones that have prices.
var regions = []string{
	"af-south-1", "ap-east-1", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-south-2",
	"ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4", "ap-southeast-5", "ap-southeast-7",
	"ca-central-1", "ca-west-1", "eu-central-1", "eu-central-2", "eu-north-1", "eu-south-1", "eu-south-2",
	"eu-west-1", "eu-west-2", "eu-west-3", "il-central-1", "me-central-1", "me-south-1", "mx-central-1",
	"sa-east-1", "us-east-1", "us-east-2", "us-west-1", "us-west-2",
}

// gathered are the Regions that have estimates, hosts and service prices of their own
// in the source; those of the others are derived from lists of all Regions.
var gathered = []string{"ap-northeast-1", "ap-northeast-2", "eu-west-1", "us-east-1", "us-west-2"}

func main() {
	dataDir := flag.String("data", os.Getenv("HEADROOM_DATA"), "directory of the source data (default $HEADROOM_DATA)")
	outDir := flag.String("out", "data", "directory to write the tables to")
	flag.Parse()
	if *dataDir == "" {
		fmt.Fprintln(os.Stderr, "derive: name the source data with -data or HEADROOM_DATA")
		os.Exit(2)
	}
	if err := run(*dataDir, *outDir); err != nil {
		fmt.Fprintln(os.Stderr, "derive:", err)
		os.Exit(1)
	}
}

// run derives every table of dataDir and writes it below outDir.
func run(dataDir, outDir string) error {
	tables, err := deriveAll(dataDir)
	if err != nil {
		return err
	}
	for _, t := range tables {
		if err := t.write(outDir); err != nil {
			return err
		}
	}
	return nil
}

// deriveAll returns every table, in a fixed order.
func deriveAll(dataDir string) ([]output, error) {
	in, err := read(dataDir)
	if err != nil {
		return nil, err
	}
	tables := []output{in.types(), in.storage(), in.interfaces(), in.shapes(), in.speeds(), in.plans(), in.regions()}
	for _, region := range regions {
		tables = append(tables, in.instances(region), in.licensed(region), in.hosts(region), in.services(region))
	}
	return tables, nil
}

// output is one table to be written: a header and rows, sorted bytewise so
// that the reader can search them.
type output struct {
	path   string // below the output directory; .gz is compressed
	notice string // lines that begin with #, before the header
	header string
	rows   []string
}

// text returns the table as CSV.
func (t output) text() string {
	slices.Sort(t.rows)
	return t.notice + t.header + "\n" + strings.Join(t.rows, "\n") + "\n"
}

// write stores the table below dir.
func (t output) write(dir string) error {
	content := []byte(t.text())
	if strings.HasSuffix(t.path, ".gz") {
		var err error
		if content, err = t.packed(); err != nil {
			return err
		}
	}
	path := filepath.Join(dir, filepath.FromSlash(t.path))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, content, 0o644)
}

// row joins cells to a line. No cell of ours holds a comma or a quote.
func row(cells ...string) string {
	line := strings.Join(cells, ",")
	if strings.Count(line, ",") != len(cells)-1 || strings.ContainsAny(line, "\"\n") {
		panic("derive: a cell needs quoting: " + line)
	}
	return line
}

// flag01 writes a flag.
func flag01(on bool) string {
	if on {
		return "1"
	}
	return "0"
}

// number writes a derived number with six significant digits: more than a
// median of price ratios carries.
func number(x float64) string { return strconv.FormatFloat(x, 'g', 6, 64) }

// parse reads a number that the source promises to hold.
func parse(cell string) float64 {
	x, err := strconv.ParseFloat(cell, 64)
	if err != nil {
		panic("derive: " + err.Error())
	}
	return x
}
