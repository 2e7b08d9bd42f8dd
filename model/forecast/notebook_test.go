package forecast_test

import (
	"compress/gzip"
	"encoding/csv"
	"flag"
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"headroom/model/forecast"
	"headroom/sim/notebook"
)

var update = flag.Bool("update", false, "write the answers of the notebooks anew")

func TestNotebooks(t *testing.T) {
	notebook.Check(t, "testdata/*.txt", *update, notebook.Commands(map[string]notebook.Command{
		"forecast": asked, "judge": judged,
	}))
}

// series are the hours by which forecasters are judged, with their names.
func series(t testing.TB) (names []string, all []forecast.History) {
	t.Helper()
	file, err := os.Open("testdata/hours.csv.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	text, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(text).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows[1:] {
		first, err := strconv.Atoi(row[1])
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, row[0])
		all = append(all, forecast.History{Hours: loads(t, row[2]), First: first})
	}
	return names, all
}

// loads reads the loads of hours, "-" being one that is not known.
func loads(t testing.TB, text string) []float64 {
	t.Helper()
	var hours []float64
	for _, word := range strings.Fields(text) {
		load := math.NaN()
		if word != "-" {
			var err error
			if load, err = strconv.ParseFloat(word, 64); err != nil {
				t.Fatal(err)
			}
		}
		hours = append(hours, load)
	}
	return hours
}

// asked forecasts from days that are given a line each, Monday first.
func asked(t *testing.T, a *notebook.Arguments, input []string) string {
	spec, ok := forecast.Find(a.Text("by", forecast.Default))
	if !ok {
		t.Fatal("unknown forecaster")
	}
	var h forecast.History
	for _, line := range input {
		words := strings.Fields(line)
		times := 1
		if last := words[len(words)-1]; strings.HasPrefix(last, "x") {
			times, _ = strconv.Atoi(last[1:])
			words = words[:len(words)-1]
		}
		day := loads(t, strings.Join(words, " "))
		for range times {
			for hour := range forecast.Day {
				h.Hours = append(h.Hours, day[hour*len(day)/forecast.Day])
			}
		}
	}
	f, ok := spec.New().Forecast(h, a.Integer("hours", forecast.Day))
	if !ok {
		return "no forecast"
	}
	var said []string
	for i := 0; i < len(f.Mean); i += forecast.Day / a.Integer("a-day", 1) {
		said = append(said, fmt.Sprintf("%.4g up to %.4g", f.Mean[i], f.High[i]))
	}
	return strings.Join(said, "\n")
}

// judged compares the default forecaster with the others on all series.
func judged(t *testing.T, _ *notebook.Arguments, _ []string) string {
	names, all := series(t)
	answer := fmt.Sprintf("%-12s %8s %8s %8s %8s %8s\n", "", "naive", "seasonal", "trended", "mixture", "covered")
	relative := map[string][]float64{}
	covered := 0.0
	for i, h := range all {
		scores := map[string]forecast.Score{}
		for _, spec := range forecast.Registry {
			scores[spec.Name] = forecast.Rolling(spec.New(), h, 3*forecast.Day)
		}
		best := scores[forecast.Default]
		answer += fmt.Sprintf("%-12s %8.3f %8.3f %8.3f %8.3f %8.3f\n", names[i],
			scores["naive"].Missed, scores["seasonal"].Missed, scores["trended"].Missed, best.Missed, best.Covered)
		covered += best.Covered / float64(len(all))
		for _, other := range []string{"naive", "seasonal", "trended"} {
			relative[other] = append(relative[other], best.Missed/scores[other].Missed)
		}
		relative["pinball"] = append(relative["pinball"], best.Pinball/scores["trended"].Pinball)
	}
	verdict := func(what string, value float64, expected string, inside bool) {
		answer += notebook.Verdict{What: what, Value: fmt.Sprintf("%.3f", value), Expected: expected, Inside: inside}.String() + "\n"
	}
	below := func(what string, value, limit float64) {
		verdict(what, value, fmt.Sprintf("at most %.2f", limit), value <= limit)
	}
	below("error against the seasonal mean with trend, median series", median(relative["trended"]), 0.75)
	below("error against the seasonal mean with trend, worst series", slices.Max(relative["trended"]), 1)
	below("error against the seasonal mean, median series", median(relative["seasonal"]), 0.9)
	below("error against the day before, median series", median(relative["naive"]), 0.9)
	below("pinball loss against the seasonal mean with trend, median series", median(relative["pinball"]), 0.75)
	verdict("hours below the band's upper end, mean of the series", covered, "0.88 to 0.92", covered >= 0.88 && covered <= 0.92)
	return answer
}

// median returns the middle of the values, or the mean of the two in the middle.
func median(values []float64) float64 {
	slices.Sort(values)
	n := len(values)
	return (values[(n-1)/2] + values[n/2]) / 2
}
