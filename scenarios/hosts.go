package scenarios

import (
	"fmt"
	"maps"
	"slices"

	"headroom/model"
	"headroom/model/cloud"
	"headroom/model/placement"
)

// mostHosts bounds the memory that a pool can ask for.
const mostHosts = 1_000_000

func hostKeys() []Key {
	return within("hosts.NAME", "", []Key{
		{"per_zone", whole(0, mostHosts), "", "hosts in each zone", ""},
		{"zones", loose("table of integers"), "", "hosts by zone, { a = 12, b = 8 }, instead of per_zone", ""},
		{"placement", choice(placements), `"first-fit"`, "which host receives an instance", ""},
		{"vcpus", whole(1, 100_000), "", "hardware threads of a host; only for hosts of no AWS family", ""},
		{"memory", quantity(inGiB, 1<<20, 1<<50), "", "memory of a host; only for hosts of no AWS family", ""},
		{"background", inner(), "", "other tenants on these hosts, which is what reclaims Spot", ""},
		{"background.utilization", quantity(inShares, 0, 0.98), required, "mean share of the CPU that other tenants hold", ""},
		{"background.lifetime", law(inSeconds), `{ dist = "exponential", mean = "1h" }`, "how long their instances run", ""},
		{"background.instance_type", text(), "(the family's xlarge, or the size nearest to it)", "what they run", ""},
	})
}

func placements() []string {
	var names []string
	for _, e := range placement.Policies() {
		names = append(names, e.Name)
	}
	return names
}

// readHosts reads the pools of hosts and the tenants that were there before.
func (l *loader) readHosts() {
	l.cfg.HostPools = make([]cloud.HostPool, len(l.tables["hosts"]))
	for i, t := range l.tables["hosts"] {
		p := &l.cfg.HostPools[i]
		*p = cloud.HostPool{Name: t.name, Placement: t.choice("placement"), PerZone: l.hostCounts(t)}
		l.hostShape(t, p)
	}
	for i, t := range l.tables["hosts"] { // once all pools are there
		if t.has("background") {
			l.readBackground(t.inside("background"), i)
		} else {
			t.pass("background")
		}
		t.done()
	}
}

// hostShape sets the capacity of a host: the family's, or the scenario's own.
func (l *loader) hostShape(t *table, p *cloud.HostPool) {
	shape, family := l.catalog.Host(t.name)
	if family {
		t.mode = "to a family of the catalogue, whose hosts are known"
		cpu, memory := shape.Capacity()
		p.CPU, p.MemoryMiB = int32(cpu), memory
		return
	}
	p.CPU = int32(t.whole("vcpus"))
	p.MemoryMiB = int64(t.size("memory") / model.MiB)
	if (!t.has("vcpus") || !t.has("memory")) && !t.broken {
		t.add(Fault{
			Path: t.path, Rule: "must be a family of the catalogue, or have vcpus and memory",
			Got: quote(t.name), Hint: hint(t.name, l.families()),
		}, t.n, "vcpus")
	}
}

// families lists the families of the catalogue.
func (l *loader) families() []string {
	var all []string
	for _, typ := range l.catalog.Types() {
		if len(all) == 0 || all[len(all)-1] != typ.Family {
			all = append(all, typ.Family)
		}
	}
	return all
}

// hostCounts reads the number of hosts by zone.
func (l *loader) hostCounts(t *table) []int {
	counts := make([]int, len(l.cfg.Zones))
	if t.has("zones") {
		if t.has("per_zone") {
			t.mistake("per_zone", "must not be given with zones", "")
		}
		t.whole("per_zone")
		l.countsByZone(t, counts)
		return counts
	}
	t.pass("zones")
	l.asked["hosts.NAME.zones"] = true
	n := t.whole("per_zone")
	if !t.has("per_zone") {
		t.add(Fault{Path: t.pathOf("per_zone"), Rule: "is required, or zones"}, t.n, "per_zone")
	}
	for z := range counts {
		counts[z] = n
	}
	return counts
}

func (l *loader) countsByZone(t *table, counts []int) {
	n, _ := t.take("zones", anyKind)
	if n.form != tableForm {
		t.mistake("zones", "must be a table of hosts by zone, such as { a = 12, b = 8 }", "")
		return
	}
	n.inline = true
	for _, name := range slices.Sorted(maps.Keys(n.table)) {
		z, ok := l.zone(t, "zones", name)
		if !ok {
			continue
		}
		count, isWhole := n.table[name].scalar.(int64)
		if !isWhole || count < 0 || count > mostHosts {
			t.reject("zones", Fault{
				Rule: fmt.Sprintf("hosts of zone %s must be integer 0..%d", name, mostHosts),
				Got:  n.table[name].got(), Code: noCode,
			})
			continue
		}
		counts[z] = int(count)
	}
}

// readBackground makes the other tenants of a pool: in each zone instances that
// arrive and leave so that on average they hold a share of the CPU.
func (l *loader) readBackground(t *table, pool int) {
	p := &l.cfg.HostPools[pool]
	if _, family := l.catalog.Host(p.Name); !family {
		t.add(Fault{Path: t.path, Rule: "needs hosts of a family of the catalogue"}, t.n, "")
		return
	}
	t.assume("instance_type", l.ordinarySize(p.Name))
	share := t.quantity("utilization")
	lifetime := l.law(t, "lifetime")
	typ := l.instanceType(t, "instance_type", nil)
	if typ >= 0 && l.cfg.Types[typ].Family != p.Name {
		t.mistake("instance_type", "must be of the hosts' family "+p.Name, "")
	}
	t.done()
	if !t.sound("utilization", "lifetime", "instance_type") || share == 0 {
		return
	}
	need := l.need(typ)
	for z, hosts := range p.PerZone {
		running := share * float64(hosts) * float64(p.CPU) / float64(need.CPU)
		if running == 0 {
			continue
		}
		arrivals, err := poisson(running / lifetime.Mean())
		if err != nil {
			t.absorb([]error{err}, "lifetime")
			return
		}
		l.cfg.InstanceWorkloads = append(l.cfg.InstanceWorkloads, cloud.InstanceWorkload{
			Name:     "hosts." + p.Name + "." + l.cfg.Zones[z],
			Arrivals: arrivals,
			Sizes:    []cloud.TenantSize{{Type: typ, Need: need, Weight: 1}},
			Lifetime: lifetime,
			Option:   model.OnDemand,
			Zones:    []model.Zone{model.Zone(z)},
			Initial:  running,
			Foreign:  true,
		})
	}
}

// ordinarySize returns the family's xlarge, or the virtual size nearest to it.
func (l *loader) ordinarySize(family string) string {
	if usual := family + ".xlarge"; l.catalog.OfferedZones(usual) != "" {
		return usual
	}
	best, least := "", 1<<30
	for _, typ := range l.catalog.Types() {
		if typ.Family != family || typ.BareMetal || l.catalog.OfferedZones(typ.Name) == "" {
			continue
		}
		if off := max(typ.VCPUs-4, 4-typ.VCPUs); off < least {
			best, least = typ.Name, off
		}
	}
	return best
}
