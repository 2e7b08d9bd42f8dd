package tables

import (
	"fmt"
	"slices"
	"strings"

	"headroom/model"
	"headroom/model/dataplane"
	"headroom/model/storage"
	"headroom/scenarios/schema"
	"headroom/scenarios/tree"
	"headroom/sim/rng"
)

// diskKeys are what services read and write.
func diskKeys() []schema.Key {
	ios := func(verb, preposition string, where schema.Key) []schema.Key {
		return append([]schema.Key{
			schema.Row(verb, schema.Either(`table, or "demand"`, schema.Inner(), schema.OneOf("demand: what the request itself brings, on the service's volume")), "", "what the step "+verb+"s "+preposition+" a disk: all its I/Os at once"),
		}, schema.Within(verb, "", []schema.Key{
			schema.Row("ops", schema.Law(schema.Number), "1", "I/Os, rounded to whole ones"),
			schema.Row("size", schema.Law(schema.Bytes), `"16KiB"`, "bytes of each"),
			schema.Row("sequential", schema.Flag(), "false", "the I/Os follow each other, and are merged into larger ones"),
			where,
		})...)
	}
	disk := "a volume's name or device_name, root, instance-store, or efs.NAME for a file system"
	keys := schema.Within("steps[]", "", slices.Concat(
		ios("read", "from", schema.Row("from", schema.Text(), `"root"`, disk)),
		ios("write", "to", schema.Row("to", schema.Text(), `"root"`, disk)),
	))
	keys = append(keys,
		schema.Row("volume", schema.Text(), `"root"`, "where the reads and writes that requests bring go: "+disk),
		schema.Row("cache", schema.Inner(), "", "a part of what it reads, kept nearer; it starts empty where its store was lost"),
		schema.Row("cache.size", schema.Quantity(schema.Bytes, 1, 1<<50), schema.Required, "what it holds"),
		schema.Row("cache.hit", schema.Quantity(schema.Share, 0, 1), schema.Required, "share of the I/Os that it answers when it is full; less in proportion while it fills with what is read"),
		schema.Row("cache.on", schema.Text(), `"memory"`, "memory, which takes no time, instance-store, or a volume"),
	)
	return slices.Concat(schema.Within("service.NAME", "", keys), demandKeys("workload.NAME"), demandKeys("service.NAME.steps[]"))
}

// demandKeys are the reads and writes that a request brings.
func demandKeys(whose string) []schema.Key {
	return schema.Within(whose+".demand", "", []schema.Key{
		schema.Row("read_ops", schema.Law(schema.Number), "", "I/Os that it reads, from the volume of a service without steps or with a step read = \"demand\""),
		schema.Row("read_size", schema.Law(schema.Bytes), "(16KiB)", "bytes of each"),
		schema.Row("read_bytes", schema.Law(schema.Bytes), "", "bytes that it reads there in all, instead of read_ops or of read_size"),
		schema.Row("write_ops", schema.Law(schema.Number), "", "I/Os that it writes"),
		schema.Row("write_size", schema.Law(schema.Bytes), "(16KiB)", "bytes of each"),
		schema.Row("write_bytes", schema.Law(schema.Bytes), "", "bytes that it writes in all, instead of write_ops or of write_size"),
		schema.Row("memory", schema.Law(schema.Bytes), "", "memory that it holds beside the service's per_request, from the beginning of its service to its end"),
	})
}

// diskUse is a place of the file that names a disk of a service.
type diskUse struct {
	at   *schema.Table
	key  string
	name string
}

