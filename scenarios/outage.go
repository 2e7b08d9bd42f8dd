package scenarios

import (
	"fmt"
	"strings"
	"time"

	"headroom/model/cloud"
	"headroom/sim"
)

func outageKeys() []Key {
	return within("fault[]", "", []Key{
		{"kind", oneOf("zone-outage", "host-failure"), required, "what breaks", ""},
		{"at", loose("time of day, offset, or date and time"), "", `when: a time of the first day ("13:00"), an offset ("90m") or a date and time`, ""},
		{"every", law(inSeconds), "", "instead of at: time between two failures", ""},
		{"zone", text(), "", "which zone; any without", ""},
		{"hosts", name("hosts"), "", "host-failure: of which [hosts.NAME]; of any without", ""},
		{"duration", law(inSeconds), `"1h"`, "until it works again", ""},
	})
}

// readOutages reads what breaks.
func (l *loader) readOutages(tables []*table) {
	for _, t := range tables {
		f := cloud.Fault{At: sim.Never, Zone: cloud.None, Pool: cloud.None}
		kind := t.choice("kind")
		t.mode = "with kind " + quote(kind)
		f.Kind = cloud.ZoneOutage
		if kind == "host-failure" {
			f.Kind = cloud.HostFailure
			f.Pool = t.reference("hosts")
			if len(l.cfg.HostPools) == 0 {
				t.mistake("kind", "needs [hosts.NAME]: without, capacity is unlimited and has no hosts", "")
			}
		}
		f.Every = l.law(t, "every")
		if t.has("at") && t.has("every") {
			t.mistake("every", "must not be given with at", "")
		} else if !t.has("at") && !t.has("every") {
			t.add(Fault{Path: t.pathOf("at"), Rule: "is required, or every"}, t.n, "at")
		}
		if f.Every != nil && f.Every.Mean() < 1 {
			t.mistake("every", "must be at least 1s on average", "")
		}
		f.At = l.moment(t, "at")
		if name := t.text("zone"); t.sound("zone") {
			f.Zone, _ = l.zone(t, "zone", name)
		}
		f.Duration = l.law(t, "duration")
		t.done()
		l.cfg.Faults = append(l.cfg.Faults, f)
	}
}

// moment reads an instant of the run: a time of its first day, an offset or a
// date and time. It returns sim.Never if there is none.
func (l *loader) moment(t *table, key string) sim.Time {
	n, _ := t.take(key, anyKind)
	if n == nil {
		return sim.Never
	}
	at, rule := l.instantOf(n)
	switch {
	case rule != "":
		t.mistake(key, rule, "")
	case at < 0:
		t.mistake(key, "must not lie before the start ("+l.cfg.Start.Format(time.RFC3339)+")", "")
	case at > l.cfg.Duration && l.cfg.Duration > 0:
		l.caution(n, fmt.Sprintf("%s: never happens, the run ends at %s", t.pathOf(key), l.cfg.Duration))
	}
	return at
}

func (l *loader) instantOf(n *node) (sim.Time, string) {
	const rule = `must be a time of day ("13:00"), an offset ("90m") or a date and time`
	if clock, ok := clockOf(n); ok {
		return l.untilClock(clock), ""
	}
	if v, ok := n.scalar.(time.Time); ok {
		since := universal(v).Sub(l.cfg.Start)
		if since > sim.Horizon.Duration() {
			return sim.Horizon, ""
		}
		return sim.Time(since), ""
	}
	seconds, wrong := readQuantity(n, inSeconds)
	if wrong != "" {
		return 0, rule
	}
	if seconds > year {
		return 0, "must be at most 366d"
	}
	return sim.Seconds(seconds), ""
}

// clockOf reads a time of day, as a string or a local time of TOML.
func clockOf(n *node) (sim.Time, bool) {
	v, ok := n.scalar.(time.Time)
	if text, isText := n.scalar.(string); isText && strings.Contains(text, ":") {
		for _, layout := range []string{"15:04", "15:04:05"} {
			if parsed, err := time.Parse(layout, text); err == nil {
				return sinceMidnight(parsed), true
			}
		}
		return 0, false
	}
	if !ok || v.Location().String() != "time-local" {
		return 0, false
	}
	return sinceMidnight(v), true
}

func sinceMidnight(t time.Time) sim.Time {
	return sim.Time(t.Hour())*sim.Hour + sim.Time(t.Minute())*sim.Minute + sim.Time(t.Second())*sim.Second + sim.Time(t.Nanosecond())
}

// untilClock returns when a time of day first comes, by the clock in which
// run.start is written.
func (l *loader) untilClock(clock sim.Time) sim.Time {
	return (clock - sinceMidnight(l.clock) + sim.Day) % sim.Day
}
