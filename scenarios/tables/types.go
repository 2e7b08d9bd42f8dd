package tables

import (
	"fmt"
	"strings"

	"headroom/model"
	"headroom/model/catalog"
	"headroom/model/cloud"
	"headroom/model/controlplane"
	"headroom/scenarios/schema"
	"headroom/scenarios/tree"
)

// unsupported is AWS's code for a type that cannot be had.
const unsupported = "Unsupported"

// instanceType reads the name of a type that is offered in all the zones, and
// returns its number in Config.Types, -1 if there is none.
func (l *loader) instanceType(t *schema.Table, key string, zones []model.Zone) int {
	name := t.Text(key)
	if !t.Sound(key) {
		return -1
	}
	typ, ok := l.catalog.Type(name)
	if !ok {
		t.Reject(key, schema.Fault{Rule: "must be an instance type", Hint: nearestType(t, l.catalog, name), Code: unsupported})
		return -1
	}
	offers := l.among(zones)
	offered := offers.OfferedZones(name)
	if offered == "" {
		t.Reject(key, schema.Fault{Rule: "must be a type that " + offers.Region() + " offers", Hint: nearestType(t, offers, name), Code: unsupported})
		return -1
	}
	for _, z := range zones {
		if !strings.Contains(offered, l.letterOf(z)) && !l.anyZones {
			t.Reject(key, schema.Fault{
				Rule: fmt.Sprintf("must be offered in zone %s; it is in %s", l.cfg.Zones[z], spaced(offered)),
				Code: unsupported,
			})
			return -1
		}
	}
	return l.typeNumber(typ)
}

// nearestType is the type of a Region that somebody meant, in quotes, "" where none is near.
func nearestType(t *schema.Table, offers *catalog.Catalog, name string) string {
	if !t.MayCompare(mostTypes) {
		return ""
	}
	if near := offers.Suggest(name); near != "" {
		return tree.Quote(near)
	}
	return ""
}

// mostTypes is about how many instance types there are.
const mostTypes = 1000

// typeNumber returns the number of a type in Config.Types, where it is put if
// need be.
func (l *loader) typeNumber(typ model.InstanceType) int {
	if l.types == nil {
		l.types = map[string]int{}
	}
	key := typ.Name
	if typ.Idle > 0 {
		key += fmt.Sprintf("/%d", typ.VCPUs)
	}
	i, ok := l.types[key]
	if !ok {
		i = len(l.cfg.Types)
		l.types[key] = i
		l.cfg.Types = append(l.cfg.Types, typ)
	}
	return i
}

// onDemand returns the On-Demand price of a type, after recording a fault if
// there is none.
func (l *loader) onDemand(t *schema.Table, typ int, platform model.Platform) float64 {
	return l.onDemandIn(t, typ, platform, nil)
}

// onDemandIn is [loader.onDemand] of instance_type, in the Region of some zones.
func (l *loader) onDemandIn(t *schema.Table, typ int, platform model.Platform, zones []model.Zone) float64 {
	const key = "instance_type"
	if typ < 0 || platform == 0 {
		return 0
	}
	name := l.cfg.Types[typ].Name
	offers := l.among(zones)
	price, ok := offers.OnDemand(name, platform)
	if !ok {
		t.Reject(key, schema.Fault{
			Rule: fmt.Sprintf("must have a %s price in %s: give one in a price book", platform, offers.Region()), Code: unsupported,
		})
		return 0
	}
	if price.Estimated {
		l.estimated(name, platform, offers.Region())
	}
	return price.USD
}

// offer is what a Region has for a Config: types, their hosts and prices.
type offer struct {
	cfg     *cloud.Config
	catalog *catalog.Catalog // of the Region, with the price book

	elsewhere []*catalog.Catalog // of the others
}

// need returns what an instance of a type takes of the hosts of its family.
func (o offer) need(typ int) controlplane.Need {
	if typ < 0 {
		return controlplane.Need{Pool: cloud.None}
	}
	it := o.cfg.Types[typ]
	n := controlplane.Need{Pool: cloud.None, CPU: int32(it.Threads()), MemoryMiB: it.MemoryMiB}
	shape, ok := o.catalog.Host(it.Family)
	if ok {
		cpu, memory := shape.Need(it)
		n.CPU, n.MemoryMiB = int32(cpu), memory
	}
	for i := range o.cfg.HostPools {
		if o.cfg.HostPools[i].Name == it.Family {
			n.Pool = i
		}
	}
	return n
}

// listPrice is the On-Demand price of a type, 0 if there is none: the template
// has been told.
func (o offer) listPrice(typ int, platform model.Platform, zones ...model.Zone) float64 {
	if typ < 0 {
		return 0
	}
	price, _ := o.among(zones).OnDemand(o.cfg.Types[typ].Name, platform)
	return price.USD
}
