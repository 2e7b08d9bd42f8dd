package tables

import (
	"fmt"
	"slices"

	"headroom/model"
	"headroom/model/cloud"
	"headroom/model/controlplane"
	"headroom/model/placement"
	"headroom/scenarios/schema"
)

// placementInvalid is the code of what a placement group cannot be.
const placementInvalid = "PlacementGroupInvalid"

// placeKeys say where instances go, beyond their zone.
func placementKeys() []schema.Key {
	return []schema.Key{
		schema.Row("tenancy", schema.OneOf(append(tenancyWords, "host: a Dedicated Host of this account")...), "(default; host with placement.host_id)", "whether other accounts share the hardware"),
		schema.Row("placement", schema.Inner(), "", "Dedicated Host, placement group or zone"),
		schema.Row("placement.tenancy", schema.OneOf(append(tenancyWords, "host: a Dedicated Host of this account")...), "(tenancy)", "the same as tenancy"),
		schema.Row("placement.host_id", schema.Name("dedicated_host"), "(one with auto_placement)", "the Dedicated Host that they go to"),
		schema.Row("placement.affinity", schema.OneOf("default: started again, an instance goes to any Dedicated Host", "host: it goes to the one that it was on"), `"default"`, "where an instance goes that is started again"),
		schema.Row("placement.group_name", schema.Name("placement_group"), "", "placement group of the instances"),
		schema.Row("placement.partition_number", schema.Whole(1, placement.MostPartitions), "(the one with the fewest)", "partition of the group"),
		schema.Row("placement.availability_zone", schema.Text(), "", "zone of instances outside groups, instead of availability_zones").Coded(schema.NoCode),
		schema.Row("capacity_reservation_specification", schema.Inner(), "", "which Capacity Reservations the instances fill").Coded(badCombination),
		schema.Row("capacity_reservation_specification.capacity_reservation_preference", schema.OneOf("open: every open one that matches", "none: none"), `"open"`, "which of those that nobody names"),
		schema.Row("capacity_reservation_specification.capacity_reservation_target", schema.Inner(), "", "the one that they fill; a launch that finds it full fails"),
		schema.Row("capacity_reservation_specification.capacity_reservation_target.capacity_reservation_id", schema.Name("capacity_reservation"), schema.Required, "its name"),
	}
}

func placementGroupKeys() []schema.Key {
	return schema.Within("placement_group.NAME", placementInvalid, []schema.Key{
		schema.Row("strategy", schema.OneOf(
			"cluster: near to each other, on one rack of one zone", "spread: each on a rack of its own, seven in a zone at most",
			"partition: in partitions that share no rack",
		), schema.Required, "how the instances lie to each other"),
		schema.Row("partition_count", schema.Whole(1, placement.MostPartitions), "(2 with strategy partition)", "partitions in each zone"),
		schema.Row("spread_level", schema.OneOf("rack: a rack of its own"), `"rack"`, "what instances of strategy spread do not share"),
	})
}

var groupStrategies = map[string]placement.Strategy{"cluster": placement.Cluster, "spread": placement.Apart, "partition": placement.Partition}

// readPlacementGroups reads the placement groups.
func (l *loader) readPlacementGroups() {
	for _, t := range l.tables["placement_group"] {
		g := controlplane.PlacementGroup{Name: t.Name, Strategy: groupStrategies[t.Choice("strategy")]}
		t.Choice("spread_level")
		switch {
		case g.Strategy == placement.Partition:
			t.Assume("partition_count", int64(2))
			g.Partitions = t.Whole("partition_count")
		default:
			if t.Has("partition_count") && t.Sound("strategy") {
				t.Wrong("partition_count", "must not be given without strategy partition")
			}
			t.Pass("partition_count")
		}
		t.Done()
		l.cfg.PlacementGroups = append(l.cfg.PlacementGroups, g)
	}
}

// placed is what a table says about where instances go.
type placed struct {
	at      *schema.Table // the placement table; nil without
	place   *controlplane.Place
	tenancy model.Tenancy
	zone    int // cloud.None unless it says one
}

// placeOf reads where instances of a table go, once.
func (l *loader) placeOf(t *schema.Table) placed {
	if p, known := l.placements[t.Path]; known {
		return p
	}
	p := placed{tenancy: tenancies[t.Choice("tenancy")], zone: cloud.None}
	place := controlplane.Place{Host: cloud.None, Group: cloud.None}
	if t.Has("placement") {
		p.at = t.Inside("placement")
		l.readPlacement(t, &p, &place)
	} else {
		t.Pass("placement")
	}
	if p.tenancy == 0 {
		p.tenancy = model.TenancyDefault
	}
	t.Assume("tenancy", p.tenancy.String())
	t.Choice("tenancy")
	place.Reservation = l.reservationOf(t)
	if place.Host != cloud.None || place.Group != cloud.None || place.Reservation != 0 || place.Affinity {
		p.place = &place
	}
	if l.placements == nil {
		l.placements = map[string]placed{}
	}
	l.placements[t.Path] = p
	return p
}

