package schema

import (
	"math"
	"math/rand/v2"
	"strconv"
	"testing"
)

func TestQuantities(t *testing.T) {
	for _, c := range []struct {
		m    *Measure
		text string
		want float64
	}{
		{Seconds, "300s", 300},
		{Seconds, "5m", 300},
		{Seconds, "1h30m", 5400},
		{Seconds, "2d 12h", 216000},
		{Seconds, "1w", 604800},
		{Seconds, "12ms", 0.012},
		{Seconds, "1.5 us", 1.5e-6},
		{Seconds, "7µs", 7e-6},
		{Seconds, "1e3ns", 1e-6},
		{Seconds, "-2s", -2},
		{Seconds, "1_000s", 1000},
		{Bytes, "40KiB", 40960},
		{Bytes, "1.5MB", 1.5e6},
		{Bytes, "0.75GiB", 0.75 * (1 << 30)},
		{PerSecond, "400/s", 400},
		{PerSecond, "90/m", 1.5},
		{PerSecond, "36/h", 0.01},
		{PerSecond, "0.1", 0.1},
		{MiBps, "125MiB/s", 125},
		{MiBps, "8388.608Mbps", 1000},
		{Dollars, "$0.096/h", 0.096},
		{Dollars, "0.05", 0.05},
		{Share, "99.9%", 0.999},
		{Share, "0.25", 0.25},
	} {
		got, rule := c.m.parse(c.text)
		if rule != "" || got != c.want {
			t.Errorf("%s: got %v %q, want %v", c.text, got, rule, c.want)
		}
	}
	for _, c := range []struct {
		m    *Measure
		text string
	}{
		{Seconds, ""}, {Seconds, "s"}, {Seconds, "5"}, {Seconds, "5 parsecs"}, {Seconds, "5mm"}, {Seconds, "--5s"},
		{Seconds, "5s5"}, {Seconds, "1e"}, {Seconds, "nan s"}, {Seconds, "inf"}, {Seconds, "0x5s"}, {Seconds, "5S"},
		{Bytes, "5kb"}, {Bytes, "5GiB/s"}, {Bytes, "1GiB1MiB"}, {PerSecond, "5s"}, {Dollars, "€5"}, {Share, "5 percent"},
	} {
		if got, rule := c.m.parse(c.text); rule == "" {
			t.Errorf("%s %q: got %v, want a fault", c.m.Name, c.text, got)
		}
	}
	if got, rule := Seconds.parse("1e999s"); rule != "" || !math.IsInf(got, 1) {
		t.Errorf("got %v %q, want infinity, which its caller refuses", got, rule)
	}
}

func TestQuantitiesAreWrittenInTheLargestUnit(t *testing.T) {
	for want, c := range map[string]struct {
		m     *Measure
		value float64
	}{
		"1h": {Seconds, 3600}, "90s": {Seconds, 90}, "0s": {Seconds, 0}, "15ms": {Seconds, 0.015}, "366d": {Seconds, 366 * 86400},
		"30GiB": {GiB, 30 << 30}, "0B": {Bytes, 0}, "$0/h": {Dollars, 0}, "98%": {Share, 0.98},
	} {
		if got := c.m.Format(c.value); got != want {
			t.Errorf("%v: got %s, want %s", c.value, got, want)
		}
	}
}

func TestNearestNameIsTheOneMeant(t *testing.T) {
	names := []string{"min_size", "max_size", "desired_capacity", "least_outstanding_requests"}
	for got, want := range map[string]string{
		"min_sice": "min_size", "MAX_SIZE": "max_size", "desired": "desired_capacity", "outstanding": "least_outstanding_requests",
		"zone": "", "x": "", "": "", "mni_size": "min_size",
	} {
		if near := Nearest(got, names); near != want {
			t.Errorf("%q: got %q, want %q", got, near, want)
		}
	}
}

// Numbers as people write them come out as by fractions, to the last bit, in every unit.
func TestShortNumbersAreExact(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var units []Unit
	for _, m := range []*Measure{Seconds, Bytes, MiB, PerSecond, MiBps, PerTime, Share, Number} {
		units = append(units, m.units...)
	}
	taken := 0
	for range 200_000 {
		number := strconv.FormatUint(random.Uint64()>>(random.IntN(63)), 10)
		if at := random.IntN(2*len(number) + 1); at <= len(number) {
			number = number[:at] + "." + number[at:]
		}
		u := units[random.IntN(len(units))]
		short, ok := u.ofShort(number)
		if !ok {
			continue
		}
		taken++
		if long, is := u.ofLong(number); !is || math.Float64bits(short) != math.Float64bits(long) {
			t.Fatalf("%s%s: got %v, want %v (%v)", number, u.name, short, long, is)
		}
	}
	if taken < 50_000 {
		t.Errorf("only %d of 200,000 numbers went the short way", taken)
	}
}
