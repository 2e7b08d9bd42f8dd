package tables

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // the zones that the machine may not have

	"headroom/model"
	"headroom/model/catalog"
	"headroom/model/fluid"
	"headroom/model/pricing"
	"headroom/scenarios/schema"
	"headroom/scenarios/tree"
)

// Longest times, in seconds.
const (
	year    = 366 * 86400
	forever = 5e8 // a little below what a run can count
)

// Windows that an audit has without being told, and at most.
const (
	usualAudit  = 12
	mostAudited = 1000
)

func runKeys() []schema.Key {
	return slices.Concat(
		schema.Within("run", "", []schema.Key{
			schema.Row("seed", schema.Whole(0, math.Inf(1)), "1", "of all random streams"),
			schema.Row("start", schema.Instant(), "2026-01-05T00:00:00Z", "calendar time of instant 0: schedules, clock hours of billing"),
			schema.Row("time_zone", schema.Text(), `"UTC"`, "IANA name of the zone of times that people read, in activities.csv and timeseries.csv; bills and clock hours stay in UTC"),
			schema.Row("duration", schema.Quantity(schema.Seconds, 1, year), schema.Required, "length of the run"),
			schema.Row("warmup", schema.Quantity(schema.Seconds, 0, year), "0", "excluded from latency statistics, never from cost"),
			schema.Row("replications", schema.Whole(1, 10_000), "5", "independent runs, from which the intervals come"),
			schema.Row("fidelity", schema.OneOf("request: every request", "fluid: rates of requests, in steps", "auto: requests where rates are not good enough (steep changes, overload, changes of capacity), rates elsewhere; auto.* say how much. Requests everywhere if three million or fewer come, or where rates do not carry a key"), `"request"`, "what is simulated one by one"),
			schema.Row("fluid", schema.Inner(), "", "how rates are played with fidelity = \"fluid\" or \"auto\""),
			schema.Row("fluid.step", schema.Quantity(schema.Seconds, 0.001, 60), `"1s"`, "the time in which arrivals are drawn and divided at once, and servers and lines follow"),
			schema.Row("fluid.audit", schema.Whole(0, mostAudited), "(12, or one a step)", "windows of the run whose requests are played one by one as well, in its first replication, from what the rates had there, and one of overload and one after a change of capacity if these show none; audit.* are the differences; 0: none"),
			schema.Row("memory", schema.Quantity(schema.GiB, 64<<20, 1<<50), "(three quarters of the machine's, or of what its control group or ulimit -v leaves)", "memory that the program may take: beyond it the run ends with what is finished, and exit code 4"),
			schema.Row("metrics", schema.Texts(), "", `keys of metrics to observe beyond the usual, in which * stands for anything: "phase.*", "latency.*{zone=*}"; thresholds, sweep.precision, search.minimize and --out do so for theirs`),
		}),
		schema.Within("cloudwatch", "", []schema.Key{
			schema.Row("publication_delay", schema.Quantity(schema.Seconds, 0, 3600), `"30s"`, "from the end of a metric period until alarms see its datapoint"),
		}),
	)
}

func (l *loader) readRun(t *schema.Table) {
	l.cfg.Seed = uint64(t.Whole("seed"))
	l.cfg.Start = t.Instant("start")
	if v, ok := t.Node.Table["start"].AsTime(); ok {
		l.clock = v
	}
	l.readTimeZone(t)
	l.cfg.Duration = t.Duration("duration")
	l.cfg.Warmup = t.Duration("warmup")
	l.scenario.Replications = t.Whole("replications")
	l.readFluid(t)
	if l.cfg.Laws = (&fluid.Shelf{}); l.shared != nil {
		l.cfg.Laws = l.shared.stays
	}
	l.readMemory(t)
	l.run, l.patterns = t, t.Texts("metrics")
	if t.Sound("duration", "warmup") && l.cfg.Warmup >= l.cfg.Duration {
		t.Wrong("warmup", "must be shorter than duration ("+l.cfg.Duration.String()+")")
	}
	t.Done()
}

// readFluid reads whether rates are played, and in which steps.
func (l *loader) readFluid(t *schema.Table) {
	fidelity := t.Choice("fidelity")
	fluid := fidelity != "request"
	if !fluid && !t.Has("fluid") {
		t.Pass("fluid")
		return
	}
	of := t.Inside("fluid")
	if !fluid { // said before its defaults stand in it
		t.Reject("fluid", schema.Fault{Rule: "must not be given with fidelity = \"request\"", Code: schema.NoCode})
	}
	step := of.Duration("step")
	switch {
	case !fluid || !of.Sound("step") || !t.Sound("fidelity", "duration"):
	case step > l.cfg.Duration:
		of.Wrong("step", "must be at most the duration ("+l.cfg.Duration.String()+")")
	default:
		l.cfg.Fluid, l.cfg.Auto = step, fidelity == "auto"
	}
	l.readAudit(of)
	of.Done()
}

// readAudit reads how many windows of a run in rates are played one by one, each of a
// step at least.
func (l *loader) readAudit(of *schema.Table) {
	most := usualAudit
	if l.cfg.Fluid > 0 {
		most = max(1, int((l.cfg.Duration-l.cfg.Warmup)/l.cfg.Fluid))
	}
	if !of.Has("audit") {
		of.Pass("audit")
		l.cfg.Audit = min(usualAudit, most)
		return
	}
	l.cfg.Audit = of.Whole("audit")
	if l.cfg.Fluid > 0 && of.Sound("audit") && l.cfg.Audit > most {
		of.Wrong("audit", fmt.Sprintf("must be at most the steps after the warm-up (%d)", most))
	}
}