// readDisk reads what a step reads or writes.
func (l *loader) readDisk(t *schema.Table, verb string, service int) dataplane.IO {
	io := dataplane.IO{Write: verb == "write"}
	n := t.Value(verb)
	if n.Is("demand") {
		io.Demand = true
		io.Disk = l.diskOf(service, diskUse{l.tables["service"][service], "volume", l.volumeOf[service]})
		return io
	}
	c := t.Below(n, t.PathOf(verb), t.PatternOf(verb))
	if n.Form != tree.TableForm {
		t.Mistake(verb, `must be a table, or "demand"`, "")
		return io
	}
	n.Inline = true
	io.Count, io.Size = l.counted(c, "ops"), l.law(c, "size")
	io.Sequential = c.Flag("sequential")
	where := map[string]string{"read": "from", "write": "to"}[verb]
	io.Disk = l.diskOf(service, diskUse{c, where, c.Text(where)})
	c.Done()
	return io
}

// counted reads a number of I/Os.
func (l *loader) counted(t *schema.Table, key string) rng.Distribution {
	d := l.law(t, key)
	if d != nil && d.Mean() > dataplane.MaxIOs {
		t.Mistake(key, fmt.Sprintf("must be at most %d on average", dataplane.MaxIOs), "")
	}
	return d
}

// readDiskDemand reads the reads and writes that requests bring.
func (l *loader) readDiskDemand(t *schema.Table) (reads, writes dataplane.DiskDemand) {
	read := func(ops, size, bytes string) dataplane.DiskDemand {
		switch {
		case t.Has(bytes) && t.Has(ops) && t.Has(size):
			t.Mistake(bytes, "must not be given with both "+ops+" and "+size, "")
		case t.Has(ops) != t.Has(bytes):
			t.Assume(size, "16KiB")
		case t.Has(size):
			t.Mistake(size, "needs "+ops+" or "+bytes, "")
		}
		if t.Has(bytes) && t.Has(ops) {
			t.Pass(size)
			return dataplane.DiskDemand{Count: l.counted(t, ops), Bytes: l.total(t, bytes)}
		}
		return dataplane.DiskDemand{Count: l.counted(t, ops), Size: l.law(t, size), Bytes: l.total(t, bytes)}
	}
	return read("read_ops", "read_size", "read_bytes"), read("write_ops", "write_size", "write_bytes")
}

// total reads the bytes of all I/Os of a step.
func (l *loader) total(t *schema.Table, key string) rng.Distribution {
	const most = 1 << 50
	d := l.law(t, key)
	if d != nil && d.Mean() > most {
		t.Mistake(key, "must be at most 1 PiB on average", "")
	}
	return d
}

// ownMemory reads what requests hold of the memory of their servers.
func (l *loader) ownMemory(t *schema.Table) rng.Distribution {
	d := l.law(t, "memory")
	if d != nil && d.Mean() > float64(dataplane.MaxBytes) {
		t.Mistake("memory", "must be below 64 GiB on average", "")
	}
	return d
}

// readCache reads where a service keeps what it reads.
func (l *loader) readCache(t *schema.Table, service int) dataplane.Cache {
	c := t.Within("cache")
	if c == nil {
		return dataplane.Cache{}
	}
	cache := dataplane.Cache{Size: c.Size("size"), Hit: c.Quantity("hit"), Disk: model.None}
	if on := c.Text("on"); on != "memory" && c.Sound("on") {
		cache.Disk = l.diskOf(service, diskUse{c, "on", on})
	}
	c.Done()
	return cache
}

// diskOf returns the number of a disk among those that a service uses.
func (l *loader) diskOf(service int, use diskUse) int {
	s := &l.cfg.Services[service]
	l.diskUses[service] = append(l.diskUses[service], use)
	i := slices.Index(s.Disks, use.name)
	if i < 0 {
		i = len(s.Disks)
		s.Disks = append(s.Disks, use.name)
	}
	return i
}

