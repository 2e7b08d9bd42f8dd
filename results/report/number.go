package report

import (
	"math"
	"strconv"
	"strings"

	"headroom/sim/stat"
)

// cell is a number in a table: what stands before the ± and after it.
type cell struct{ value, half string }

// estimate formats a measured number for people, n being the usual number of
// observations.
func estimate(e stat.Estimate, unit string, n int) cell {
	size := math.Abs(e.Value)
	if e.HalfWidth > size {
		size = e.HalfWidth
	}
	scale, prefix, suffix := unitOf(size, unit)
	value, half := e.Value*scale, e.HalfWidth*scale
	decimals := decimalsOf(value, half, unit)
	c := cell{value: sign(value, decimals) + prefix + fixed(math.Abs(value), decimals) + suffix}
	switch {
	case half == 0: // the same in every replication: no interval says anything of it
		c.half = "constant"
	case half < math.Pow10(-decimals)/2:
		c.half = "± <" + fixed(math.Pow10(-decimals), decimals)
	case !math.IsNaN(half):
		c.half = "± " + fixed(half, decimals)
	}
	if e.N != n {
		c.half = strings.TrimSpace(c.half + " (n " + strconv.Itoa(e.N) + ")")
	}
	return c
}

// Amount formats a measured number for running text, n being the usual number of
// observations: "12.3 ms ± 0.4".
func Amount(e stat.Estimate, unit string, n int) string { return estimate(e, unit, n).String() }

// String joins the parts for running text.
func (c cell) String() string {
	if c.half == "" {
		return c.value
	}
	return c.value + " " + c.half
}

// unitOf picks a unit in which a number of some size is easy to read.
func unitOf(size float64, unit string) (scale float64, prefix, suffix string) {
	switch unit {
	case "s":
		return timeUnit(size)
	case "USD":
		return 1, "$", ""
	case "ratio":
		return 100, "", " %"
	case "1/s":
		return 1, "", "/s"
	case "h":
		return 1, "", " h"
	case "B":
		return byteUnit(size)
	case "B/s":
		scale, prefix, suffix = byteUnit(size)
		return scale, prefix, suffix + "/s"
	}
	switch {
	case size >= 1e10:
		return 1e-9, "", " G"
	case size >= 1e7:
		return 1e-6, "", " M"
	}
	return 1, "", ""
}

func byteUnit(size float64) (scale float64, prefix, suffix string) {
	switch {
	case size >= 1<<30:
		return 1.0 / (1 << 30), "", " GiB"
	case size >= 1<<20:
		return 1.0 / (1 << 20), "", " MiB"
	case size >= 1<<10:
		return 1.0 / (1 << 10), "", " KiB"
	}
	return 1, "", " B"
}

func timeUnit(size float64) (scale float64, prefix, suffix string) {
	switch {
	case size == 0:
		return 1, "", " s"
	case size < 1e-6:
		return 1e9, "", " ns"
	case size < 1e-3:
		return 1e6, "", " µs"
	case size < 1:
		return 1e3, "", " ms"
	case size < 600:
		return 1, "", " s"
	case size < 2*3600:
		return 1.0 / 60, "", " min"
	}
	return 1.0 / 3600, "", " h"
}

// Numbers are cut where their interval makes further digits meaningless, or,
// without one, after a few.
const (
	halfDigits  = 2 // significant digits of a half-width
	valueDigits = 4 // of a value without one
	mostDigits  = 5 // of a value with a tiny half-width
)

// decimalsOf returns how many decimals of a scaled value to print.
func decimalsOf(value, half float64, unit string) int {
	missing := 0 // decimals that tell 99.998 % from 100 %
	if unit == "ratio" && value > 90 && value < 100 {
		missing = halfDigits - 1 - exponent(100-value)
	}
	if half > 0 {
		most := max(mostDigits-1-exponent(value), missing)
		return max(0, min(halfDigits-1-exponent(half), most))
	}
	if value == math.Trunc(value) && (unit == "count" || unit == "ratio" || value == 0) {
		return 0
	}
	if unit == "USD" && math.Abs(value) >= 1 {
		return 2
	}
	return min(12, max(0, valueDigits-1-exponent(value), missing))
}

// exponent is the position of the first significant digit.
func exponent(v float64) int {
	if v == 0 {
		return 0
	}
	return int(math.Floor(math.Log10(math.Abs(v))))
}

func sign(value float64, decimals int) string {
	if value < 0 && strings.Trim(fixed(-value, decimals), "0.") != "" {
		return "-"
	}
	return ""
}

// fixed formats a number that is not negative, with commas between thousands.
func fixed(v float64, decimals int) string {
	text := strconv.FormatFloat(v, 'f', decimals, 64)
	whole, fraction, _ := strings.Cut(text, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if fraction == "" {
		return whole
	}
	return whole + "." + fraction
}
