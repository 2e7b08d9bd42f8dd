package tables

import (
	"fmt"
	"maps"
	"slices"

	"headroom/model"
	"headroom/model/controlplane"
	"headroom/model/placement"
	"headroom/scenarios/schema"
	"headroom/scenarios/tree"
)

// mostHosts bounds the memory that a pool can ask for.
const mostHosts = 1_000_000

func hostKeys() []schema.Key {
	return schema.Within("hosts.NAME", "", []schema.Key{
		schema.Row("per_zone", schema.Whole(0, mostHosts), "", "hosts in each zone"),
		schema.Row("zones", schema.Either("table of integers", schema.TableOf(schema.Whole(0, mostHosts))), "", "hosts by zone, { a = 12, b = 8 }, instead of per_zone"),
		schema.Row("placement", schema.Choice(placements), `"first-fit"`, "which host receives an instance"),
		schema.Row("nodes", schema.Whole(1, placement.MostNodes), "1", "NUMA nodes that a host is divided into: an instance that fits one lies in one, a larger one takes equal parts of several"),
		schema.Row("racks", schema.Whole(1, mostHosts), "(a rack for each host)", "racks that the hosts of a zone stand in, in equal runs of their numbers: what placement groups keep together or apart, and what a rack-failure strikes"),
		schema.Row("vcpus", schema.Whole(1, 100_000), "", "hardware threads of a host; only for hosts of no AWS family"),
		schema.Row("memory", schema.Quantity(schema.GiB, 1<<20, 1<<50), "", "memory of a host; only for hosts of no AWS family"),
		schema.Row("background", schema.Inner(), "", "other tenants on these hosts, which is what reclaims Spot"),
		schema.Row("background.utilization", schema.Quantity(schema.Share, 0, 0.98), schema.Required, "mean share of the CPU that other tenants hold"),
		schema.Row("background.lifetime", schema.Law(schema.Seconds), `{ dist = "exponential", mean = "1h" }`, "how long their instances run"),
		schema.Row("background.instance_type", schema.Text(), "(the family's xlarge, or the size nearest to it)", "what they run"),
	})
}

func placements() []schema.Word {
	var words []schema.Word
	for _, e := range placement.Policies() {
		words = append(words, schema.Word{Name: e.Name, Meaning: e.Description})
	}
	return words
}

// readHosts reads the pools of hosts and the tenants that were there before.
func (l *loader) readHosts() {
	l.cfg.HostPools = make([]controlplane.HostPool, len(l.tables["hosts"]))
	for i, t := range l.tables["hosts"] {
		p := &l.cfg.HostPools[i]
		*p = controlplane.HostPool{Name: t.Name, Placement: t.Choice("placement"), PerZone: l.hostCounts(t)}
		if n := t.Optional("racks"); n != nil {
			p.Racks = *n
		}
		l.hostShape(t, p)
	}
	for i, t := range l.tables["hosts"] { // once all pools are there
		if t.Has("background") {
			l.readBackground(t.Inside("background"), i)
		} else {
			t.Pass("background")
		}
		t.Done()
	}
}

// hostShape sets the capacity of a host: the family's, or the scenario's own.
func (l *loader) hostShape(t *schema.Table, p *controlplane.HostPool) {
	shape, family := l.catalog.Host(t.Name)
	if family {
		t.Mode = "to a family of the catalogue, whose hosts are known"
		cpu, memory := shape.Capacity()
		p.CPU, p.MemoryMiB = int32(cpu), memory
		if shape.Slots > 0 {
			p.Threads = int32(shape.VCPUs)
		}
		l.hostNodes(t, p)
		return
	}
	p.CPU = int32(t.Whole("vcpus"))
	p.MemoryMiB = int64(t.Size("memory") / model.MiB)
	l.hostNodes(t, p)
	if (!t.Has("vcpus") || !t.Has("memory")) && !t.Broken {
		t.Add(schema.Fault{
			Path: t.Path, Rule: "must be a family of the catalogue, or have vcpus and memory",
			Got: tree.Quote(t.Name), Hint: t.Hint(t.Name, l.families()),
		}, t.Node, "vcpus")
	}
}

