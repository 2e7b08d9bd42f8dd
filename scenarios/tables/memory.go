package tables

import (
	"fmt"
	"strconv"
	"strings"

	"headroom/model"
	"headroom/model/controlplane"
	"headroom/model/dataplane"
	"headroom/model/memory"
	"headroom/scenarios/schema"
	"headroom/scenarios/tree"
	"headroom/sim"
	"headroom/sim/rng"
)

// swapInvalid is the code of a swap file that cannot be made.
const swapInvalid = "SwapInvalid"

const (
	// systemSize is what an operating system takes of the root volume: Amazon Linux 2
	// takes about 1.6 GiB.
	systemSize = 2 * model.GiB
	// What a service without a table of memory has if its requests hold some.
	ordinaryReserve = 200 * model.MiB
	ordinaryTouch   = 50
	ordinaryRestart = 10 * sim.Second
	// mostSwap is the largest swap file.
	mostSwap = 1 << 50
	// ownMode is the mode of a file that only its owner reads and writes.
	ownMode = 0o600
)

// memoryKeys are what services hold in memory, and the swap of their servers.
func memoryKeys() []schema.Key {
	amount := func(key, preset, meaning string) schema.Key {
		return schema.Row(key, schema.Quantity(schema.Bytes, 0, 1<<50), preset, meaning)
	}
	held := schema.Within("service.NAME", "", []schema.Key{
		schema.Row("memory", schema.Inner(), "", "what it holds in memory; without, there is always enough. What does not fit lies in swap, or the kernel kills it"),
		amount("memory.base", "0", "memory of the application that serves nobody"),
		amount("memory.per_request", "0", "memory of a request, from the beginning of its service to its end"),
		amount("memory.per_connection", "0", "memory of the connection of a request, in line too"),
		amount("memory.os_reserved", `"200MiB"`, "what the operating system keeps of the instance's memory"),
		schema.Row("memory.pages_touched", schema.Quantity(schema.Number, 0, dataplane.MaxIOs), "50", "pages of 4 KiB that a request touches as it begins; the share of them that lies in swap is read from its volume, one after the other"),
		schema.Row("memory.restart", schema.Quantity(schema.Seconds, 0.1, year), `"10s"`, "how long the application takes to start again after the kernel has killed it"),
	})
	swap := schema.Within("service.NAME", swapInvalid, []schema.Key{
		schema.Row("swap", schema.Either("a size, or a table", schema.Quantity(schema.Bytes, 0, 1<<50), schema.Inner()), "",
			"swap file, made at first boot after user data; recommended: twice the memory up to 2 GiB (32 MiB at least), 2 GiB more than the memory below 32 GiB, as much as the memory from there on"),
		amount("swap.size", "(block_size times count)", "its size, which dd writes in blocks; without count"),
		schema.Row("swap.count", schema.Whole(1, 1<<40), "", "instead of size: blocks that dd writes, of block_size each"),
		schema.Row("swap.volume", schema.Text(), `"root"`, "where it is: a volume's name or device_name, root, or instance-store"),
		schema.Row("swap.block_size", schema.Quantity(schema.Bytes, 512, 1<<50), `"128MiB"`, "in which dd writes it; must fit into free memory"),
		schema.Row("swap.mkswap", schema.Flag(), "true", "whether mkswap makes a swap area of it; without it can never be turned on"),
		schema.Row("swap.swapon", schema.Flag(), "true", "whether swapon turns it on when it is made; without it is on from the next reboot on, by fstab"),
		schema.Row("swap.mode", schema.Text(), `"0600"`, "its file mode; others than root must not read it"),
		schema.Row("swap.fstab", schema.Flag(), "true", "whether a line of /etc/fstab turns it on after a reboot"),
	})
	return append(held, swap...)
}

// readHolding reads what a service holds in memory, and the swap of its servers.
func (l *loader) readHolding(t *schema.Table, service int) *dataplane.Memory {
	swap := l.swapTable(t)
	if !t.Has("memory") && swap == nil {
		t.Pass("memory")
		return nil
	}
	m := t.Inside("memory")
	memory := &dataplane.Memory{
		Base: m.Size("base"), PerRequest: m.Size("per_request"), PerConnection: m.Size("per_connection"),
		Reserved: m.Size("os_reserved"), PagesTouched: m.Quantity("pages_touched"), Restart: m.Duration("restart"),
	}
	m.Done()
	if swap != nil {
		memory.Swap = l.readSwap(swap, service)
	}
	return memory
}

// swapTable returns the table of a service's swap; a size alone is a table too. nil
// without.
func (l *loader) swapTable(t *schema.Table) *schema.Table {
	const key = "swap"
	n := t.Value(key)
	if n == nil {
		return nil
	}
	if n.Form == tree.ScalarForm {
		whole := tree.NewTable(n.At)
		whole.Table["size"] = n
		n, t.Node.Table[key] = whole, whole
	}
	c := t.Below(n, t.PathOf(key), t.PatternOf(key))
	if n.Form != tree.TableForm {
		t.Mistake(key, "must be a size, or a table", "")
		return nil
	}
	n.Inline = true
	return c
}