// connectDisks gives services without steps those that the demand of their requests
// asks for, and verifies that each server of a service has the disks that it uses.
func (l *loader) connectDisks() {
	for i := range l.cfg.Workloads {
		w := &l.cfg.Workloads[i]
		l.bringDisks(l.tables["workload"][i], l.servedBy(w.To, w.Target), w.Reads, w.Writes)
	}
	for _, c := range l.calls {
		call := &l.cfg.Services[c.service].Steps[c.step].Call
		l.bringDisks(c.at, l.servedBy(call.To, call.Target), call.Reads, call.Writes)
	}
	for i := range l.cfg.Services {
		for name, uses := range l.usesByName(i) {
			l.checkDisk(i, name, uses)
		}
	}
}

// bringDisks says what becomes of the reads and writes of requests at the services
// that they reach.
func (l *loader) bringDisks(t *schema.Table, services []int, reads, writes dataplane.DiskDemand) {
	for _, d := range []struct {
		demand dataplane.DiskDemand
		write  bool
		key    string
	}{{reads, false, "read"}, {writes, true, "write"}} {
		if d.demand.None() || len(services) == 0 {
			continue
		}
		taken := false
		for _, i := range services {
			taken = l.takeDisk(i, d.write) || taken
		}
		given := d.key + "_ops"
		if d.demand.Count == nil {
			given = d.key + "_bytes"
		}
		if !taken {
			l.warnAt(t.Node, fmt.Sprintf(`%s: its demand.%s has no effect: no service that it reaches has a step with %s = "demand"`, t.Path, given, d.key))
		}
	}
}

// takeDisk reports whether a service takes the reads, or writes, of its requests. One
// without steps does: it reads, computes and writes.
func (l *loader) takeDisk(service int, write bool) bool {
	s := &l.cfg.Services[service]
	if len(l.steps[service]) == 0 {
		if len(s.Steps) == 0 {
			s.Steps = []dataplane.Step{{Kind: dataplane.StepCPU}}
		}
		step := dataplane.Step{Kind: dataplane.StepDisk, IO: dataplane.IO{Write: write, Demand: true}}
		has := func(step dataplane.Step) bool { return step.Kind == dataplane.StepDisk && step.IO.Write == write }
		if !slices.ContainsFunc(s.Steps, has) {
			step.IO.Disk = l.diskOf(service, diskUse{l.tables["service"][service], "volume", l.volumeOf[service]})
			if write {
				s.Steps = append(s.Steps, step)
			} else {
				s.Steps = append([]dataplane.Step{step}, s.Steps...)
			}
		}
	}
	return slices.ContainsFunc(s.Steps, func(step dataplane.Step) bool {
		return step.Kind == dataplane.StepDisk && step.IO.Demand && step.IO.Write == write
	})
}

// namedUses are the places that name one disk of a service.
type namedUses func(yield func(string, []diskUse) bool)

// usesByName groups the places that name disks of a service, in their order.
func (l *loader) usesByName(service int) namedUses {
	return func(yield func(string, []diskUse) bool) {
		for _, name := range l.cfg.Services[service].Disks {
			var uses []diskUse
			for _, u := range l.diskUses[service] {
				if u.name == name {
					uses = append(uses, u)
				}
			}
			if !yield(name, uses) {
				return
			}
		}
	}
}

