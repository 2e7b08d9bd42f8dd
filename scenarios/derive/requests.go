package main

import "fmt"

// copyrightFile must stand, unmodified, beside the World Cup counts.
const copyrightFile = "WC98_COPYRIGHT.txt"

const (
	minute = 60
	day    = 24 * 60 * minute

	// matchDayStart is 1998-06-30 00:00 UTC, the busiest day of the World Cup
	// site: Romania–Croatia at 14:30 and Argentina–England at 19:00 UTC.
	matchDayStart = 899164800
)

// matchDay returns the requests of each minute of the match day.
func matchDay(dir string) (table, error) {
	t := table{name: "worldcup98.csv.gz", header: "offset_s,requests"}
	columns := []string{"unix_s", "requests"}
	err := eachRow(dir, "requests/wc98_per_minute.csv.gz", columns, func(cells []string) error {
		row, err := integers(cells)
		if err != nil {
			return err
		}
		offset := row[0] - matchDayStart
		if offset < 0 || offset >= day {
			return nil
		}
		if want := len(t.rows) * minute; offset != want {
			return fmt.Errorf("minute at %d s of the day, want %d s", offset, want)
		}
		t.rows = append(t.rows, fmt.Sprintf("%d,%d", offset, row[1]))
		return nil
	})
	if err == nil && len(t.rows) != day/minute {
		err = fmt.Errorf("requests/wc98_per_minute.csv.gz: %d minutes of the match day, want %d", len(t.rows), day/minute)
	}
	return t, err
}

// nasaDay returns the requests of the log of 1995-08-01, with the bytes of
// their responses. Offsets count from the first request, at 06:00 UTC.
func nasaDay(dir string) (table, error) {
	t := table{name: "nasa.csv.gz", header: "offset_s,bytes"}
	columns := []string{"unix_s", "bytes"}
	start, last := 0, 0
	err := eachRow(dir, "requests/nasa_http_1995-08-01_requests.csv.gz", columns, func(cells []string) error {
		row, err := integers(cells)
		if err != nil {
			return err
		}
		if len(t.rows) == 0 {
			start, last = row[0], row[0]
		}
		if row[0] < last {
			return fmt.Errorf("request at %d s after one at %d s", row[0], last)
		}
		last = row[0]
		t.rows = append(t.rows, fmt.Sprintf("%d,%d", last-start, row[1]))
		return nil
	})
	return t, err
}
