package scenarios

import (
	"math"
	"math/big"
	"strconv"
	"strings"
)

// unit is a name for num/den of the base unit of its measure.
type unit struct {
	name     string
	num, den float64
	alias    bool // accepted, not advertised
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

// noUnit stands for a number alone.
var noUnit = unit{num: 1, den: 1, alias: true}

// durationUnits are in seconds.
var durationUnits = []unit{
	{name: "w", num: 7 * 86400, den: 1}, {name: "d", num: 86400, den: 1}, {name: "h", num: 3600, den: 1},
	{name: "m", num: 60, den: 1}, {name: "s", num: 1, den: 1},
	{name: "ms", num: 1, den: 1e3}, {name: "us", num: 1, den: 1e6}, {name: "ns", num: 1, den: 1e9},
	{"µs", 1, 1e6, true}, {"μs", 1, 1e6, true}, {"min", 60, 1, true},
}

// sizeUnits are in bytes.
var sizeUnits = []unit{
	{name: "TiB", num: 1 << 40, den: 1}, {name: "GiB", num: 1 << 30, den: 1}, {name: "MiB", num: 1 << 20, den: 1},
	{name: "KiB", num: 1 << 10, den: 1}, {name: "B", num: 1, den: 1},
	{name: "TB", num: 1e12, den: 1}, {name: "GB", num: 1e9, den: 1}, {name: "MB", num: 1e6, den: 1},
	{name: "kB", num: 1e3, den: 1}, {"KB", 1e3, 1, true},
}

// rateUnits are events a second.
var rateUnits = []unit{
	{name: "/s", num: 1, den: 1}, {name: "/m", num: 1, den: 60}, {name: "/h", num: 1, den: 3600}, {name: "/d", num: 1, den: 86400},
	{"/min", 1, 60, true}, noUnit,
}

// bandwidthUnits are in MiB a second.
var bandwidthUnits = []unit{
	{name: "GiB/s", num: 1 << 10, den: 1}, {name: "MiB/s", num: 1, den: 1}, {name: "KiB/s", num: 1, den: 1 << 10},
	{name: "GB/s", num: 1e9, den: 1 << 20}, {name: "MB/s", num: 1e6, den: 1 << 20},
	{name: "Gbps", num: 1e9, den: 8 << 20}, {name: "Mbps", num: 1e6, den: 8 << 20}, {name: "Kbps", num: 1e3, den: 8 << 20},
}

// The measures. A bare number of seconds, of GiB and so on is Terraform's.
var (
	inSeconds   = &measure{name: "duration", example: `"300s"`, bare: 1, units: durationUnits, chain: true}
	inBytes     = &measure{name: "size", example: `"40KiB"`, bare: 1, units: sizeUnits}
	inMiB       = &measure{name: "size", example: `"512MiB"`, bare: 1 << 20, units: sizeUnits}
	inGiB       = &measure{name: "size", example: `"30GiB"`, bare: 1 << 30, units: sizeUnits}
	perSecond   = &measure{name: "rate", example: `"400/s"`, bare: 1, units: rateUnits}
	inMiBps     = &measure{name: "bandwidth", example: `"125MiB/s"`, bare: 1, units: bandwidthUnits}
	inDollars   = &measure{name: "price", example: `"$0.096/h"`, prefix: "$", bare: 1, units: []unit{noUnit, {name: "/h", num: 1, den: 1}}}
	inShares    = &measure{name: "share", example: `0.25 or "25%"`, bare: 1, units: []unit{{name: "%", num: 1, den: 100}, noUnit}}
	plainNumber = &measure{name: "number", example: "1.5", bare: 1, units: []unit{noUnit}}
)

// parse reads a quantity in base units. Its second result is what is wrong with
// the text, "" if nothing.
func (m *measure) parse(text string) (float64, string) {
	rest := strings.TrimPrefix(strings.TrimSpace(text), m.prefix)
	sum, terms := 0.0, 0
	for {
		n := numberLength(rest)
		number := strings.ReplaceAll(rest[:n], "_", "")
		value, err := strconv.ParseFloat(number, 64)
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
		sum += u.of(number, value)
		terms++
		if rest = rest[end:]; rest == "" {
			return sum, ""
		}
	}
}

// longestExact is how long a number may be to be converted exactly.
const longestExact = 40

// of returns so much of the unit, rounded once: 99.9 % is the float 0.999.
func (u unit) of(number string, value float64) float64 {
	if len(number) <= longestExact && value != 0 && !math.IsInf(value, 0) {
		if exact, ok := new(big.Rat).SetString(number); ok {
			exact.Mul(exact, new(big.Rat).SetFloat64(u.num))
			exact.Quo(exact, new(big.Rat).SetFloat64(u.den))
			value, _ = exact.Float64()
			return value
		}
	}
	return value * u.num / u.den
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
	rule := "must be a " + m.name + " such as " + m.example
	if names := m.unitNames(); len(names) > 1 {
		rule += " (units " + strings.Join(names, " ") + ")"
	}
	return rule
}

// unitNames lists the units that a person may write.
func (m *measure) unitNames() []string {
	var names []string
	for _, u := range m.units {
		if !u.alias {
			names = append(names, u.name)
		}
	}
	return names
}

// format writes base units in the largest unit that leaves a whole number, for
// people to read.
func (m *measure) format(value float64) string {
	for _, u := range m.units {
		if n := value * u.den / u.num; !u.alias && n == math.Trunc(n) && (n != 0 || u.num == u.den) {
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