// checkDisk refuses a disk that a server of the service does not have.
func (l *loader) checkDisk(service int, name string, uses []diskUse) {
	if isFileSystem(name) {
		l.checkMounts(service, name, uses)
		return
	}
	lacking := func(owner string, types []int, volumes []model.VolumeSpec) bool {
		rule, known := "", []string{model.RootVolume}
		for _, v := range volumes {
			if v.Device != "" {
				known = append(known, v.Device)
			}
		}
		for _, typ := range types {
			if typ >= 0 && l.cfg.Types[typ].Store.Disks == 0 && name == dataplane.InstanceStore {
				rule = fmt.Sprintf("must be a disk that every server has: %s, of %s, has no instance store", l.cfg.Types[typ].Name, owner)
			}
		}
		if name != dataplane.InstanceStore && model.FindVolume(volumes, name) < 0 {
			rule = fmt.Sprintf("must be a disk that every server has: %s has %s", owner, strings.Join(known, ", "))
		}
		if rule == "" {
			return false
		}
		for _, u := range uses {
			u.at.Mistake(u.key, rule, l.Hint(name, known))
		}
		return true
	}
	for i := range l.cfg.Instances {
		if f := &l.cfg.Instances[i]; f.Serves(service) && lacking("instance."+f.Name, []int{f.Template.Type}, f.Template.Volumes) {
			return
		}
	}
	for i := range l.cfg.Groups {
		g := &l.cfg.Groups[i]
		if !g.Serves(service) || g.Template < 0 || g.Template >= len(l.cfg.LaunchTemplates) {
			continue
		}
		var types []int
		for _, t := range g.Types {
			types = append(types, t.Type)
		}
		if lacking(g.Path(), types, l.cfg.LaunchTemplates[g.Template].Volumes) {
			return
		}
	}
}

// warnOfDisks warns of provisioned performance that no step uses, and of encryption.
func (l *loader) warnOfDisks() {
	l.warnOfEncryption()
	for i := range l.cfg.Instances {
		f := &l.cfg.Instances[i]
		if len(f.Applications) == 0 {
			l.warnOfIdle(l.tables["instance"][i], "instance."+f.Name, f.Service, f.Template.Volumes)
		}
	}
	for i := range l.cfg.Groups {
		if g := &l.cfg.Groups[i]; g.Template >= 0 && g.Template < len(l.cfg.LaunchTemplates) && len(g.Applications) == 0 {
			l.warnOfIdle(l.groupTable(i), g.Path(), g.Service, l.cfg.LaunchTemplates[g.Template].Volumes)
		}
	}
}

// warnOfEncryption says once what encryption changes but whether copies of snapshots are full: nothing (Amazon EBS User Guide, "Amazon EBS
// encryption": the same IOPS, with a minimal effect on latency, at no charge).
func (l *loader) warnOfEncryption() {
	encrypted := func(volumes []model.VolumeSpec) int {
		return slices.IndexFunc(volumes, func(v model.VolumeSpec) bool { return v.Encrypted })
	}
	for i := range l.cfg.Volumes {
		if l.cfg.Volumes[i].Spec.Encrypted {
			l.tellOfEncryption(l.tables["volume"][i])
			return
		}
	}
	for i := range l.cfg.Instances {
		if t := &l.cfg.Instances[i].Template; !t.Hibernates && encrypted(t.Volumes) >= 0 {
			l.tellOfEncryption(l.tables["instance"][i])
			return
		}
	}
	for i := range l.cfg.LaunchTemplates {
		if t := &l.cfg.LaunchTemplates[i]; !t.Hibernates && encrypted(t.Volumes) >= 0 && i < len(l.tables["launch_template"]) {
			l.tellOfEncryption(l.tables["launch_template"][i])
			return
		}
	}
}

func (l *loader) tellOfEncryption(t *schema.Table) {
	l.warnAt(t.Node, fmt.Sprintf("%s: encrypted has no effect but on copies of its snapshots: a volume is as fast with it, and costs the same", t.Path))
}

func (l *loader) warnOfIdle(t *schema.Table, owner string, service int, volumes []model.VolumeSpec) {
	if service < 0 {
		return
	}
	s := &l.cfg.Services[service]
	used := map[int]bool{}
	for _, name := range s.Disks {
		used[model.FindVolume(volumes, name)] = true
	}
	for i, v := range volumes {
		rules, _ := storage.Find(v.Type)
		if !used[i] && (v.IOPS > rules.Included || v.ThroughputMiBs > storage.LeastThroughput) {
			l.warnAt(t.Node, fmt.Sprintf("%s: what its %s volume is provisioned with has no effect but on the bill: no step of service.%s reads from it or writes to it", owner, v.Type, s.Name))
		}
	}
}
