package tables

import (
	"slices"

	"headroom/model"
	"headroom/model/controlplane"
	"headroom/model/scaling"
	"headroom/scenarios/schema"
	"headroom/sim"
)

func spotOptionKeys() []schema.Key {
	const table = "instance_market_options"
	return []schema.Key{
		schema.Row(table, schema.Inner(), "", "instances that are bought on the Spot market"),
		schema.Row(table+".market_type", schema.OneOf("spot: unused capacity, which is taken back when others need it"), `"spot"`, "how they are bought"),
		schema.Row(table+".spot_options", schema.Inner(), "", "the terms of the Spot requests"),
		schema.Row(table+".spot_options.max_price", schema.Quantity(schema.Dollars, 0, 1e6), "", "most that an instance may cost; the On-Demand price without"),
		schema.Row(table+".spot_options.spot_instance_type", schema.OneOf(
			"one-time: the request ends when it cannot be fulfilled, or with its instance",
			"persistent: it stays open, and is tried at every change of price",
		), `"one-time"`, "what becomes of a request"),
		schema.Row(table+".spot_options.instance_interruption_behavior", schema.OneOf(
			"terminate: it ends two minutes after the notice",
			"stop: it is stopped then, and EC2 starts it again in its zone",
			"hibernate: its memory is saved at the notice, and EC2 starts it again",
		), "(terminate; hibernate with hibernation_options)", "what an interruption does to an instance"),
		schema.Row(table+".spot_options.valid_from", moment(), "(the start)", "when the requests are made; those of the start are fulfilled before it"),
		schema.Row(table+".spot_options.valid_until", moment(), "", "when persistent requests end; never without"),
		schema.Row(table+".spot_options.launch_group", schema.Text(), "", "requests of one name launch all together or not at all, and end together"),
		schema.Row(table+".spot_options.availability_zone_group", schema.Text(), "", "requests of one name are in one zone"),
	}
}

var spotBehaviors = map[string]controlplane.SpotBehavior{
	"terminate": controlplane.SpotTerminates, "stop": controlplane.SpotStops, "hibernate": controlplane.SpotHibernates,
}

// readSpotOptions reads the terms on which instances of a template are bought, if that is on
// the Spot market.
func (l *loader) readSpotOptions(t *schema.Table, lt *controlplane.LaunchTemplate) {
	if !t.Has("instance_market_options") {
		t.Pass("instance_market_options")
		return
	}
	m := t.Inside("instance_market_options")
	m.Choice("market_type")
	o := m.Inside("spot_options")
	s := controlplane.SpotOptions{MaxPrice: o.Quantity("max_price")}
	if o.Sound("max_price") && s.MaxPrice == 0 {
		o.Wrong("max_price", "must be above $0")
	}
	s.Persistent = o.Choice("spot_instance_type") == "persistent"
	enabled, usual := lt.Hibernates, "terminate"
	if enabled {
		usual = "hibernate"
	}
	o.Assume("instance_interruption_behavior", usual)
	behavior := o.Choice("instance_interruption_behavior")
	s.Behavior = spotBehaviors[behavior]
	s.ValidUntil = l.moment(o, "valid_until")
	if from := l.moment(o, "valid_from"); from != sim.Never {
		s.ValidFrom = max(0, from)
	}
	s.Group, s.ZoneGroup = o.Text("launch_group"), o.Text("availability_zone_group")
	if enabled && s.Behavior != controlplane.SpotHibernates && o.Sound("instance_interruption_behavior") {
		o.Reject("instance_interruption_behavior", schema.Fault{Rule: `must be "hibernate" with hibernation_options, or not be given`, Code: badCombination})
	}
	l.checkSpotOptions(t, o, lt, &s)
	if s.Behavior == controlplane.SpotHibernates && !lt.Hibernates {
		lt.Hibernates = true
		if lt.Type >= 0 {
			l.checkHibernation(t, "instance_market_options", lt)
		}
	}
	o.Done()
	m.Done()
	lt.Spot = &s
}