// hostNodes reads into how many equal nodes a host is divided.
func (l *loader) hostNodes(t *schema.Table, p *controlplane.HostPool) {
	p.Nodes = t.Whole("nodes")
	if !t.Sound("nodes") {
		p.Nodes = 1
	}
	if int(p.CPU)%p.Nodes != 0 || p.MemoryMiB%int64(p.Nodes) != 0 {
		t.Wrong("nodes", fmt.Sprintf("must divide the host's CPU (%d) and memory (%d MiB)", p.CPU, p.MemoryMiB))
	}
}

// families lists the families of the catalogue.
func (l *loader) families() []string {
	all := l.allFamilies
	if all != nil {
		return all
	}
	for _, typ := range l.catalog.Types() {
		if len(all) == 0 || all[len(all)-1] != typ.Family {
			all = append(all, typ.Family)
		}
	}
	l.allFamilies = all
	return all
}

// hostCounts reads the number of hosts by zone.
func (l *loader) hostCounts(t *schema.Table) []int {
	counts := make([]int, len(l.cfg.Zones))
	if t.Has("zones") {
		if t.Has("per_zone") {
			t.Mistake("per_zone", "must not be given with zones", "")
		}
		t.Whole("per_zone")
		l.countsByZone(t, counts)
		return counts
	}
	t.Pass("zones")
	t.Ask("zones")
	n := t.Whole("per_zone")
	if !t.Has("per_zone") {
		t.Add(schema.Fault{Path: t.PathOf("per_zone"), Rule: "is required, or zones"}, t.Node, "per_zone")
	}
	for z := range counts {
		counts[z] = n
	}
	return counts
}

func (l *loader) countsByZone(t *schema.Table, counts []int) {
	n := t.Value("zones")
	if n.Form != tree.TableForm {
		t.Mistake("zones", "must be a table of hosts by zone, such as { a = 12, b = 8 }", "")
		return
	}
	n.Inline = true
	for _, name := range slices.Sorted(maps.Keys(n.Table)) {
		z, ok := l.zone(t, "zones", name)
		if !ok {
			continue
		}
		count, isWhole := n.Table[name].AsWhole()
		if !isWhole || count < 0 || count > mostHosts {
			t.Reject("zones", schema.Fault{
				Rule: fmt.Sprintf("hosts of zone %s must be integer 0..%d", name, mostHosts),
				Got:  n.Table[name].Got(), Code: schema.NoCode,
			})
			continue
		}
		counts[z] = int(count)
	}
}

// readBackground makes the other tenants of a pool: in each zone instances that
// arrive and leave so that on average they hold a share of the CPU.
func (l *loader) readBackground(t *schema.Table, pool int) {
	p := &l.cfg.HostPools[pool]
	if _, family := l.catalog.Host(p.Name); !family {
		t.Add(schema.Fault{Path: t.Path, Rule: "needs hosts of a family of the catalogue"}, t.Node, "")
		return
	}
	t.Assume("instance_type", l.ordinarySize(p.Name))
	share := t.Quantity("utilization")
	lifetime := l.law(t, "lifetime")
	typ := l.instanceType(t, "instance_type", nil)
	if typ >= 0 && l.cfg.Types[typ].Family != p.Name {
		t.Mistake("instance_type", "must be of the hosts' family "+p.Name, "")
	}
	t.Done()
	if !t.Sound("utilization", "lifetime", "instance_type") || share == 0 {
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
			t.Absorb([]error{err}, "lifetime")
			return
		}
		l.cfg.InstanceWorkloads = append(l.cfg.InstanceWorkloads, controlplane.InstanceWorkload{
			Name:     "hosts." + p.Name + "." + l.cfg.Zones[z],
			Arrivals: arrivals,
			Sizes:    []controlplane.TenantSize{{Type: typ, Need: need, Weight: 1}},
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
