package schema

import (
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"
)

// Unit is a name for num/den of the base unit of its measure.
type Unit struct {
	name     string
	Num, Den float64
	alias    bool // accepted, not advertised
}

// Measure is what a quantity measures: the units that a person may write, and
// the one that a bare number is in, which is Terraform's for that key.
type Measure struct {
	Name    string  // "duration"
	example string  // of a quantity, as TOML
	prefix  string  // a sign that may stand before the number: "$"
	Bare    float64 // a bare number is in so many base units
	units   []Unit  // the first of each size is the one that headroom writes
	chain   bool    // "1h30m" is a sum
}

// noUnit stands for a number alone.
var noUnit = Unit{Num: 1, Den: 1, alias: true}

// durationUnits are in seconds.
var durationUnits = []Unit{
	{name: "w", Num: 7 * 86400, Den: 1}, {name: "d", Num: 86400, Den: 1}, {name: "h", Num: 3600, Den: 1},
	{name: "m", Num: 60, Den: 1}, {name: "s", Num: 1, Den: 1},
	{name: "ms", Num: 1, Den: 1e3}, {name: "us", Num: 1, Den: 1e6}, {name: "ns", Num: 1, Den: 1e9},
	{"µs", 1, 1e6, true}, {"μs", 1, 1e6, true}, {"min", 60, 1, true},
}

// sizeUnits are in bytes.
var sizeUnits = []Unit{
	{name: "TiB", Num: 1 << 40, Den: 1}, {name: "GiB", Num: 1 << 30, Den: 1}, {name: "MiB", Num: 1 << 20, Den: 1},
	{name: "KiB", Num: 1 << 10, Den: 1}, {name: "B", Num: 1, Den: 1},
	{name: "TB", Num: 1e12, Den: 1}, {name: "GB", Num: 1e9, Den: 1}, {name: "MB", Num: 1e6, Den: 1},
	{name: "kB", Num: 1e3, Den: 1}, {"KB", 1e3, 1, true},
}

// rateUnits are events a second.
var rateUnits = []Unit{
	{name: "/s", Num: 1, Den: 1}, {name: "/m", Num: 1, Den: 60}, {name: "/h", Num: 1, Den: 3600}, {name: "/d", Num: 1, Den: 86400},
	{"/min", 1, 60, true}, noUnit,
}

// bandwidthUnits are in MiB a second.
var bandwidthUnits = []Unit{
	{name: "GiB/s", Num: 1 << 10, Den: 1}, {name: "MiB/s", Num: 1, Den: 1}, {name: "KiB/s", Num: 1, Den: 1 << 10},
	{name: "GB/s", Num: 1e9, Den: 1 << 20}, {name: "MB/s", Num: 1e6, Den: 1 << 20},
	{name: "Gbps", Num: 1e9, Den: 8 << 20}, {name: "Mbps", Num: 1e6, Den: 8 << 20}, {name: "Kbps", Num: 1e3, Den: 8 << 20},
}

// perTimeUnits are in bytes a second.
var perTimeUnits = []Unit{
	{name: "GiB/s", Num: 1 << 30, Den: 1}, {name: "MiB/s", Num: 1 << 20, Den: 1}, {name: "KiB/s", Num: 1 << 10, Den: 1},
	{name: "GiB/h", Num: 1 << 30, Den: 3600}, {name: "MiB/h", Num: 1 << 20, Den: 3600},
	{name: "GiB/d", Num: 1 << 30, Den: 86400}, {name: "MiB/d", Num: 1 << 20, Den: 86400}, noUnit,
}

// The measures. A bare number of seconds, of GiB and so on is Terraform's.
var (
	Seconds   = &Measure{Name: "duration", example: `"300s"`, Bare: 1, units: durationUnits, chain: true}
	Bytes     = &Measure{Name: "size", example: `"40KiB"`, Bare: 1, units: sizeUnits}
	MiB       = &Measure{Name: "size", example: `"512MiB"`, Bare: 1 << 20, units: sizeUnits}
	GiB       = &Measure{Name: "size", example: `"30GiB"`, Bare: 1 << 30, units: sizeUnits}
	PerSecond = &Measure{Name: "rate", example: `"400/s"`, Bare: 1, units: rateUnits}
	MiBps     = &Measure{Name: "bandwidth", example: `"125MiB/s"`, Bare: 1, units: bandwidthUnits}
	PerTime   = &Measure{Name: "bytes by time", example: `"1GiB/h"`, Bare: 1, units: perTimeUnits}
	Dollars   = &Measure{Name: "price", example: `"$0.096/h"`, prefix: "$", Bare: 1, units: []Unit{noUnit, {name: "/h", Num: 1, Den: 1}}}
	Share     = &Measure{Name: "share", example: `0.25 or "25%"`, Bare: 1, units: []Unit{{name: "%", Num: 1, Den: 100}, noUnit}}
	Number    = &Measure{Name: "number", example: "1.5", Bare: 1, units: []Unit{noUnit}}
)