// readSwap reads a swap file.
func (l *loader) readSwap(t *schema.Table, service int) dataplane.Swap {
	s := dataplane.Swap{Block: t.Size("block_size"), Fstab: t.Flag("fstab"), Raw: !t.Flag("mkswap"), Off: !t.Flag("swapon")}
	s.Size = readSwapSize(t, s.Block)
	switch {
	case s.Size == 0:
	case s.Raw:
		l.warnAt(t.Node, t.PathOf("mkswap")+": read swap header failed: swapon takes nothing that mkswap has not prepared, and there is no swap")
	case s.Off && !s.Fstab:
		l.warnAt(t.Node, t.PathOf("swapon")+": nobody turns it on, now or after a reboot: there is no swap")
	}
	volume := t.Text("volume")
	switch {
	case !t.Sound("volume"):
	case strings.HasPrefix(volume, "efs."):
		t.Wrong("volume", "must not be a file system: swap lies on a disk")
	case s.Size > 0:
		s.Disk = l.diskOf(service, diskUse{t, "volume", volume})
	}
	mode, err := strconv.ParseUint(t.Text("mode"), 8, 12)
	switch {
	case !t.Sound("mode"):
	case err != nil:
		t.Wrong("mode", `must be an octal file mode such as "0600"`)
	case mode != ownMode:
		l.warnAt(t.Node, fmt.Sprintf("%s: insecure permissions %04o, 0600 suggested: others than root may read what was in memory", t.PathOf("mode"), mode))
	}
	l.swaps[service] = t
	t.Done()
	return s
}

// readSwapSize reads how large a swap file is: what is said, or what dd writes.
func readSwapSize(t *schema.Table, block model.Bytes) model.Bytes {
	switch {
	case t.Has("size") && t.Has("count"):
		t.Wrong("count", "must not be given with size: one of them says how much dd writes")
	case t.Has("count"):
		t.Pass("size")
		if count := model.Bytes(t.Whole("count")); t.Sound("count", "block_size") && block > 0 {
			if count > mostSwap/block {
				t.Wrong("count", fmt.Sprintf("must be at most %d blocks of block_size: 1 PiB", mostSwap/block))
				return 0
			}
			return block * count
		}
		return 0
	}
	t.Pass("count")
	t.Require("size")
	return t.Size("size")
}

// connectMemory lets requests of services that are short of memory wait for it, and
// verifies that each server of such a service can have its swap.
func (l *loader) connectMemory() {
	for i := range l.cfg.Workloads {
		w := &l.cfg.Workloads[i]
		l.bringMemory(l.servedBy(w.To, w.Target), w.Memory)
	}
	for _, c := range l.calls {
		call := &l.cfg.Services[c.service].Steps[c.step].Call
		l.bringMemory(l.servedBy(call.To, call.Target), call.Memory)
	}
	for i := range l.cfg.Services {
		s := &l.cfg.Services[i]
		if s.Memory == nil {
			continue
		}
		if len(s.Steps) == 0 {
			s.Steps = []dataplane.Step{{Kind: dataplane.StepCPU}}
		}
		for _, on := range l.serversOf(i) {
			l.checkBase(i, on)
			if swap := l.swaps[i]; swap != nil && l.checkSwap(i, on) {
				break // once is enough
			}
		}
	}
	l.checkMemoryMetrics()
	l.checkGroupMetrics()
}

// bringMemory holds the services that requests with memory of their own reach to that of
// their servers.
func (l *loader) bringMemory(services []int, own rng.Distribution) {
	if own == nil {
		return
	}
	for _, i := range services {
		if s := &l.cfg.Services[i]; s.Memory == nil {
			s.Memory = &dataplane.Memory{Reserved: ordinaryReserve, PagesTouched: ordinaryTouch, Restart: ordinaryRestart}
		}
	}
}

// serverKind is what a service runs on.
type serverKind struct {
	owner   string
	typ     int
	volumes []model.VolumeSpec
}

// serversOf lists what a service runs on.
func (l *loader) serversOf(service int) (all []serverKind) {
	for i := range l.cfg.Instances {
		if f := &l.cfg.Instances[i]; f.Serves(service) && f.Template.Type >= 0 && f.Template.Type < len(l.cfg.Types) {
			all = append(all, serverKind{"instance." + f.Name, f.Template.Type, f.Template.Volumes})
		}
	}
	for i := range l.cfg.Groups {
		g := &l.cfg.Groups[i]
		if !g.Serves(service) || g.Template < 0 || g.Template >= len(l.cfg.LaunchTemplates) {
			continue
		}
		for _, t := range g.Types {
			if t.Type >= 0 && t.Type < len(l.cfg.Types) {
				all = append(all, serverKind{g.Path(), t.Type, l.cfg.LaunchTemplates[g.Template].Volumes})
			}
		}
	}
	return all
}

