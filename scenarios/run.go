package scenarios

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"headroom/model"
	"headroom/model/catalog"
)

// Longest times, in seconds.
const (
	year    = 366 * 86400
	forever = 5e8 // a little below what a run can count
)

func runKeys() []Key {
	return slices.Concat(
		within("run", "", []Key{
			{"seed", whole(0, math.Inf(1)), "1", "of all random streams", ""},
			{"start", instant(), "2026-01-05T00:00:00Z", "calendar time of instant 0: schedules, clock hours of billing", ""},
			{"duration", quantity(inSeconds, 1, year), required, "length of the run", ""},
			{"warmup", quantity(inSeconds, 0, year), "0", "excluded from latency statistics, never from cost", ""},
			{"replications", whole(1, 10_000), "5", "independent runs, from which the intervals come", ""},
			{"fidelity", oneOf("request"), `"request"`, "what is simulated one by one", ""},
		}),
		within("cloudwatch", "", []Key{
			{"publication_delay", quantity(inSeconds, 0, 3600), `"30s"`, "from the end of a metric period until alarms see its datapoint", ""},
		}),
	)
}

func (l *loader) readRun(t *table) {
	l.cfg.Seed = uint64(t.whole("seed"))
	l.cfg.Start = t.instant("start")
	if v, ok := t.n.table["start"].scalar.(time.Time); ok {
		l.clock = v
	}
	l.cfg.Duration = t.duration("duration")
	l.cfg.Warmup = t.duration("warmup")
	l.scenario.Replications = t.whole("replications")
	t.choice("fidelity")
	if t.sound("duration", "warmup") && l.cfg.Warmup >= l.cfg.Duration {
		t.wrong("warmup", "must be shorter than duration ("+l.cfg.Duration.String()+")")
	}
	t.done()
}

func (l *loader) readCloudWatch(t *table) {
	l.cfg.PublicationDelay = t.duration("publication_delay")
	t.done()
}

func regionKeys() []Key {
	return within("region", "", []Key{
		{"name", choice(catalog.Regions), `"us-east-1"`, "the Region, whose types and prices hold", ""},
		{"zones", texts(), "(the first three of the Region)", "letters of its Availability Zones", ""},
	})
}

// readZones reads the letters of the zones.
func (l *loader) readZones(t *table) {
	offered := l.catalog.Zones()
	t.assumeNames("zones", offered[:min(3, len(offered))])
	for _, name := range t.texts("zones") {
		letter := l.letter(name)
		switch {
		case !slices.Contains(offered, letter):
			t.reject("zones", Fault{
				Rule: "must be zones of " + l.cfg.Region + " (" + strings.Join(offered, " ") + ")",
				Got:  quote(name), Code: noCode,
			})
		case slices.Contains(l.cfg.Zones, letter):
			t.reject("zones", Fault{Rule: "must name each once", Got: quote(name), Code: noCode})
		default:
			l.cfg.Zones = append(l.cfg.Zones, letter)
		}
	}
	if t.sound("zones") && len(l.cfg.Zones) == 0 {
		t.mistake("zones", "must name at least one zone", "")
	}
	if !t.sound("zones") {
		l.cfg.Zones = offered // what follows is not to blame
	}
}

// letter returns the letter of a zone that may be given by its full name.
func (l *loader) letter(name string) string { return strings.TrimPrefix(name, l.cfg.Region) }

// zone returns the number of a zone of the scenario, false after recording that
// there is none of that name.
func (l *loader) zone(t *table, key, name string) (model.Zone, bool) {
	i := slices.Index(l.cfg.Zones, l.letter(name))
	if i < 0 {
		t.reject(key, Fault{
			Rule: "must be zones of [region] (" + strings.Join(l.cfg.Zones, " ") + ")",
			Got:  quote(name), Code: noCode,
		})
		return 0, false
	}
	return model.Zone(i), true
}

// zones reads a list of zones, by default the given ones.
func (l *loader) zones(t *table, key string, otherwise []string) []model.Zone {
	t.assumeNames(key, otherwise)
	var zones []model.Zone
	for _, name := range t.texts(key) {
		z, ok := l.zone(t, key, name)
		if ok && slices.Contains(zones, z) {
			t.reject(key, Fault{Rule: "must name each once", Got: quote(name), Code: noCode})
		} else if ok {
			zones = append(zones, z)
		}
	}
	if t.sound(key) && len(zones) == 0 {
		t.wrong(key, "must name at least one zone")
	}
	return zones
}

// lines takes a joined error apart.
func lines(err error) []string { return strings.Split(fmt.Sprint(err), "\n") }