var tenancies = map[string]model.Tenancy{"default": model.TenancyDefault, "dedicated": model.TenancyDedicated, "host": model.TenancyHost}

// readPlacement reads the placement table.
func (l *loader) readPlacement(t *schema.Table, p *placed, place *controlplane.Place) {
	at := p.at
	place.Host, place.Group = at.Reference("host_id"), at.Reference("group_name")
	if own := tenancies[at.Choice("tenancy")]; own != 0 {
		if p.tenancy != 0 && own != p.tenancy {
			at.Reject("tenancy", schema.Fault{Rule: "must be that of " + t.PathOf("tenancy") + ", " + p.tenancy.String(), Code: badCombination})
		}
		p.tenancy = own
	}
	at.Pass("tenancy")
	if p.tenancy == 0 && place.Host >= 0 {
		p.tenancy = model.TenancyHost
	}
	if place.Host >= 0 && p.tenancy != model.TenancyHost {
		at.Reject("host_id", schema.Fault{Rule: `must not be given without tenancy "host"`, Code: badCombination})
	}
	place.Affinity = at.Choice("affinity") == "host"
	if place.Affinity && p.tenancy != model.TenancyHost {
		at.Reject("affinity", schema.Fault{Rule: `must not be host without tenancy "host"`, Code: badCombination})
	}
	if at.Has("partition_number") {
		place.Partition = at.Whole("partition_number")
		partitions := 0
		if place.Group >= 0 {
			partitions = l.cfg.PlacementGroups[place.Group].Partitions
		}
		switch {
		case !at.Sound("partition_number"):
		case partitions == 0:
			at.Reject("partition_number", schema.Fault{Rule: "must not be given without a group_name of strategy partition", Code: placementInvalid})
		case place.Partition > partitions:
			at.Reject("partition_number", schema.Fault{Rule: fmt.Sprintf("must be at most the partitions of the group (%d)", partitions), Code: placementInvalid})
		}
	} else {
		at.Pass("partition_number")
	}
	if name := at.Text("availability_zone"); at.Sound("availability_zone") {
		if z, ok := l.zone(at, "availability_zone", name); ok {
			p.zone = int(z)
		}
	}
	at.Done()
}

// reservationOf reads which Capacity Reservations instances fill, as Place has it.
func (l *loader) reservationOf(t *schema.Table) int {
	const key, target = "capacity_reservation_specification", "capacity_reservation_target"
	if !t.Has(key) {
		t.Pass(key)
		return 0
	}
	c := t.Inside(key)
	defer c.Done()
	if !c.Has(target) {
		c.Pass(target)
		if c.Choice("capacity_reservation_preference") == "none" {
			return -1
		}
		return 0
	}
	if c.Has("capacity_reservation_preference") {
		c.Wrong("capacity_reservation_preference", "must not be given with "+target)
	}
	c.Pass("capacity_reservation_preference")
	at := c.Inside(target)
	i := at.Reference("capacity_reservation_id")
	at.Done()
	l.targeted()
	return max(0, i+1)
}

// targeted makes the reservations known by number to those who name them.
func (l *loader) targeted() {
	l.cfg.Targets = nil
	for _, t := range l.tables["capacity_reservation"] {
		l.cfg.Targets = append(l.cfg.Targets, t.Name)
	}
}

// launcher is who launches instances in some place, for what concerns several tables.
type launcher struct {
	t       *schema.Table
	key     string // of t, that says where
	place   *controlplane.Place
	tenancy model.Tenancy
	zones   []model.Zone
	types   []int
	spot    bool
	most    int
}