// readMemory reads the limit of the process, which is that of all that it reads from
// here on.
func (l *loader) readMemory(t *schema.Table) {
	bytes := int64(t.Quantity("memory"))
	if !t.Sound("memory") {
		return
	}
	l.scenario.Memory = bytes
	if bytes > 0 && l.options.Memory != nil {
		l.options.Memory.SetLimit(bytes)
	}
}

// sought lists the metrics that [sweep], [search] and the command ask for of every
// variant of the scenario.
func (l *loader) sought() []string {
	keys := slices.Clone(l.options.Watch)
	if sweep := l.scenario.Sweep; sweep != nil {
		for _, p := range sweep.Precision {
			keys = append(keys, p.Key)
		}
	}
	if search := l.scenario.Search; search != nil {
		keys = append(keys, search.Minimize)
	}
	return keys
}

// observe finds out what the metrics that somebody asks for take. What is wrong with
// other keys than those of run.metrics is known elsewhere.
func (l *loader) observe() {
	patterns := slices.Clone(l.patterns)
	for _, t := range l.scenario.Thresholds {
		patterns = append(patterns, t.Key)
	}
	if l.origin.watched == nil {
		l.origin.watched = l.sought()
	}
	patterns = append(patterns, l.origin.watched...)
	if l.options.Observe == nil || len(patterns) == 0 {
		return
	}
	observe, errs := l.options.Observe(l.cfg, patterns)
	l.cfg.Observe = observe
	for i, pattern := range l.patterns {
		if errs[i] != nil {
			l.run.Reject("metrics", schema.Fault{Rule: errs[i].Error(), Got: tree.Quote(pattern), Code: schema.NoCode})
		}
	}
}

// checkThresholds reports the thresholds on metrics that the scenario does not have.
func (l *loader) checkThresholds() {
	if l.options.CheckThresholds == nil {
		return
	}
	for i, err := range l.options.CheckThresholds(l.cfg, l.scenario.Thresholds) {
		if key := l.limitsOf[i]; err != nil {
			l.limits.Add(schema.Fault{Path: l.limits.PathOf(key), Rule: err.Error()}, l.limits.Node.Table[key], key)
		}
	}
}

// readTimeZone reads the zone of times that people read.
func (l *loader) readTimeZone(t *schema.Table) {
	name := t.Text("time_zone")
	if !t.Sound("time_zone") {
		return
	}
	zone, err := time.LoadLocation(name)
	if err != nil || name == "" || name == "Local" { // which would be this machine's
		t.Wrong("time_zone", `must be an IANA time zone like "Asia/Seoul"`)
		return
	}
	l.cfg.TimeZone = zone
}

func (l *loader) readCloudWatch(t *schema.Table) {
	l.cfg.PublicationDelay = t.Duration("publication_delay")
	t.Done()
}

func regionKeys() []schema.Key {
	return schema.Within("region", "", []schema.Key{
		schema.Row("name", schema.Choice(regions), `"us-east-1"`, "the Region, whose types and prices hold"),
		schema.Row("zones", schema.Texts(), "(the first three of the Region)", "letters of its Availability Zones"),
	})
}

func regions() []schema.Word {
	var words []schema.Word
	for _, name := range catalog.Regions() {
		words = append(words, schema.Word{Name: name, Meaning: pricing.RegionName(name)})
	}
	return words
}

// readZones reads the letters of the zones.
func (l *loader) readZones(t *schema.Table) {
	offered := l.catalog.Zones()
	t.AssumeNames("zones", offered[:min(3, len(offered))])
	for _, name := range t.Texts("zones") {
		letter := l.letter(name)
		switch {
		case !slices.Contains(offered, letter):
			t.Reject("zones", schema.Fault{
				Rule: "must be zones of " + l.cfg.Region + " (" + strings.Join(offered, " ") + ")",
				Got:  tree.Quote(name), Code: schema.NoCode,
			})
		case slices.Contains(l.cfg.Zones, letter):
			t.Reject("zones", schema.Fault{Rule: "must name each once", Got: tree.Quote(name), Code: schema.NoCode})
		default:
			l.cfg.Zones = append(l.cfg.Zones, letter)
		}
	}
	if t.Sound("zones") && len(l.cfg.Zones) == 0 {
		t.Mistake("zones", "must name at least one zone", "")
	}
	if !t.Sound("zones") {
		l.cfg.Zones = offered // what follows is not to blame
		l.anyZones = true
	}
}

// letter returns the letter of a zone that may be given by its full name.
func (l *loader) letter(name string) string { return strings.TrimPrefix(name, l.cfg.Region) }

// zone returns the number of a zone of the scenario, false after recording that
// there is none of that name.
func (l *loader) zone(t *schema.Table, key, name string) (model.Zone, bool) {
	return l.zoneIn(t, key, name, 0)
}

// zones reads a list of zones, by default the given ones.
func (l *loader) zones(t *schema.Table, key string, otherwise []string) []model.Zone {
	return l.zonesIn(t, key, otherwise, 0)
}

// zonesIn is [loader.zones] in a Region.
func (l *loader) zonesIn(t *schema.Table, key string, otherwise []string, region int) []model.Zone {
	t.AssumeNames(key, otherwise)
	var zones []model.Zone
	for _, name := range t.Texts(key) {
		z, ok := l.zoneIn(t, key, name, region)
		if ok && slices.Contains(zones, z) {
			t.Reject(key, schema.Fault{Rule: "must name each once", Got: tree.Quote(name), Code: schema.NoCode})
		} else if ok {
			zones = append(zones, z)
		}
	}
	if t.Sound(key) && len(zones) == 0 {
		t.Wrong(key, "must name at least one zone")
	}
	l.oneRegion(t, key, zones)
	return zones
}

// lines takes a joined error apart.
func lines(err error) []string { return strings.Split(fmt.Sprint(err), "\n") }
