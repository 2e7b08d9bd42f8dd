package report

import (
	"encoding/csv"
	"io"
	"math"
	"strconv"

	"headroom/results"
)

// writeCSV writes a line a metric.
func writeCSV(w io.Writer, summaries []*results.Summary) error {
	out := csv.NewWriter(w)
	head := []string{"metric", "value", "half_width", "n", "unit"}
	several := len(summaries) != 1
	if several {
		head = append([]string{"scenario"}, head...)
	}
	_ = out.Write(head) // csv.Writer keeps the first error for Error
	for _, s := range summaries {
		for _, v := range s.Metrics {
			record := []string{v.Key, decimal(v.Value), decimal(v.HalfWidth), strconv.Itoa(v.N), v.Unit}
			if several {
				record = append([]string{s.Scenario}, record...)
			}
			_ = out.Write(record)
		}
	}
	out.Flush()
	return out.Error()
}

// decimal writes a number in full; what is unknown is empty.
func decimal(v float64) string { return string(appendDecimal(nil, v)) }

// appendDecimal appends it.
func appendDecimal(to []byte, v float64) []byte {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return to
	}
	form := byte('f')
	if size := math.Abs(v); size != 0 && (size < 1e-6 || size >= 1e21) { // as JSON writes them
		form = 'e'
	}
	return strconv.AppendFloat(to, v, form, -1, 64)
}
