package tables

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"headroom/model"
	"headroom/model/cloud"
	"headroom/model/controlplane"
	"headroom/scenarios/schema"
	"headroom/scenarios/tree"
	"headroom/sim"
)

// spotInterruptionFIS is the action of AWS Fault Injection Service that interrupts Spot instances.
const spotInterruptionFIS = "aws:ec2:send-spot-instance-interruptions"

func outageKeys() []schema.Key {
	return schema.Within("fault[]", "", []schema.Key{
		schema.Row("kind", schema.OneOf(
			"zone-outage: a zone's instances and nodes are off the network",
			"region-outage: all zones of a Region are, and no action there succeeds",
			"host-failure: one host is, with its instances",
			"rack-failure: the hosts of one rack are, with their instances",
			"zone-partition: instances of a zone are, its nodes are not",
			"instance-termination: instances stop running",
			"spot-interruption: Spot instances are interrupted: those of the subject that are Spot",
			spotInterruptionFIS+": the same, by the name that AWS FIS gives it",
			"instance-retirement: AWS retires their hardware: they are stopped; those that cannot stop end",
			"errors: applications answer with errors",
			"slow: their CPU takes longer",
			"hang: they take requests and never answer",
			"refuse: their port is closed",
			"volume-failure: a volume of theirs gives errors; applications whose root fails hang. Without at and every it comes at the annual failure rate of the volume's type; no volume fails without such a table",
		), schema.Required, "what breaks"),
		schema.Row("at", moment(), "", `when: a time of the first day ("13:00", by the clock in which run.start is written, whatever run.time_zone is), an offset ("90m") or a date and time`),
		schema.Row("every", schema.Law(schema.Seconds), "", "instead of at: time between two failures"),
		schema.Row("on", schema.Text(), "", `whose instances: "target_group.web", "service.web", "autoscaling_group.web", "instance.db", or "outside.own" with kind errors, slow, hang, refuse; those that there are then. host-failure: "dedicated_host.db", one of its hosts; of any without`),
		schema.Row("zone", schema.Text(), "", "which zone: required for zone-partition; zone-outage, host-failure and rack-failure draw one without, all others strike in any"),
		schema.Row("region", schema.Choice(regions), "(that of the run)", "region-outage: which Region").Coded("InvalidParameterValue"),
		schema.Row("count", schema.Whole(1, mostWaiting), "", "how many of those instances, drawn at random; all without"),
		schema.Row("share", schema.Quantity(schema.Share, 0, 1), "", "which share of them, instead of count"),
		schema.Row("rate", schema.Quantity(schema.Share, 0, 1), "1", "errors: share of the requests"),
		schema.Row("code", schema.Whole(500, 504), "500", "errors: status of the answer: 500, 502, 503 or 504"),
		schema.Row("latency", schema.Quantity(schema.Seconds, 0, 3600), `"0s"`, "errors: CPU time of a request that fails; 0s: as one that does not"),
		schema.Row("factor", schema.Quantity(schema.Number, 1, controlplane.MaxSlow), "10", "slow: how many times as long"),
		schema.Row("volume", schema.Text(), `"root"`, "volume-failure: which volume of the instances, by its name or device_name"),
		schema.Row("duration_before_interruption", schema.Quantity(schema.Seconds, 120, 900), `"2m"`, "spot-interruption: from the rebalance recommendation, which comes at once, to the end; its last two minutes are the notice"),
		schema.Row("hosts", schema.Name("hosts"), "", "host-failure, rack-failure: of which [hosts.NAME]; of any without"),
		schema.Row("duration", schema.Law(schema.Seconds), `"1h"`, "until it works again").Called("for lasts"),
	})
}

// moment is an instant of the run.
func moment() schema.Type {
	return schema.Either("time of day, offset, or date and time", schema.Text(), schema.Instant(), schema.Quantity(schema.Seconds, 0, year))
}

