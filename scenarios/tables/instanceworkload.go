package tables

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"headroom/model"
	"headroom/model/cloud"
	"headroom/model/controlplane"
	"headroom/scenarios/schema"
	"headroom/scenarios/tree"
	"headroom/sim"
)

func instanceWorkloadKeys() []schema.Key {
	size := []schema.Key{
		schema.Row("name", schema.Text(), "", "how a trace names this size"),
		schema.Row("weight", schema.Quantity(schema.Number, 0, 1e12), "1", "its share of the arrivals"),
		schema.Row("instance_type", schema.Text(), "", "an EC2 type, on the hosts of its family").Coded(unsupported),
		schema.Row("vcpus", schema.Whole(1, 100_000), "", "threads, instead of an EC2 type"),
		schema.Row("memory", schema.Quantity(schema.GiB, 1<<20, 1<<50), "", "memory, with vcpus"),
		schema.Row("hosts", schema.Name("hosts"), "", "the [hosts.NAME] that hold it, with vcpus"),
	}
	return schema.Within("instance_workload.NAME", "", slices.Concat([]schema.Key{
		schema.Row("arrivals", schema.Inner().Like("arrivals"), schema.Required, "when instances come"),
		schema.Row("size", schema.Inner(), "", "what they are"),
		schema.Row("sizes", schema.List(), "", "what they are, by weight or by the names in a trace"),
		schema.Row("lifetime", schema.Law(schema.Seconds), "", "how long they run; a trace may tell it"),
		schema.Row("purchase_option", schema.OneOf("on-demand: On-Demand, which hold their capacity", "spot: Spot, which can be reclaimed"), `"on-demand"`, "how they are bought"),
		schema.Row("initial", schema.Either(`number or "stationary"`, schema.Quantity(schema.Number, 0, mostTenants), schema.OneOf("stationary: as many as in the long run")), "0", `mean number that runs at the start; "stationary": as many as in the long run`),
		schema.Row("wait", schema.Flag(), "false", "launches that find no room wait for it, in order, instead of failing"),
		schema.Row("availability_zones", schema.Texts(), "(all zones of the scenario)", "where they are launched, in turn"),
		regionKey(),
		schema.Row("subnets", schema.Names("subnet"), "", "where they get their addresses, instead of availability_zones"),
		schema.Row("foreign", schema.Flag(), "false", "other tenants': they take capacity and are on no bill"),
		schema.Row("block_device_mappings", schema.List(), "", "EBS volumes of each, of EC2 types; without a root among them, one of gp3 and 8 GiB is added"),
		utilizationKey("CPU work of each"),
		schema.Row("associate_public_ip_address", schema.Flag(), "true", "a public IPv4 address each, of EC2 types, which is billed"),
	}, creditKeys(), schema.Within("block_device_mappings[]", "InvalidParameterCombination", volumeKeys()), schema.Within("size", "", size), schema.Within("sizes[]", "", size)))
}

func (l *loader) readInstanceWorkloads() {
	for _, t := range l.tables["instance_workload"] {
		w := controlplane.InstanceWorkload{Name: t.Name, Option: model.OnDemand}
		w.Subnets, w.Zones = l.places(t, "subnets", false)
		if t.Choice("purchase_option") == "spot" {
			w.Option = model.Spot
		}
		w.Foreign = t.Flag("foreign")
		w.Wait = t.Flag("wait")
		names := l.readTenantSizes(t, &w)
		l.readTenantGear(t, &w)
		l.readTenantWork(t, &w)
		a := l.readTenantArrivals(t, &w, names)
		w.Arrivals = a.process
		w.Initial = l.readInitial(t, &w, a)
		t.Done()
		l.cfg.InstanceWorkloads = append(l.cfg.InstanceWorkloads, w)
	}
}

// readTenantGear reads what instances come with: those of others and those that are
// no EC2 types have nothing that is billed.
func (l *loader) readTenantGear(t *schema.Table, w *controlplane.InstanceWorkload) {
	if w.Foreign || !slices.ContainsFunc(w.Sizes, func(s controlplane.TenantSize) bool { return !s.Shape }) {
		t.Mode = "to instances of others, or of no EC2 type"
		return
	}
	w.Volumes = l.volumes(t, image{number: -1})
	w.PublicIP = t.Flag("associate_public_ip_address")
}