// checkSpotOptions refuses what EC2 does not launch as Spot.
func (l *loader) checkSpotOptions(t, o *schema.Table, lt *controlplane.LaunchTemplate, s *controlplane.SpotOptions) {
	refuse := func(at *schema.Table, key, rule string) {
		at.Reject(key, schema.Fault{Rule: rule, Code: badCombination})
	}
	if s.Behavior != controlplane.SpotTerminates && !s.Persistent && o.Sound("instance_interruption_behavior") {
		refuse(o, "instance_interruption_behavior", `must be "terminate" of a one-time request: stop and hibernate need spot_instance_type "persistent"`)
	}
	if s.Behavior != controlplane.SpotTerminates && lt.StoreRoot {
		refuse(o, "instance_interruption_behavior", `must be "terminate" where the root lies on an instance store`)
	}
	if o.Sound("valid_until") && !s.Persistent {
		refuse(o, "valid_until", `must not be given unless spot_instance_type is "persistent"`)
	}
	if o.Sound("valid_until") && s.ValidUntil <= s.ValidFrom {
		refuse(o, "valid_until", "must be later than valid_from, or the start")
	}
	if lt.Protected {
		refuse(t, "disable_api_termination", "must be false of Spot Instances")
	}
	if lt.Tenancy == model.TenancyHost {
		refuse(t, "instance_market_options", "must not be given with tenancy host: Dedicated Hosts take no Spot Instances")
	}
	if lt.Place != nil && lt.Place.Reservation > 0 {
		refuse(t, "instance_market_options", "must not be given with a Capacity Reservation, which Spot Instances do not fill")
	}
}

// settleSpot finds the pools from which instances outside groups are bought, and holds a zone
// group to one zone.
func (l *loader) settleSpot(t *schema.Table, f *controlplane.Fleet) {
	s := f.Template.Spot
	if s == nil || f.Template.Type < 0 {
		return
	}
	f.SpotPool = l.pools.of(f.Template.Type, f.Template.Platform, f.Zones)
	if s.ZoneGroup == "" {
		return
	}
	if l.zoneGroups == nil {
		l.zoneGroups = map[string][]model.Zone{}
	}
	zones, known := l.zoneGroups[s.ZoneGroup]
	if !known {
		zones = f.Zones
		l.zoneGroups[s.ZoneGroup] = zones
	}
	if len(zones) != 1 || !slices.Equal(zones, f.Zones) {
		key := "instance_market_options"
		if t.Has("launch_template") {
			key = "launch_template"
		}
		t.Reject(key, schema.Fault{
			Rule: "must place the availability_zone_group " + s.ZoneGroup + " in one zone, that of its first instances", Code: badCombination,
		})
	}
}

// groupSpot makes a group whose launch template asks for Spot launch nothing else.
func (l *loader) groupSpot(t *schema.Table, g *controlplane.Group) {
	lt := &l.cfg.LaunchTemplates[g.Template]
	s := lt.Spot
	if s == nil {
		return
	}
	refuse := func(rule string) {
		t.Reject("launch_template", schema.Fault{Rule: rule, Code: "ValidationError"})
	}
	if s.Persistent || s.Behavior != controlplane.SpotTerminates {
		refuse("must ask for one-time Spot requests that terminate: the group itself replaces what is interrupted")
	}
	if s.Group != "" || s.ZoneGroup != "" || s.ValidFrom > 0 {
		refuse("must not have launch_group, availability_zone_group or valid_from in its spot_options: they are of instances outside groups")
	}
	if lt.Type < 0 {
		return
	}
	for k := range g.Types {
		g.Types[k].SpotPool = l.pools.of(g.Types[k].Type, lt.Platform, g.Zones)
	}
	g.Mixed = &controlplane.MixedInstances{MaxPrice: s.MaxPrice, CapacityRebalance: t.Flag("capacity_rebalance"), MixedInstances: scaling.MixedInstances{
		OnDemandStrategy: scaling.Prioritized, SpotStrategy: scaling.PriceCapacityOptimized,
	}}
}
