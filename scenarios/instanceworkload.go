package scenarios

import (
	"fmt"
	"slices"
	"strconv"

	"headroom/model"
	"headroom/model/cloud"
	"headroom/sim"
)

func instanceWorkloadKeys() []Key {
	size := []Key{
		{"name", text(), "", "how a trace names this size", ""},
		{"weight", quantity(plainNumber, 0, 1e12), "1", "its share of the arrivals", ""},
		{"instance_type", text(), "", "an EC2 type, on the hosts of its family", unsupported},
		{"vcpus", whole(1, 100_000), "", "threads, instead of an EC2 type", ""},
		{"memory", quantity(inGiB, 1<<20, 1<<50), "", "memory, with vcpus", ""},
		{"hosts", name("hosts"), "", "the [hosts.NAME] that hold it, with vcpus", ""},
	}
	return within("instance_workload.NAME", "", slices.Concat([]Key{
		{"arrivals", inner(), required, "when instances come", ""},
		{"size", inner(), "", "what they are", ""},
		{"sizes", list(), "", "what they are, by weight or by the names in a trace", ""},
		{"lifetime", law(inSeconds), "", "how long they run; a trace may tell it", ""},
		{"purchase_option", oneOf("on-demand", "spot"), `"on-demand"`, "how they are bought", ""},
		{"initial", loose(`number or "stationary"`), "0", `mean number that runs at the start; "stationary": as many as in the long run`, ""},
		{"availability_zones", texts(), "(all zones of the scenario)", "where they are launched, in turn", ""},
		{"foreign", flag(), "false", "other tenants': they take capacity and are on no bill", ""},
	}, within("size", "", size), within("sizes[]", "", size)))
}

func (l *loader) readInstanceWorkloads() {
	for _, t := range l.tables["instance_workload"] {
		w := cloud.InstanceWorkload{Name: t.name, Option: model.OnDemand}
		w.Zones = l.zones(t, "availability_zones", l.cfg.Zones)
		if t.choice("purchase_option") == "spot" {
			w.Option = model.Spot
		}
		w.Foreign = t.flag("foreign")
		names := l.readTenantSizes(t, &w)
		a := l.readTenantArrivals(t, &w, names)
		w.Arrivals = a.process
		w.Initial = l.readInitial(t, &w, a)
		t.done()
		l.cfg.InstanceWorkloads = append(l.cfg.InstanceWorkloads, w)
	}
}

// readTenantSizes reads the sizes and returns their names.
func (l *loader) readTenantSizes(t *table, w *cloud.InstanceWorkload) []string {
	var names []string
	tables := t.each("sizes")
	if t.has("size") {
		if len(tables) > 0 {
			t.mistake("size", "must not be given with sizes", "")
		}
		tables = []*table{t.inside("size")}
	} else {
		t.pass("size")
		if !t.has("sizes") {
			t.add(Fault{Path: t.pathOf("size"), Rule: "is required, or sizes"}, t.n, "size")
		} else if len(tables) == 0 && !t.bad["sizes"] {
			t.mistake("sizes", "must have at least one size", "")
		}
	}
	total := 0.0
	for _, s := range tables {
		name := s.text("name")
		if name != "" && slices.Contains(names, name) {
			s.mistake("name", "must be unique in the workload", "")
		}
		size := cloud.TenantSize{Weight: s.quantity("weight")}
		size.Type, size.Need = l.tenantType(s, t, w)
		total += size.Weight
		s.done()
		names = append(names, name)
		w.Sizes = append(w.Sizes, size)
		if w.Option == model.Spot {
			if size.Type < 0 {
				w.SpotPool = append(w.SpotPool, slices.Repeat([]int{cloud.None}, len(l.cfg.Zones))...)
				continue
			}
			w.SpotPool = append(w.SpotPool, l.spotPools(size.Type, model.Linux, w.Zones)...)
		}
	}
	if len(tables) > 0 && total == 0 && tables[0].sound("weight") {
		tables[0].mistake("weight", "must not be 0 of all sizes", "")
	}
	return names
}

