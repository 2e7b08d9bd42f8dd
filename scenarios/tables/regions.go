package tables

import (
	"fmt"
	"slices"
	"strings"

	"headroom/model"
	"headroom/model/catalog"
	"headroom/model/controlplane"
	"headroom/model/pricing"
	"headroom/scenarios/schema"
	"headroom/scenarios/tree"
)

// regionKey is that of what may be in another Region than the run's.
func regionKey() schema.Key {
	return schema.Row("region", schema.Choice(regions), "(that of the run)", "its AWS Region, whose prices it has: its zones are there").Coded("InvalidParameterValue")
}

// regional are the tables of what may be in another Region.
var regional = []string{"autoscaling_group", "dedicated_host", "file_system", "instance", "instance_workload", "load_balancer", "subnet", "volume"}

// openRegions adds the other Regions that the tables name, each with the zones that they
// name there, or with its first three.
func (l *loader) openRegions() {
	named := map[string][]string{} // zones by Region
	for _, table := range regional {
		node := l.scenario.root.Table[table]
		if node == nil {
			continue
		}
		for _, n := range node.Table {
			l.regionsIn(n, named)
		}
	}
	var others []string
	for name := range named {
		others = append(others, name)
	}
	slices.Sort(others)
	for _, name := range others {
		l.openRegion(name, named[name])
	}
}

// regionsIn collects the other Regions that a table names, and their zones.
func (l *loader) regionsIn(n *tree.Node, named map[string][]string) {
	other := func(text string) bool { return text != l.cfg.Region && slices.Contains(catalog.Regions(), text) }
	region := ""
	if text, ok := textOf(n.Table["region"]); ok && other(text) {
		region = text
		if named[region] == nil {
			named[region] = []string{}
		}
	}
	for _, key := range []string{"availability_zone", "availability_zones", "availability_zone_name", "mount_targets"} {
		value := n.Table[key]
		if value == nil {
			continue
		}
		for _, v := range append([]*tree.Node{value}, value.List...) {
			text, ok := v.AsText()
			if !ok || text == "" {
				continue
			}
			if len(text) == 1 && region != "" {
				text = region + text
			}
			if in := text[:len(text)-1]; other(in) && !slices.Contains(named[in], text) {
				named[in] = append(named[in], text)
			}
		}
	}
}

// textOf is a text, if there is one.
func textOf(n *tree.Node) (string, bool) {
	if n == nil {
		return "", false
	}
	return n.AsText()
}

// openRegion adds a Region, with its first three zones and those that are named.
func (l *loader) openRegion(name string, named []string) {
	c, err := l.shared.open(name)
	if err != nil {
		return // the key is told
	}
	offered := c.Zones()
	var zones []string
	for i, letter := range offered {
		if i < 3 || slices.Contains(named, name+letter) {
			zones = append(zones, name+letter)
		}
	}
	cfg := l.cfg
	if cfg.Regions == nil {
		cfg.Regions = []string{cfg.Region}
		cfg.ZoneRegions = make([]int, len(cfg.Zones))
	}
	for range zones {
		cfg.ZoneRegions = append(cfg.ZoneRegions, len(cfg.Regions))
	}
	cfg.Zones = append(cfg.Zones, zones...)
	cfg.Regions = append(cfg.Regions, name)
	l.elsewhere = append(l.elsewhere, c)
}

// elsewhereBooks returns the price lists of the other Regions.
func (l *loader) elsewhereBooks() map[string]pricing.Book {
	if len(l.elsewhere) == 0 {
		return nil
	}
	books := map[string]pricing.Book{}
	for _, c := range l.elsewhere {
		books[c.Region()] = c
	}
	return books
}

// PriceDate returns the date of the newest list prices, of each Region where there are
// several: "2026-07-20 (us-east-1), 2025-05-28 (eu-west-1)".
func (s *Scenario) PriceDate() string {
	if len(s.elsewhere) == 0 {
		return s.Catalog.PriceDate()
	}
	var dates []string
	for _, c := range append([]*catalog.Catalog{s.Catalog}, s.elsewhere...) {
		dates = append(dates, fmt.Sprintf("%s (%s)", c.PriceDate(), c.Region()))
	}
	return strings.Join(dates, ", ")
}

// region reads the Region of something, by its index among all.
func (l *loader) region(t *schema.Table) int {
	if !t.Has("region") {
		t.Pass("region")
		return 0
	}
	name := t.Choice("region")
	return max(0, l.cfg.RegionIndex(name))
}

// zonesOf lists the names of a Region's zones.
func (l *loader) zonesOf(region int) []string {
	var names []string
	for z, name := range l.cfg.Zones {
		if l.cfg.RegionOf(model.Zone(z)) == region {
			names = append(names, name)
		}
	}
	return names
}

// zoneIn returns the number of a zone of a Region, which may be given by its letter.
func (l *loader) zoneIn(t *schema.Table, key, name string, region int) (model.Zone, bool) {
	full := name
	if region > 0 && len(name) == 1 {
		full = l.cfg.Regions[region] + name
	}
	i := slices.Index(l.cfg.Zones, l.letter(full))
	if i < 0 || region > 0 && l.cfg.RegionOf(model.Zone(i)) != region {
		where := "[region]"
		if region > 0 {
			where = l.cfg.Regions[region]
		}
		t.Reject(key, schema.Fault{
			Rule: "must be zones of " + where + " (" + strings.Join(l.zonesOf(region), " ") + ")",
			Got:  tree.Quote(name), Code: schema.NoCode,
		})
		return 0, false
	}
	return model.Zone(i), true
}