func (l *loader) ramOf(on serverKind) model.Bytes {
	return model.Bytes(l.cfg.Types[on.typ].MemoryMiB) * model.MiB
}

// checkBase warns of an application that never starts.
func (l *loader) checkBase(service int, on serverKind) {
	m := l.cfg.Services[service].Memory
	terms := memory.Terms{RAM: l.ramOf(on), Reserved: m.Reserved}
	if m.Base > terms.Available().Plus(m.Swap.On(false)) {
		t := l.tables["service"][service]
		l.warnAt(t.Node, fmt.Sprintf("%s.memory.base: the application is killed as soon as it starts: %s, of %s, has %s for it and %s of swap; recommended swap: %s, or a larger type",
			t.Path, l.cfg.Types[on.typ].Name, on.owner, size(terms.Available()), size(m.Swap.On(false)), size(memory.RecommendedSwap(l.ramOf(on)))))
	}
}

// checkSwap refuses a swap file that cannot be made, and reports whether it did.
func (l *loader) checkSwap(service int, on serverKind) (refused bool) {
	m, t := l.cfg.Services[service].Memory, l.swaps[service]
	typ := &l.cfg.Types[on.typ]
	free := memory.Terms{RAM: l.ramOf(on), Reserved: m.Reserved}
	if t.Sound("block_size") && m.Swap.Block > free.Available() && m.Swap.Size > 0 {
		t.Wrong("block_size", fmt.Sprintf("must be at most the free memory at boot: %s, of %s, has %s", typ.Name, on.owner, size(free.Available())))
		refused = true
	}
	said := "size"
	if t.Has("count") {
		said = "count"
	}
	if m.Swap.Size == 0 || !t.Sound(said, "volume") {
		return refused
	}
	name := l.cfg.Services[service].Disks[m.Swap.Disk]
	room, what := model.Bytes(0), "its "+name+" volume"
	switch v := model.FindVolume(on.volumes, name); {
	case name == dataplane.InstanceStore && typ.Store.Disks == 0:
		return refused // which is said elsewhere
	case name == dataplane.InstanceStore:
		room = model.Bytes(typ.Store.Disks*typ.Store.DiskGB) * 1_000_000_000
		what = "its instance store"
	case v < 0:
		return refused // which is said elsewhere
	case on.volumes[v].Shared:
		t.Wrong("volume", fmt.Sprintf("must be a volume of the server's own: instances share %s", name))
		return true
	default:
		room = model.Bytes(on.volumes[v].SizeGiB) * model.GiB
		if v == 0 {
			room = max(0, room-systemSize)
		}
	}
	if m.Swap.Size > room {
		t.Wrong(said, fmt.Sprintf("must fit into what is free: %s, of %s, has %s", what, on.owner, size(room)))
		refused = true
	}
	return refused
}

// size writes an amount of memory.
func size(b model.Bytes) string {
	if b%model.GiB == 0 {
		return fmt.Sprintf("%d GiB", b/model.GiB)
	}
	return fmt.Sprintf("%g MiB", float64(b)/float64(model.MiB))
}

// memoryWatch is a place of the file that asks for the memory of a group.
type memoryWatch struct {
	at    *schema.Table
	key   string
	group int
}

// noteMemoryMetric notes who asks for the memory of a group, which has to be known.
func (l *loader) noteMemoryMetric(t *schema.Table, key string, m controlplane.Metric) {
	if m.Kind == controlplane.MemoryUsed {
		l.memoryWatches = append(l.memoryWatches, memoryWatch{t, key, m.Subject})
	}
}

// checkMemoryMetrics refuses to watch the memory of groups of which nobody knows what
// they hold.
func (l *loader) checkMemoryMetrics() {
	for _, w := range l.memoryWatches {
		if w.group < 0 || w.group >= len(l.cfg.Groups) {
			continue // which is said elsewhere
		}
		g := &l.cfg.Groups[w.group]
		if g.Tasks == nil && w.at.Node.Table[w.key].Is("MemoryUtilization") {
			w.at.Mistake(w.key, "must be mem_used_percent of a group: MemoryUtilization is of a container_service", "")
			continue
		}
		if g.Service < 0 || l.cfg.Services[g.Service].Memory == nil {
			w.at.Mistake(w.key, "must not be the memory of a group whose service has no memory table", "")
			continue
		}
		if lt := &l.cfg.LaunchTemplates[g.Template]; lt.Profile == "" && g.Tasks == nil {
			l.warnAt(w.at.Node.Table[w.key], w.at.PathOf(w.key)+": never has a datapoint: its agent may not publish without the iam_instance_profile of launch_template."+lt.Name)
		}
	}
}