// readTenantSizes reads the sizes and returns their names.
func (l *loader) readTenantSizes(t *schema.Table, w *controlplane.InstanceWorkload) []string {
	var names []string
	tables := t.Each("sizes")
	if t.Has("size") {
		if len(tables) > 0 {
			t.Mistake("size", "must not be given with sizes", "")
		}
		tables = []*schema.Table{t.Inside("size")}
	} else {
		t.Pass("size")
		if !t.Has("sizes") {
			t.Add(schema.Fault{Path: t.PathOf("size"), Rule: "is required, or sizes"}, t.Node, "size")
		} else if len(tables) == 0 && !t.Faulty("sizes") {
			t.Mistake("sizes", "must have at least one size", "")
		}
	}
	total := 0.0
	for _, s := range tables {
		name := s.Text("name")
		if name != "" && slices.Contains(names, name) {
			s.Mistake("name", "must be unique in the workload", "")
		}
		size := controlplane.TenantSize{Weight: s.Quantity("weight")}
		size.Type, size.Need = l.tenantType(s, t, w)
		size.Shape = !s.Has("instance_type")
		total += size.Weight
		s.Done()
		names = append(names, name)
		w.Sizes = append(w.Sizes, size)
		if w.Option == model.Spot {
			if size.Type < 0 {
				w.SpotPool = append(w.SpotPool, slices.Repeat([]int{cloud.None}, len(l.cfg.Zones))...)
				continue
			}
			w.SpotPool = append(w.SpotPool, l.pools.of(size.Type, model.Linux, w.Zones)...)
		}
	}
	if len(tables) > 0 && total == 0 && tables[0].Sound("weight") {
		tables[0].Mistake("weight", "must not be 0 of all sizes", "")
	}
	return names
}

// tenantType reads one size: an EC2 type, or vCPUs and memory on hosts of the
// scenario's own.
func (l *loader) tenantType(s, t *schema.Table, w *controlplane.InstanceWorkload) (int, controlplane.Need) {
	if s.Has("instance_type") {
		s.Mode = "with instance_type"
		typ := l.instanceType(s, "instance_type", w.Zones)
		if !w.Foreign {
			l.onDemandIn(s, typ, model.Linux, w.Zones)
		}
		return typ, l.need(typ)
	}
	s.Mode = "without instance_type"
	s.Pass("instance_type")
	if !s.Has("vcpus") {
		s.Add(schema.Fault{Path: s.PathOf("instance_type"), Rule: "is required, or vcpus, memory and hosts"}, s.Node, "instance_type")
		return -1, controlplane.Need{Pool: cloud.None}
	}
	s.Require("memory")
	s.Require("hosts")
	vcpus, memory := s.Whole("vcpus"), int64(s.Size("memory")/model.MiB)
	need := controlplane.Need{Pool: s.Reference("hosts"), CPU: int32(vcpus), MemoryMiB: memory}
	if !s.Sound("vcpus", "memory", "hosts") {
		return -1, controlplane.Need{Pool: cloud.None}
	}
	p := l.cfg.HostPools[need.Pool]
	switch {
	case p.CPU > 0 && need.CPU > p.CPU:
		s.Wrong("vcpus", fmt.Sprintf("must fit a host of hosts.%s (%d)", p.Name, p.CPU))
	case p.MemoryMiB > 0 && need.MemoryMiB > p.MemoryMiB:
		s.Wrong("memory", fmt.Sprintf("must fit a host of hosts.%s (%s)", p.Name, schema.MiB.Format(float64(p.MemoryMiB)*(1<<20))))
	}
	if w.Option == model.Spot {
		t.Mistake("purchase_option", "must be on-demand of sizes that are no EC2 types: they have no Spot market", "")
	}
	name := fmt.Sprintf("%s.%dx%s", p.Name, vcpus, schema.MiB.Format(float64(memory)*(1<<20)))
	return l.typeNumber(model.InstanceType{
		Name: name, Family: p.Name, VCPUs: vcpus, ThreadsPerCore: 1, MemoryMiB: memory, CurrentGen: true,
	}), need
}