// readOutages reads what breaks.
func (l *loader) readOutages(tables []*schema.Table) {
	l.outages = tables
	for _, t := range tables {
		f := controlplane.Fault{At: sim.Never, Zone: cloud.None, Pool: cloud.None}
		l.readKind(t, t.Decider("kind"), &f)
		if f.Every = l.law(t, "every"); t.Has("every") && f.Kind == controlplane.VolumeFailure {
			f.Count = max(1, f.Count)
		}
		if t.Has("at") && t.Has("every") {
			t.Mistake("every", "must not be given with at", "")
		} else if !t.Has("at") && !t.Has("every") && f.Kind == controlplane.VolumeFailure {
			f.Every, f.Count = l.yearly(t, &f), 1
		} else if !t.Has("at") && !t.Has("every") {
			t.Add(schema.Fault{Path: t.PathOf("at"), Rule: "is required, or every"}, t.Node, "at")
		}
		if f.Every != nil && f.Every.Mean() < 1 {
			t.Mistake("every", "must be at least 1s on average", "")
		}
		f.At = l.moment(t, "at")
		if f.Kind == controlplane.RegionOutage {
			if t.Has("zone") {
				t.Mistake("zone", "must not be given with kind region-outage: all zones are lost", "")
			}
			t.Pass("zone")
		} else if name := t.Text("zone"); t.Sound("zone") {
			f.Zone, _ = l.zone(t, "zone", name)
		}
		if f.Kind != controlplane.InstanceTermination && f.Kind != controlplane.InstanceRetirement && f.Kind != controlplane.SpotInterruption {
			f.Duration = l.law(t, "duration")
		}
		t.Done()
		l.cfg.Faults = append(l.cfg.Faults, f)
	}
}

// readKind reads what one kind of fault has of its own.
func (l *loader) readKind(t *schema.Table, kind string, f *controlplane.Fault) {
	switch kind {
	case "zone-outage":
		f.Kind = controlplane.ZoneOutage
		return
	case "region-outage":
		f.Kind = controlplane.RegionOutage
		l.lostRegion(t, f)
		return
	case "host-failure", "rack-failure":
		f.Kind = controlplane.HostFailure
		if kind == "rack-failure" {
			f.Kind = controlplane.RackFailure
		}
		l.readHostFailure(t, f)
		return
	case "zone-partition":
		f.Kind = controlplane.ZonePartition
		if !t.Has("zone") {
			t.Add(schema.Fault{Path: t.PathOf("zone"), Rule: "is required"}, t.Node, "zone")
		}
	case "instance-termination":
		f.Kind = controlplane.InstanceTermination
	case "spot-interruption", spotInterruptionFIS:
		f.Kind = controlplane.SpotInterruption
		f.Before = t.Duration("duration_before_interruption")
	case "instance-retirement":
		f.Kind = controlplane.InstanceRetirement
	case "volume-failure":
		l.readVolumeFailure(t, f)
		if f.On.Kind != controlplane.Everybody {
			return
		}
	default:
		f.Kind = controlplane.ApplicationFault
		f.Impairment = readImpairment(t, kind)
	}
	f.On = l.struck(t)
	if f.On.Kind == controlplane.Everybody && f.Kind != controlplane.ZonePartition && t.Sound("kind") {
		t.Add(schema.Fault{Path: t.PathOf("on"), Rule: "is required"}, t.Node, "on")
	}
	if t.Has("count") && t.Has("share") {
		t.Mistake("share", "must not be given with count", "")
	}
	if t.Has("count") {
		f.Count = t.Whole("count")
	}
	t.Pass("count")
	if t.Has("share") {
		if f.Share = t.Quantity("share"); t.Sound("share") && f.Share == 0 {
			t.Wrong("share", "must be above 0")
		}
	}
	t.Pass("share")
}

// readHostFailure reads which hosts may fail: those of a pool, or Dedicated Hosts.
func (l *loader) readHostFailure(t *schema.Table, f *controlplane.Fault) {
	f.Pool = t.Reference("hosts")
	dedicated := f.Kind == controlplane.HostFailure && len(l.tables["dedicated_host"]) > 0
	if len(l.cfg.HostPools) == 0 && !dedicated {
		t.Mistake("kind", "needs [hosts.NAME] or, for host-failure, [dedicated_host.NAME]: without, capacity is unlimited and has no hosts", "")
	}
	if f.Kind != controlplane.HostFailure || !t.Has("on") {
		return
	}
	table, name, _ := strings.Cut(t.Text("on"), ".")
	switch {
	case !t.Sound("on"):
	case table != "dedicated_host":
		t.Mistake("on", "must be dedicated_host.NAME "+t.Mode, "")
	case t.Has("hosts"):
		t.Mistake("on", "must not be given with hosts", "")
	default:
		f.Machines = t.Find("on", table, name) + 1
	}
}

