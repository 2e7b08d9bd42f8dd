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

// The taxi weeks that are played begin on Monday 2014-10-13; two weeks before are their
// history.
const (
	taxiStart = 1413158400
	taxiSpan  = 14 * day
	taxiShare = 10 // one of so many passengers is a request
)

// taxiWeeks returns the passengers of each half hour of the weeks that are played.
func taxiWeeks(dir string) (table, error) {
	t := table{name: "taxi.csv.gz", header: "offset_s,passengers"}
	err := eachTaxi(dir, func(offset, passengers int) {
		if offset >= 0 && offset < taxiSpan {
			t.rows = append(t.rows, fmt.Sprintf("%d,%d", offset, passengers))
		}
	})
	return t, err
}

// taxiHistory returns the requests in a minute of each half hour before.
func taxiHistory(dir string) (table, error) {
	t := table{name: "taxi-history.csv.gz", header: "t,load"}
	err := eachTaxi(dir, func(offset, passengers int) {
		if offset >= -taxiSpan && offset < 0 {
			t.rows = append(t.rows, fmt.Sprintf("%d,%.2f", -offset, float64(passengers)/30/taxiShare))
		}
	})
	return t, err
}

// eachTaxi reads the passengers of each half hour, from the start of the played weeks.
func eachTaxi(dir string, take func(offset, passengers int)) error {
	return eachRow(dir, "requests/nab_nyc_taxi_30min.csv.gz", []string{"unix_s", "passengers"}, func(cells []string) error {
		row, err := integers(cells)
		if err == nil {
			take(row[0]-taxiStart, row[1])
		}
		return err
	})
}
