package scenarios

import (
	"math"
	"strconv"
	"strings"
)

// unit is a name for num/den of the base unit of its measure.
type unit struct {
	name     string
	num, den float64
}

// measure is what a quantity measures: the units that a person may write, and
// the one that a bare number is in, which is Terraform's for that key.
type measure struct {
	name    string  // "duration"
	example string  // of a quantity, as TOML
	prefix  string  // a sign that may stand before the number: "$"
	bare    float64 // a bare number is in so many base units
	units   []unit  // the first of each size is the one that headroom writes
	chain   bool    // "1h30m" is a sum
}

// durationUnits are in seconds.
var durationUnits = []unit{
	{"w", 7 * 86400, 1}, {"d", 86400, 1}, {"h", 3600, 1}, {"m", 60, 1}, {"s", 1, 1},
	{"ms", 1, 1e3}, {"us", 1, 1e6}, {"ns", 1, 1e9}, {"µs", 1, 1e6}, {"μs", 1, 1e6}, {"min", 60, 1},
}

// sizeUnits are in bytes.
var sizeUnits = []unit{
	{"TiB", 1 << 40, 1}, {"GiB", 1 << 30, 1}, {"MiB", 1 << 20, 1}, {"KiB", 1 << 10, 1}, {"B", 1, 1},
	{"TB", 1e12, 1}, {"GB", 1e9, 1}, {"MB", 1e6, 1}, {"kB", 1e3, 1}, {"KB", 1e3, 1},
}

// rateUnits are events a second.
var rateUnits = []unit{{"/s", 1, 1}, {"/min", 1, 60}, {"/m", 1, 60}, {"/h", 1, 3600}, {"/d", 1, 86400}, {"", 1, 1}}

// bandwidthUnits are in MiB a second.
var bandwidthUnits = []unit{
	{"GiB/s", 1 << 10, 1}, {"MiB/s", 1, 1}, {"KiB/s", 1, 1 << 10}, {"B/s", 1, 1 << 20},
	{"GB/s", 1e9, 1 << 20}, {"MB/s", 1e6, 1 << 20},
	{"Gbps", 1e9 / 8, 1 << 20}, {"Mbps", 1e6 / 8, 1 << 20}, {"Kbps", 1e3 / 8, 1 << 20}, {"bps", 1, 8 << 20},
}

// The measures. A bare number of seconds, of GiB and so on is Terraform's.
var (
	inSeconds   = &measure{name: "duration", example: `"300s"`, bare: 1, units: durationUnits, chain: true}
	inBytes     = &measure{name: "size", example: `"40KiB"`, bare: 1, units: sizeUnits}
	inMiB       = &measure{name: "size", example: `"512MiB"`, bare: 1 << 20, units: sizeUnits}
	inGiB       = &measure{name: "size", example: `"30GiB"`, bare: 1 << 30, units: sizeUnits}
	perSecond   = &measure{name: "rate", example: `"400/s"`, bare: 1, units: rateUnits}
	inMiBps     = &measure{name: "bandwidth", example: `"125MiB/s"`, bare: 1, units: bandwidthUnits}
	inDollars   = &measure{name: "price", example: `"$0.096/h"`, prefix: "$", bare: 1, units: []unit{{"", 1, 1}, {"/h", 1, 1}}}
	inShares    = &measure{name: "share", example: `0.25 or "25%"`, bare: 1, units: []unit{{"%", 1, 100}, {"", 1, 1}}}
	plainNumber = &measure{name: "number", example: "1.5", bare: 1, units: []unit{{"", 1, 1}}}
)

// parse reads a quantity in base units. Its second result is what is wrong with
// the text, "" if nothing.
func (m *measure) parse(text string) (float64, string) {
	rest := strings.TrimPrefix(strings.TrimSpace(text), m.prefix)
	sum, terms := 0.0, 0
	for {
		n := numberLength(rest)
		value, err := strconv.ParseFloat(rest[:n], 64)
		if err != nil && (n == 0 || !math.IsInf(value, 0)) {
			return 0, m.rule()
		}
		rest = strings.TrimLeft(rest[n:], " ")
		end := len(rest)
		if m.chain {
			if i := strings.IndexAny(rest, "0123456789"); i > 0 {
				end = i
			}
		}
		u, ok := m.unit(strings.TrimRight(rest[:end], " "))
		if !ok {
			return 0, m.rule()
		}
		sum += value * u.num / u.den
		terms++
		if rest = rest[end:]; rest == "" {
			return sum, ""
		}
	}
}

func (m *measure) unit(name string) (unit, bool) {
	for _, u := range m.units {
		if u.name == name {
			return u, true
		}
	}
	return unit{}, false
}

// rule says what a quantity looks like.
func (m *measure) rule() string {
	if m == plainNumber {
		return "must be a number"
	}
	var names []string
	for _, u := range m.units {
		if u.name != "" {
			names = append(names, u.name)
		}
	}
	return "must be a " + m.name + " such as " + m.example + " (units " + strings.Join(names, " ") + ")"
}

// format writes base units in the largest unit that leaves a whole number, for
// people to read.
func (m *measure) format(value float64) string {
	for _, u := range m.units {
		if n := value * u.den / u.num; u.name != "" && n == math.Trunc(n) && (n != 0 || u.num == u.den) {
			return m.prefix + strconv.FormatFloat(n, 'f', -1, 64) + u.name
		}
	}
	return m.prefix + strconv.FormatFloat(value, 'g', 6, 64)
}

// numberLength returns the length of the decimal number that text begins with.
func numberLength(text string) int {
	i, digits := 0, 0
	count := func() {
		for i < len(text) && (text[i] >= '0' && text[i] <= '9' || text[i] == '_' && digits > 0) {
			i, digits = i+1, digits+1
		}
	}
	if i < len(text) && (text[i] == '-' || text[i] == '+') {
		i++
	}
	count()
	if i < len(text) && text[i] == '.' {
		i++
		count()
	}
	if digits == 0 {
		return 0
	}
	if e := i; e < len(text) && (text[e] == 'e' || text[e] == 'E') {
		if i++; i < len(text) && (text[i] == '-' || text[i] == '+') {
			i++
		}
		from := i
		if count(); i == from {
			return e
		}
	}
	return i
}