// readImpairment reads how applications fail.
func readImpairment(t *schema.Table, kind string) (impairment model.Impairment) {
	switch kind {
	case "errors":
		impairment.Errors = readErrors(t)
	case "slow":
		impairment.Slow = t.Quantity("factor")
	case "hang":
		impairment.Hangs = true
	case "refuse":
		impairment.Refuses = true
	}
	return impairment
}

// readErrors reads the rate, code and latency of errors.
func readErrors(t *schema.Table) model.Errors {
	e := model.Errors{Rate: t.Quantity("rate"), Status: t.Whole("code"), Latency: t.Duration("latency")}
	if t.Sound("code") && e.Status == 501 {
		t.Wrong("code", "must be 500, 502, 503 or 504")
	}
	return e
}

// appFaults are the kinds of faults that are of applications, wherever they run.
var appFaults = []string{"errors", "slow", "hang", "refuse"}

// struck reads whose instances a fault strikes.
func (l *loader) struck(t *schema.Table) controlplane.Subject {
	const key = "on"
	name := t.Text(key)
	if !t.Sound(key) || !t.Has(key) {
		return controlplane.Subject{}
	}
	kinds := map[string]controlplane.SubjectKind{
		"target_group": controlplane.OfTargetGroup, "service": controlplane.OfService,
		"autoscaling_group": controlplane.OfGroup, "instance": controlplane.OfFleet, "outside": controlplane.OfOutside,
	}
	table, rest, _ := strings.Cut(name, ".")
	kind, ok := kinds[table]
	if !ok {
		t.Wrong(key, `must be target_group.NAME, service.NAME, autoscaling_group.NAME or instance.NAME`)
		return controlplane.Subject{Kind: controlplane.OfService}
	}
	if kind == controlplane.OfOutside && !slices.Contains(appFaults, t.Choice("kind")) && t.Sound("kind") {
		t.Mistake(key, "must not be machines outside but with kind "+strings.Join(appFaults, ", "), "")
	}
	return controlplane.Subject{Kind: kind, Index: t.Find(key, table, rest)}
}

// moment reads an instant of the run: a time of its first day, an offset or a
// date and time. It returns sim.Never if there is none.
func (l *loader) moment(t *schema.Table, key string) sim.Time {
	n := t.Value(key)
	if n == nil {
		return sim.Never
	}
	at, rule := l.instantOf(n)
	switch {
	case rule != "":
		t.Mistake(key, rule, "")
	case at < 0:
		t.Mistake(key, "must not lie before the start ("+l.cfg.Start.Format(time.RFC3339)+")", "")
	case at > l.cfg.Duration && l.cfg.Duration > 0:
		l.warnAt(n, fmt.Sprintf("%s: never happens, the run ends at %s", t.PathOf(key), l.cfg.Duration))
	}
	return at
}

func (l *loader) instantOf(n *tree.Node) (sim.Time, string) {
	const rule = `must be a time of day ("13:00"), an offset ("90m") or a date and time`
	if clock, ok := clockOf(n); ok {
		return l.untilClock(clock), ""
	}
	if v, ok := n.AsTime(); ok {
		since := schema.Universal(v).Sub(l.cfg.Start)
		if since > sim.Horizon.Duration() {
			return sim.Horizon, ""
		}
		return sim.Time(since), ""
	}
	seconds, wrong := schema.ReadQuantity(n, schema.Seconds)
	if wrong != "" {
		return 0, rule
	}
	if seconds > year {
		return 0, "must be at most 366d"
	}
	return sim.Seconds(seconds), ""
}

// clockOf reads a time of day, as a string or a local time of TOML.
func clockOf(n *tree.Node) (sim.Time, bool) {
	v, ok := n.AsTime()
	if text, isText := n.AsText(); isText && strings.Contains(text, ":") {
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
