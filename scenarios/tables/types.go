package tables

import (
	"fmt"
	"strings"

	"headroom/model"
	"headroom/model/cloud"
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
		near := l.catalog.Suggest(name)
		if near != "" {
			near = tree.Quote(near)
		}
		t.Reject(key, schema.Fault{Rule: "must be an instance type", Hint: near, Code: unsupported})
		return -1
	}
	offered := l.catalog.OfferedZones(name)
	if offered == "" {
		near := l.catalog.Suggest(name)
		if near != "" {
			near = tree.Quote(near)
		}
		t.Reject(key, schema.Fault{Rule: "must be a type that " + l.cfg.Region + " offers", Hint: near, Code: unsupported})
		return -1
	}
	for _, z := range zones {
		if !strings.Contains(offered, l.cfg.Zones[z]) {
			t.Reject(key, schema.Fault{
				Rule: fmt.Sprintf("must be offered in zone %s; it is in %s", l.cfg.Zones[z], spaced(offered)),
				Code: unsupported,
			})
			return -1
		}
	}
	return l.typeNumber(typ)
}

// typeNumber returns the number of a type in Config.Types, where it is put if
// need be.
func (l *loader) typeNumber(typ model.InstanceType) int {
	if l.types == nil {
		l.types = map[string]int{}
	}
	i, ok := l.types[typ.Name]
	if !ok {
		i = len(l.cfg.Types)
		l.types[typ.Name] = i
		l.cfg.Types = append(l.cfg.Types, typ)
	}
	return i
}

// onDemand returns the On-Demand price of a type, after recording a fault if
// there is none.
func (l *loader) onDemand(t *schema.Table, key string, typ int, platform model.Platform) float64 {
	if typ < 0 || platform == 0 {
		return 0
	}
	name := l.cfg.Types[typ].Name
	price, ok := l.catalog.OnDemand(name, platform)
	if !ok {
		t.Reject(key, schema.Fault{
			Rule: fmt.Sprintf("must have a %s price in %s: give one in a price book", platform, l.cfg.Region), Code: unsupported,
		})
		return 0
	}
	if price.Estimated {
		l.estimated(name, platform)
	}
	return price.USD
}

// need returns what an instance of a type takes of the hosts of its family.
func (l *loader) need(typ int) cloud.Need {
	if typ < 0 {
		return cloud.Need{Pool: cloud.None}
	}
	it := l.cfg.Types[typ]
	n := cloud.Need{Pool: cloud.None, CPU: int32(it.VCPUs), MemoryMiB: it.MemoryMiB}
	shape, ok := l.catalog.Host(it.Family)
	if ok {
		cpu, memory := shape.Need(it)
		n.CPU, n.MemoryMiB = int32(cpu), memory
	}
	for i := range l.cfg.HostPools {
		if l.cfg.HostPools[i].Name == it.Family {
			n.Pool = i
		}
	}
	return n
}