// oneRegion refuses zones of several Regions: nothing is in two.
func (l *loader) oneRegion(t *schema.Table, key string, zones []model.Zone) {
	for _, z := range zones {
		if a, b := l.cfg.RegionOf(zones[0]), l.cfg.RegionOf(z); a != b {
			t.Reject(key, schema.Fault{Rule: fmt.Sprintf("must be of one Region, not of %s and %s", l.cfg.RegionName(a), l.cfg.RegionName(b)), Code: "InvalidParameterValue"})
			return
		}
	}
}

// at returns the catalogue of a zone's Region.
func (o offer) at(z model.Zone) *catalog.Catalog {
	if r := o.cfg.RegionOf(z); r > 0 {
		return o.elsewhere[r-1]
	}
	return o.catalog
}

// among returns the catalogue of the Region of some zones, that of the run for none.
func (o offer) among(zones []model.Zone) *catalog.Catalog {
	if len(zones) == 0 {
		return o.catalog
	}
	return o.at(zones[0])
}

// letterOf returns a zone's letter.
func (o offer) letterOf(z model.Zone) string {
	return strings.TrimPrefix(o.cfg.Zones[z], o.at(z).Region())
}

// connectRegions verifies that target groups have their targets in the Region of their load
// balancer, or in one Region.
func (l *loader) connectRegions() {
	if l.cfg.Regions == nil {
		return
	}
	where := map[int]int{} // Region of each target group
	for tg, lb := range l.owners {
		if zones := l.cfg.LoadBalancers[lb].Zones; len(zones) > 0 {
			where[tg] = l.cfg.RegionOf(zones[0])
		}
	}
	check := func(t *schema.Table, targetGroups []int, zones []model.Zone) {
		for _, tg := range targetGroups {
			if tg < 0 || len(zones) == 0 {
				continue
			}
			own := l.cfg.RegionOf(zones[0])
			other, known := where[tg]
			if !known {
				where[tg] = own
			} else if own != other {
				t.Reject("target_groups", schema.Fault{Rule: fmt.Sprintf("must be in the Region of its targets, %s: target_group.%s is in %s",
					l.cfg.RegionName(own), l.cfg.TargetGroups[tg].Name, l.cfg.RegionName(other)), Code: "InvalidTarget"})
			}
		}
	}
	for i := range l.cfg.Groups {
		check(l.groupTable(i), l.cfg.Groups[i].TargetGroups, l.cfg.Groups[i].Zones)
	}
	for i := range l.cfg.Instances {
		check(l.tables["instance"][i], l.cfg.Instances[i].TargetGroups, l.cfg.Instances[i].Zones)
	}
}

// imageIn refuses launches in a Region that an image is not in, and is not copied to; those
// from the start where it is not yet.
func (l *loader) imageIn(t *schema.Table, key string, number int, zones []model.Zone) {
	if number == 0 || len(zones) == 0 || l.cfg.Regions == nil {
		return
	}
	m, region := &l.cfg.Images[number-1], ""
	if r := l.cfg.RegionOf(zones[0]); r > 0 {
		region = l.cfg.Regions[r]
	}
	copied := slices.ContainsFunc(l.cfg.Actions, func(a controlplane.Action) bool {
		return a.Do == controlplane.CopyImage && a.Image == number-1 && a.Region == region
	})
	if m.Region != region && !copied {
		t.Reject(key, schema.Fault{Rule: fmt.Sprintf("must have an image of %s: image.%s is not, and no action copy-image brings it there",
			l.cfg.RegionName(l.cfg.RegionOf(zones[0])), m.Name), Code: "InvalidAMIID.NotFound"})
	}
}

// inRegion refuses a Region that is not that of zones that something else says.
func (l *loader) inRegion(t *schema.Table, zones []model.Zone) {
	region := l.region(t)
	if t.Has("region") && len(zones) > 0 && l.cfg.RegionOf(zones[0]) != region {
		t.Reject("region", schema.Fault{Rule: "must be the Region of its subnets, " + l.cfg.RegionName(l.cfg.RegionOf(zones[0])), Code: "InvalidParameterValue"})
	}
}

// checkRegion refuses a Region that is none of the price lists.
func (l *loader) checkRegion(t *schema.Table, key, name string) {
	if t.Sound(key) && name != "" && !slices.Contains(catalog.Regions(), name) {
		f := t.OneOf("region.name", name, catalog.Regions())
		f.Got, f.Code = tree.Quote(name), "InvalidParameterValue"
		t.Reject(key, f)
	}
}

// awayOf reads the Region that a snapshot is in, "" for that of the run.
func (l *loader) awayOf(t *schema.Table) string {
	name := t.Text("region")
	if !t.Sound("region") || name == "" || name == l.cfg.Region {
		return ""
	}
	if !slices.Contains(catalog.Regions(), name) {
		t.Reject("region", t.OneOf("region.name", name, catalog.Regions()))
	}
	return name
}

// lostRegion reads which Region an outage takes.
func (l *loader) lostRegion(t *schema.Table, f *controlplane.Fault) {
	f.Zone = 0
	if !t.Has("region") {
		t.Pass("region")
		return
	}
	name := t.Choice("region")
	region := l.cfg.RegionIndex(name)
	if !t.Sound("region") {
		return
	}
	if region < 0 {
		t.Wrong("region", "must be a Region in which something is: "+strings.Join(append([]string{l.cfg.Region}, l.cfg.Regions...)[min(1, len(l.cfg.Regions)):], ", "))
		return
	}
	for z := range l.cfg.Zones {
		if l.cfg.RegionOf(model.Zone(z)) == region {
			f.Zone = model.Zone(z)
			return
		}
	}
}