// tenantType reads one size: an EC2 type, or vCPUs and memory on hosts of the
// scenario's own.
func (l *loader) tenantType(s, t *table, w *cloud.InstanceWorkload) (int, cloud.Need) {
	if s.has("instance_type") {
		s.mode = "with instance_type"
		typ := l.instanceType(s, "instance_type", w.Zones)
		if !w.Foreign {
			l.onDemand(s, "instance_type", typ, model.Linux)
		}
		return typ, l.need(typ)
	}
	s.mode = "without instance_type"
	s.pass("instance_type")
	if !s.has("vcpus") {
		s.add(Fault{Path: s.pathOf("instance_type"), Rule: "is required, or vcpus, memory and hosts"}, s.n, "instance_type")
		return -1, cloud.Need{Pool: cloud.None}
	}
	s.require("memory")
	s.require("hosts")
	vcpus, memory := s.whole("vcpus"), int64(s.size("memory")/model.MiB)
	need := cloud.Need{Pool: s.reference("hosts"), CPU: int32(vcpus), MemoryMiB: memory}
	if !s.sound("vcpus", "memory", "hosts") {
		return -1, cloud.Need{Pool: cloud.None}
	}
	p := l.cfg.HostPools[need.Pool]
	switch {
	case p.CPU > 0 && need.CPU > p.CPU:
		s.wrong("vcpus", fmt.Sprintf("must fit a host of hosts.%s (%d)", p.Name, p.CPU))
	case p.MemoryMiB > 0 && need.MemoryMiB > p.MemoryMiB:
		s.wrong("memory", fmt.Sprintf("must fit a host of hosts.%s (%s)", p.Name, inMiB.format(float64(p.MemoryMiB)*(1<<20))))
	}
	if w.Option == model.Spot {
		t.mistake("purchase_option", "must be on-demand of sizes that are no EC2 types: they have no Spot market", "")
	}
	name := fmt.Sprintf("%s.%dx%s", p.Name, vcpus, inMiB.format(float64(memory)*(1<<20)))
	return l.typeNumber(model.InstanceType{
		Name: name, Family: p.Name, VCPUs: vcpus, ThreadsPerCore: 1, MemoryMiB: memory, CurrentGen: true,
	}), need
}

// readTenantArrivals reads when instances come, and their lifetimes.
func (l *loader) readTenantArrivals(t *table, w *cloud.InstanceWorkload, names []string) arrivals {
	lifetime, size := t.peek("arrivals", "lifetime"), t.peek("arrivals", "size")
	columns := rowsWanted{instances: true}
	if lifetime != "" {
		columns.Numbers = append(columns.Numbers, lifetime)
	}
	if size != "" {
		columns.Texts = append(columns.Texts, size)
	}
	a := l.readArrivals(t, columns)
	if lifetime == "" {
		if !t.has("lifetime") {
			t.add(Fault{Path: t.pathOf("lifetime"), Rule: "is required, or a column of lifetimes in arrivals"}, t.n, "lifetime")
		}
		if w.Lifetime = l.law(t, "lifetime"); size != "" {
			t.mistake("arrivals", "must have a column of lifetimes with a column of sizes", "")
		}
		return a
	}
	t.mode = "with a column of lifetimes in arrivals"
	if a.data == nil {
		return a
	}
	if size == "" && len(names) > 1 {
		t.mistake("sizes", "must be one size, or arrivals need a column of sizes", "")
		return a
	}
	unit := timeUnits[t.n.table["arrivals"].table["lifetime_unit"].scalar.(string)]
	l.readTenantRows(a.data, w, tenantColumns{lifetime, size, unit, names})
	return a
}

// peek returns a string in a table below without reading it.
func (t *table) peek(key, below string) string {
	n := t.n.table[key]
	if n == nil || n.form != tableForm || n.table[below] == nil {
		return ""
	}
	text, _ := n.table[below].scalar.(string)
	return text
}

// tenantColumns says which columns of a trace tell what.
type tenantColumns struct {
	lifetime, size string
	unit           sim.Time
	names          []string // of the sizes
}

// readTenantRows reads the lifetime and the size of each row.
func (l *loader) readTenantRows(d *dataFile, w *cloud.InstanceWorkload, c tenantColumns) {
	w.Trace = make([]cloud.TenantRow, d.table.Rows())
	sizes := d.table.Texts(c.size)
	for i, v := range d.table.Numbers(c.lifetime) {
		w.Trace[i].Lifetime = sim.Seconds(v * c.unit.Seconds())
		if sizes == nil {
			continue
		}
		n := slices.Index(c.names, sizes[i])
		if n < 0 {
			l.faults = append(l.faults, Fault{
				File: d.path, Line: d.table.Line(i), Path: "column " + c.size,
				Rule: "must be the name of one of the sizes", Got: quote(sizes[i]), Hint: hint(sizes[i], c.names),
			})
			return
		}
		w.Trace[i].Size = int32(n)
	}
}

// readInitial reads how many instances run at the start.
func (l *loader) readInitial(t *table, w *cloud.InstanceWorkload, a arrivals) float64 {
	n, _ := t.take("initial", anyKind)
	if n.scalar == "stationary" {
		switch {
		case a.process == nil:
		case w.Lifetime == nil:
			t.mistake("initial", "must be a number with a trace of lifetimes", "")
		default:
			mean := a.mean * w.Lifetime.Mean()
			if !(mean <= mostTenants) {
				t.mistake("initial", "must be at most "+strconv.Itoa(mostTenants)+" in the long run", "")
				return 0
			}
			return mean
		}
		return 0
	}
	v, rule := readQuantity(n, plainNumber)
	if rule != "" || v < 0 || v > mostTenants {
		t.mistake("initial", `must be a number 0..`+strconv.Itoa(mostTenants)+` or "stationary"`, "")
		return 0
	}
	if v > 0 && w.Lifetime == nil && !t.bad["lifetime"] {
		t.mistake("initial", "must be 0 with a trace of lifetimes", "")
	}
	return v
}

// mostTenants bounds how many instances run at the start.
const mostTenants = 10_000_000
