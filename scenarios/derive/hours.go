package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// hour is in seconds. 1970-01-01 was a Thursday: three days of the week had gone.
const (
	hour       = 60 * minute
	dayHours   = day / hour
	weekHours  = 7 * dayHours
	epochHours = 3 * dayHours
)

// series is the mean or the sum of a column in each hour; NaN where the source has none.
type series struct {
	first int // hours since 1970
	loads []float64
}

// hourly reads a column over time. The hours at the ends, which may be torn, are left out.
func hourly(dir, path, column string, mean bool) (series, error) {
	sums, counts := map[int]float64{}, map[int]int{}
	low, high := math.MaxInt, 0
	err := eachRow(dir, path, []string{"unix_s", column}, func(cells []string) error {
		at, err := strconv.Atoi(cells[0])
		if err != nil {
			return err
		}
		value, err := strconv.ParseFloat(cells[1], 64)
		if err != nil {
			return err
		}
		h := at / hour
		low, high = min(low, h), max(high, h)
		sums[h] += value
		counts[h]++
		return nil
	})
	if err == nil && high-low < 2 {
		err = fmt.Errorf("%s: fewer than three hours", path)
	}
	if err != nil {
		return series{}, err
	}
	s := series{first: low + 1}
	for h := low + 1; h < high; h++ {
		load := math.NaN()
		if n := counts[h]; n > 0 {
			load = sums[h]
			if mean {
				load /= float64(n)
			}
		}
		s.loads = append(s.loads, load)
	}
	return s, nil
}

// cut returns the hours from one to another, at most to the end.
func (s series) cut(from, to int) series {
	return series{first: s.first + from, loads: s.loads[min(from, len(s.loads)):min(to, len(s.loads))]}
}

// gap returns the first run of hours without a value, both ends, or the end twice.
func (s series) gap() (from, to int) {
	for from < len(s.loads) && !math.IsNaN(s.loads[from]) {
		from++
	}
	for to = from; to < len(s.loads) && math.IsNaN(s.loads[to]); {
		to++
	}
	return from, to
}

// row returns the series as a row of a table, with four digits of each load.
func (s series) row(name string) string {
	words := make([]string, len(s.loads))
	for i, load := range s.loads {
		words[i] = "-"
		if !math.IsNaN(load) {
			words[i] = strconv.FormatFloat(load, 'g', 4, 64)
		}
	}
	return fmt.Sprintf("%s,%d,%s", name, (s.first+epochHours)%weekHours, strings.Join(words, " "))
}

// Lengths of the series that a long source is cut into.
const (
	cupHours  = 29 * dayHours
	taxiHours = 43 * dayHours
	cpuHours  = 31 * dayHours
)

// hours returns the series by which forecasts are judged.
func hours(dir string) (table, error) {
	t := table{name: "hours.csv.gz", header: "series,first_hour_of_week,loads"}
	for _, source := range []struct {
		path, column string
		mean         bool
		add          func(series)
	}{
		{"requests/nasa_http_1995_per_minute.csv.gz", "requests", false, func(s series) {
			from, to := s.gap()
			t.rows = append(t.rows, s.cut(0, from-1).row("nasa-july"), s.cut(to+1, len(s.loads)).row("nasa-august"))
		}},
		{"requests/wc98_per_minute.csv.gz", "requests", false, func(s series) { t.parts(s, "worldcup", cupHours) }},
		{"requests/nab_nyc_taxi_30min.csv.gz", "passengers", false, func(s series) { t.parts(s, "taxi", taxiHours) }},
		{"requests/nab_elb_request_count_5min.csv.gz", "requests", true, func(s series) { t.parts(s, "elb", len(s.loads)) }},
		{"requests/nab_asg_cpu_utilization_5min.csv.gz", "cpu_pct", true, func(s series) { t.parts(s, "asg-cpu", cpuHours) }},
	} {
		s, err := hourly(dir, source.path, source.column, source.mean)
		if err != nil {
			return table{}, err
		}
		source.add(s)
	}
	return t, t.launches(dir)
}

// parts adds the parts of a series that have that length, or most of it.
func (t *table) parts(s series, name string, length int) {
	for part := 1; ; part++ {
		next := s.cut((part-1)*length, part*length)
		if 4*len(next.loads) < 3*length || len(next.loads) == 0 {
			return
		}
		t.rows = append(t.rows, next.row(fmt.Sprintf("%s-%d", name, part)))
	}
}

// launches adds the virtual machines that were launched, for the sizes with the most.
func (t *table) launches(dir string) error {
	const sizes = "abgkm"
	counts := map[byte]map[int]float64{}
	low, high := math.MaxInt, 0
	err := eachRow(dir, "vm/azure_v1_2016_vms.csv.gz", []string{"arrive_bin_s", "flavor"}, func(cells []string) error {
		at, err := strconv.Atoi(cells[0])
		if err != nil {
			return err
		}
		size, h := cells[1][0], at/hour
		if counts[size] == nil {
			counts[size] = map[int]float64{}
		}
		counts[size][h]++
		low, high = min(low, h), max(high, h)
		return nil
	})
	for i := range sizes {
		s := series{first: low + 1}
		for h := low + 1; h < high; h++ {
			s.loads = append(s.loads, counts[sizes[i]][h])
		}
		t.rows = append(t.rows, s.row("azure-vms-"+sizes[i:i+1]))
	}
	return err
}
