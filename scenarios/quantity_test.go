package scenarios

import (
	"math"
	"testing"
)

func TestQuantities(t *testing.T) {
	for _, c := range []struct {
		m    *measure
		text string
		want float64
	}{
		{inSeconds, "300s", 300},
		{inSeconds, "5m", 300},
		{inSeconds, "1h30m", 5400},
		{inSeconds, "2d 12h", 216000},
		{inSeconds, "1w", 604800},
		{inSeconds, "12ms", 0.012},
		{inSeconds, "1.5 us", 1.5e-6},
		{inSeconds, "7µs", 7e-6},
		{inSeconds, "1e3ns", 1e-6},
		{inSeconds, "-2s", -2},
		{inSeconds, "1_000s", 1000},
		{inBytes, "40KiB", 40960},
		{inBytes, "1.5MB", 1.5e6},
		{inBytes, "0.75GiB", 0.75 * (1 << 30)},
		{perSecond, "400/s", 400},
		{perSecond, "90/m", 1.5},
		{perSecond, "36/h", 0.01},
		{perSecond, "0.1", 0.1},
		{inMiBps, "125MiB/s", 125},
		{inMiBps, "8388.608Mbps", 1000},
		{inDollars, "$0.096/h", 0.096},
		{inDollars, "0.05", 0.05},
		{inShares, "99.9%", 0.999},
		{inShares, "0.25", 0.25},
	} {
		got, rule := c.m.parse(c.text)
		if rule != "" || got != c.want {
			t.Errorf("%s: got %v %q, want %v", c.text, got, rule, c.want)
		}
	}
	for _, c := range []struct {
		m    *measure
		text string
	}{
		{inSeconds, ""}, {inSeconds, "s"}, {inSeconds, "5"}, {inSeconds, "5 parsecs"}, {inSeconds, "5mm"}, {inSeconds, "--5s"},
		{inSeconds, "5s5"}, {inSeconds, "1e"}, {inSeconds, "nan s"}, {inSeconds, "inf"}, {inSeconds, "0x5s"}, {inSeconds, "5S"},
		{inBytes, "5kb"}, {inBytes, "5GiB/s"}, {inBytes, "1GiB1MiB"}, {perSecond, "5s"}, {inDollars, "€5"}, {inShares, "5 percent"},
	} {
		if got, rule := c.m.parse(c.text); rule == "" {
			t.Errorf("%s %q: got %v, want a fault", c.m.name, c.text, got)
		}
	}
	if got, rule := inSeconds.parse("1e999s"); rule != "" || !math.IsInf(got, 1) {
		t.Errorf("got %v %q, want infinity, which its caller refuses", got, rule)
	}
}

func TestQuantitiesAreWrittenInTheLargestUnit(t *testing.T) {
	for want, c := range map[string]struct {
		m     *measure
		value float64
	}{
		"1h": {inSeconds, 3600}, "90s": {inSeconds, 90}, "0s": {inSeconds, 0}, "15ms": {inSeconds, 0.015}, "366d": {inSeconds, year},
		"30GiB": {inGiB, 30 << 30}, "0B": {inBytes, 0}, "$0/h": {inDollars, 0}, "98%": {inShares, 0.98},
	} {
		if got := c.m.format(c.value); got != want {
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
		if near := nearest(got, names); near != want {
			t.Errorf("%q: got %q, want %q", got, near, want)
		}
	}
}