// bareUnit is what a bare number counts, with a space before it, where that is not the base
// unit.
func (m *Measure) bareUnit() string {
	if m.Bare == 1 {
		return ""
	}
	i := slices.IndexFunc(m.units, func(u Unit) bool { return u.Den == 1 && u.Num == m.Bare })
	if i < 0 {
		return ""
	}
	return " " + m.units[i].name
}

// parse reads a quantity in base units. Its second result is what is wrong with
// the text, "" if nothing.
func (m *Measure) parse(text string) (float64, string) {
	rest := strings.TrimPrefix(strings.TrimSpace(text), m.prefix)
	sum, terms := 0.0, 0
	for {
		n := NumberLength(rest)
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
		u, ok := m.Unit(strings.TrimRight(rest[:end], " "))
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
func (u Unit) of(number string, value float64) float64 {
	if exact, ok := u.ofShort(number); ok {
		return exact
	}
	if len(number) <= longestExact && value != 0 && !math.IsInf(value, 0) {
		if exact, ok := u.ofLong(number); ok {
			return exact
		}
	}
	return value * u.Num / u.Den
}

// ofLong is of by fractions of any length, which is right for all numbers, and slow.
func (u Unit) ofLong(number string) (float64, bool) {
	exact, ok := new(big.Rat).SetString(number)
	if !ok {
		return 0, false
	}
	exact.Mul(exact, new(big.Rat).SetFloat64(u.Num))
	exact.Quo(exact, new(big.Rat).SetFloat64(u.Den))
	value, _ := exact.Float64()
	return value, true
}

// wholes is up to where a float holds every whole number, 2⁵³.
const wholes = 1 << 53

// ofShort is [Unit.ofLong] for the numbers that people write: a quotient of whole numbers that
// floats hold is rounded once, by the division. Most of what is read of a scenario are
// such numbers, and the points of a sweep are scenarios.
func (u Unit) ofShort(number string) (float64, bool) {
	above, below, fraction := 0.0, u.Den, false
	for i := range len(number) {
		switch c := number[i]; {
		case c >= '0' && c <= '9':
			above = above*10 + float64(c-'0')
			if fraction {
				below *= 10
			}
		case c == '.' && !fraction:
			fraction = true
		default: // a sign, an exponent
			return 0, false
		}
		if above > wholes || below > wholes {
			return 0, false
		}
	}
	above *= u.Num
	return above / below, number != "" && above <= wholes
}

// Unit returns the unit of a name.
func (m *Measure) Unit(name string) (Unit, bool) {
	for _, u := range m.units {
		if u.name == name {
			return u, true
		}
	}
	return Unit{}, false
}

// rule says what a quantity looks like.
func (m *Measure) rule() string {
	if m == Number {
		return "must be a number"
	}
	rule := "must be a " + m.Name + " such as " + m.example
	if names := m.UnitNames(); len(names) > 1 {
		rule += " (units " + strings.Join(names, " ") + ")"
	}
	return rule
}

// UnitNames lists the units that a person may write.
func (m *Measure) UnitNames() []string {
	var names []string
	for _, u := range m.units {
		if !u.alias {
			names = append(names, u.name)
		}
	}
	return names
}

// Format writes base units in the largest unit that leaves a whole number, for
// people to read.
func (m *Measure) Format(value float64) string {
	for _, u := range m.units {
		if n := value * u.Den / u.Num; !u.alias && n == math.Trunc(n) && (n != 0 || u.Num == u.Den) {
			return m.prefix + strconv.FormatFloat(n, 'f', -1, 64) + u.name
		}
	}
	return m.prefix + strconv.FormatFloat(value, 'g', 6, 64)
}

// NumberLength returns the length of the decimal number that text begins with.
func NumberLength(text string) int {
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

// Parameter stands for the measure of the quantity whose distribution it is.
var Parameter = &Measure{Name: "quantity", Bare: 1, units: []Unit{noUnit}}

// PlainDollars are dollars that are no price an hour.
var PlainDollars = &Measure{Name: "price", prefix: "$", units: []Unit{noUnit}}