// readTenantArrivals reads when instances come, and their lifetimes.
func (l *loader) readTenantArrivals(t *schema.Table, w *controlplane.InstanceWorkload, names []string) arrivals {
	lifetime, size := peek(t, "arrivals", "lifetime"), peek(t, "arrivals", "size")
	columns := rowsWanted{instances: true}
	if lifetime != "" {
		columns.Numbers = append(columns.Numbers, lifetime)
	}
	if size != "" {
		columns.Texts = append(columns.Texts, size)
	}
	a := l.readArrivals(t, columns)
	if lifetime == "" {
		if !t.Has("lifetime") {
			t.Add(schema.Fault{Path: t.PathOf("lifetime"), Rule: "is required, or a column of lifetimes in arrivals"}, t.Node, "lifetime")
		}
		if w.Lifetime = l.law(t, "lifetime"); size != "" {
			t.Mistake("arrivals", "must have a column of lifetimes with a column of sizes", "")
		}
		return a
	}
	t.Mode = "with a column of lifetimes in arrivals"
	if a.data == nil {
		return a
	}
	if size == "" && len(names) > 1 {
		t.Mistake("sizes", "must be one size, or arrivals need a column of sizes", "")
		return a
	}
	unit := timeUnits[peek(t, "arrivals", "lifetime_unit")]
	l.readTenantRows(a.data, w, tenantColumns{lifetime, size, unit, names})
	return a
}

// peek returns a string in a table below without reading it.
func peek(t *schema.Table, key, below string) string {
	n := t.Node.Table[key]
	if n == nil || n.Form != tree.TableForm || n.Table[below] == nil {
		return ""
	}
	text, _ := n.Table[below].AsText()
	return text
}

// tenantColumns says which columns of a trace tell what.
type tenantColumns struct {
	lifetime, size string
	unit           sim.Time
	names          []string // of the sizes
}

// readTenantRows reads the lifetime and the size of each row.
func (l *loader) readTenantRows(d *dataFile, w *controlplane.InstanceWorkload, c tenantColumns) {
	w.Trace = make([]controlplane.TenantRow, d.table.Rows())
	sizes := d.table.Texts(c.size)
	for i, v := range d.table.Numbers(c.lifetime) {
		w.Trace[i].Lifetime = sim.Seconds(v * c.unit.Seconds())
		if sizes.Len() == 0 {
			continue
		}
		n := slices.Index(c.names, sizes.At(i))
		if n < 0 {
			l.Faults = append(l.Faults, schema.Fault{
				File: d.path, Line: d.table.Line(i), Path: "column " + c.size,
				Rule: "must be the name of one of the sizes", Got: tree.Quote(sizes.At(i)), Hint: l.Hint(sizes.At(i), c.names),
			})
			return
		}
		w.Trace[i].Size = int32(n)
	}
}

// readInitial reads how many instances run at the start.
func (l *loader) readInitial(t *schema.Table, w *controlplane.InstanceWorkload, a arrivals) float64 {
	n := t.Value("initial")
	if n.Is("stationary") {
		switch {
		case a.process == nil:
		case w.Lifetime == nil:
			t.Mistake("initial", "must be a number with a trace of lifetimes", "")
		default:
			mean := a.mean * w.Lifetime.Mean()
			if !(mean <= mostTenants) {
				t.Mistake("initial", "must be at most "+strconv.Itoa(mostTenants)+" in the long run", "")
				return 0
			}
			return mean
		}
		return 0
	}
	v, rule := schema.ReadQuantity(n, schema.Number)
	if rule != "" || v < 0 || v > mostTenants {
		t.Mistake("initial", `must be a number 0..`+strconv.Itoa(mostTenants)+` or "stationary"`, "")
		return 0
	}
	if v > 0 && w.Lifetime == nil && !t.Faulty("lifetime") {
		t.Mistake("initial", "must be 0 with a trace of lifetimes", "")
	}
	if v > 0 && w.Lifetime != nil && !(w.Lifetime.Mean() > 0 && w.Lifetime.Mean() <= math.MaxFloat64) {
		t.Mistake("initial", "must be 0 with lifetimes of no positive, finite mean: what runs at a random instant has no age then", "")
	}
	return v
}

// mostTenants bounds how many instances run at the start.
const mostTenants = 10_000_000