// connectPlaces verifies where instances go, when all that launch them are known.
func (l *loader) connectPlaces() {
	for i := range l.cfg.Groups {
		g := &l.cfg.Groups[i]
		if g.Template < 0 || len(g.Types) == 0 {
			continue
		}
		lt := &l.cfg.LaunchTemplates[g.Template]
		t := l.groupTable(i)
		who := launcher{t: t, key: "launch_template", place: lt.Place, tenancy: lt.Tenancy, zones: g.Zones, most: g.Max}
		if g.Place != nil {
			who.place, who.key = g.Place, "placement_group"
		}
		for _, typ := range g.Types {
			who.types = append(who.types, typ.Type)
		}
		who.spot = g.Mixed != nil && g.Mixed.OnDemandShare(g.Max) < g.Max
		l.checkPlace(&who)
		if who.place != nil && who.place.Group >= 0 && l.cfg.PlacementGroups[who.place.Group].Strategy == placement.Apart && g.Max > placement.MostApart*len(g.Zones) {
			l.warnAt(t.Node, fmt.Sprintf("%s: a spread placement group has room for %d instances in each zone: %d of max_size %d at most", t.Path, placement.MostApart, placement.MostApart*len(g.Zones), g.Max))
		}
	}
	for i := range l.cfg.Instances {
		f := &l.cfg.Instances[i]
		t := l.tables["instance"][i]
		who := launcher{t: t, key: "placement", place: f.Template.Place, tenancy: f.Template.Tenancy, zones: f.Zones, types: []int{f.Template.Type}, most: f.Count}
		switch {
		case t.Has("launch_template"):
			who.key = "launch_template"
		case !t.Has("placement"):
			who.key = "tenancy"
		}
		l.checkPlace(&who)
	}
}

// checkPlace verifies one of those who launch instances.
func (l *loader) checkPlace(w *launcher) {
	if w.tenancy == model.TenancyHost {
		l.checkHost(w)
	}
	if w.place == nil || w.place.Group < 0 {
		return
	}
	g := &l.cfg.PlacementGroups[w.place.Group]
	refuse := func(rule string) { w.t.Reject(w.key, schema.Fault{Rule: rule, Code: placementInvalid}) }
	name := "placement_group." + g.Name
	if w.tenancy == model.TenancyHost {
		refuse("must not launch into " + name + ": Dedicated Hosts are in no placement group")
		return
	}
	dedicated := w.tenancy == model.TenancyDedicated
	switch g.Strategy {
	case placement.Cluster:
		if len(w.zones) > 1 {
			refuse(name + " is a cluster, which must lie in one zone, not in " + fmt.Sprint(len(w.zones)))
		}
		for _, typ := range w.types {
			if typ >= 0 && !placement.Clusters(l.cfg.Types[typ].Family) {
				refuse(name + " is a cluster, which must not have a type of family " + l.cfg.Types[typ].Family)
			}
		}
	case placement.Apart:
		if dedicated {
			refuse(name + ` is a spread group, which must not have instances of tenancy "dedicated"`)
		}
	case placement.Partition:
		if dedicated && g.Partitions > placement.MostDedicatedPartitions {
			refuse(fmt.Sprintf(`%s must not have more than %d partitions for instances of tenancy "dedicated"`, name, placement.MostDedicatedPartitions))
		}
	}
}

// checkHost verifies that there is a Dedicated Host for those who go to one.
func (l *loader) checkHost(w *launcher) {
	if w.spot {
		w.t.Reject(w.key, schema.Fault{Rule: `must not have tenancy "host": Spot instances are on no Dedicated Host`, Code: badCombination})
		return
	}
	named := w.place != nil && w.place.Host >= 0
	for _, typ := range w.types {
		if typ < 0 {
			continue
		}
		it := &l.cfg.Types[typ]
		takes := func(d *controlplane.DedicatedHost) bool {
			return d.Type == typ || !d.Only && l.cfg.Types[d.Type].Family == it.Family && d.Rules.Takes(it)
		}
		for _, z := range w.zones {
			if named {
				if d := &l.cfg.DedicatedHosts[w.place.Host]; d.Type >= 0 && !takes(d) {
					w.t.Reject(w.key, schema.Fault{Rule: fmt.Sprintf("dedicated_host.%s must take %s", d.Name, it.Name), Code: badCombination})
					return
				} else if d.Zone != z {
					w.t.Reject(w.key, schema.Fault{Rule: fmt.Sprintf("dedicated_host.%s must be in zone %s; it is in %s", d.Name, l.cfg.Zones[z], l.cfg.Zones[d.Zone]), Code: badCombination})
					return
				}
				continue
			}
			if !slices.ContainsFunc(l.cfg.DedicatedHosts, func(d controlplane.DedicatedHost) bool {
				return d.Type >= 0 && d.AutoPlacement && d.Zone == z && takes(&d)
			}) {
				w.t.Reject(w.key, schema.Fault{
					Rule: fmt.Sprintf("there must be a [dedicated_host.NAME] with auto_placement in zone %s that takes %s, or placement.host_id", l.cfg.Zones[z], it.Name),
					Code: "InsufficientCapacityOnHost",
				})
				return
			}
		}
	}
}
