// Command derive makes the tables that the stock scenarios play from the
// gathered source data: it keeps the days and the columns that are played, and
// decides what the source leaves open (lifetimes known by their range, arrivals
// by their five minutes). The same input gives the same bytes.
//
//	go run ./scenarios/derive -data DIR
//
// DIR holds requests/, vm/ and spot/; DIR may also be given by HEADROOM_DATA.
package main

import (
	"bytes"
	"compress/gzip"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	dataDir := flag.String("data", os.Getenv("HEADROOM_DATA"), "directory of the source data (default $HEADROOM_DATA)")
	outDir := flag.String("out", "scenarios/data", "directory to write the tables to")
	judged := flag.String("judged", "model/forecast/testdata", "directory to write the series to by which forecasts are judged")
	flag.Parse()
	if *dataDir == "" {
		fmt.Fprintln(os.Stderr, "derive: name the source data with -data or HEADROOM_DATA")
		os.Exit(2)
	}
	if err := run(*dataDir, *outDir, *judged); err != nil {
		fmt.Fprintln(os.Stderr, "derive:", err)
		os.Exit(1)
	}
}

// run derives every table of dataDir and writes what is played below outDir and what
// forecasts are judged by below judged. Nothing is written unless all could be derived.
func run(dataDir, outDir, judged string) error {
	var tables []table
	for _, derive := range []func(string) (table, error){matchDay, nasaDay, azureDays, taxiWeeks, taxiHistory, spotFleet} {
		t, err := derive(dataDir)
		if err != nil {
			return err
		}
		tables = append(tables, t)
	}
	series, err := hours(dataDir)
	if err != nil {
		return err
	}
	notice, err := os.ReadFile(filepath.Join(dataDir, "requests", copyrightFile))
	if err != nil {
		return err
	}
	for _, dir := range []string{outDir, judged} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	if err := series.write(judged); err != nil {
		return err
	}
	for _, t := range tables {
		if err := t.write(outDir); err != nil {
			return err
		}
	}
	return os.WriteFile(filepath.Join(outDir, copyrightFile), notice, 0o644)
}

// table is one derived table: a header and rows in order of time.
type table struct {
	name   string // of the compressed file
	header string
	rows   []string
}

// write stores the table below dir as compressed CSV.
func (t table) write(dir string) error {
	var packed bytes.Buffer
	zip, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return err
	}
	text := t.header + "\n" + strings.Join(t.rows, "\n") + "\n"
	if _, err := zip.Write([]byte(text)); err != nil { // zip.Header has no time: mtime 0
		return err
	}
	if err := zip.Close(); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, t.name), packed.Bytes(), 0o644)
}
