package placement_test

import (
	"cmp"
	"fmt"
	"math/big"
	"slices"
	"testing"

	"headroom/model/placement"
)

// world is the dumb twin of hosts with nodes, views and reservations: it keeps
// what lies on each host and computes everything from that.
type world struct {
	*testing.T
	name   string
	policy string
	shape  placement.Capacity
	nodes  int
	hosts  []worldHost
	books  []*book
}

type worldHost struct {
	disabled bool
	lying    []lying
}

// lying is an instance, or a held place.
type lying struct {
	view     int
	need     placement.Need
	at       placement.Allocation
	instance bool
}

// book is a reservation.
type book struct {
	real     *placement.Reservation
	view     int
	need     placement.Need
	unused   []placement.Allocation
	used     []placement.Allocation
	canceled bool
}

func (w *world) node() placement.Capacity {
	return placement.Capacity{CPU: w.shape.CPU / int32(w.nodes), MemoryMiB: w.shape.MemoryMiB / int64(w.nodes)}
}

// dealt deals need out to count nodes, unit by unit.
func dealt(need placement.Need, count int) []placement.Need {
	hands := make([]placement.Need, count)
	for i := range int(need.CPU) {
		hands[i%count].CPU++
	}
	for i := range int(need.MemoryMiB) {
		hands[i%count].MemoryMiB++
	}
	return hands
}

// free returns what is free in each node of a host.
func (w *world) free(host int) []placement.Capacity {
	free := slices.Repeat([]placement.Capacity{w.node()}, w.nodes)
	for _, l := range w.hosts[host].lying {
		hands := dealt(l.need, l.at.Nodes.Len())
		for node := range w.nodes {
			if l.at.Nodes>>node&1 == 1 {
				free[node].CPU -= hands[0].CPU
				free[node].MemoryMiB -= hands[0].MemoryMiB
				hands = hands[1:]
			}
		}
	}
	return free
}

func (w *world) sum(host int) (all placement.Capacity) {
	for _, f := range w.free(host) {
		all.CPU += f.CPU
		all.MemoryMiB += f.MemoryMiB
	}
	return all
}

// instances returns how many instances of a view are on a host.
func (w *world) instances(view, host int) (n int) {
	for _, l := range w.hosts[host].lying {
		if l.view == view && l.instance {
			n++
		}
	}
	return n
}

func (w *world) foreign(view, host int) bool {
	return slices.ContainsFunc(w.hosts[host].lying, func(l lying) bool { return l.view != view })
}

// takes returns the number of nodes that need takes, or 0 if no host could.
func (w *world) takes(need placement.Need) int {
	for count := 1; count <= w.nodes; count++ {
		if hand := dealt(need, count)[0]; hand.CPU <= w.node().CPU && hand.MemoryMiB <= w.node().MemoryMiB {
			return count
		}
	}
	return 0
}

// share is the smaller free share of a node.
func (w *world) share(f placement.Capacity) *big.Rat {
	cpu := big.NewRat(int64(f.CPU), int64(w.node().CPU))
	if memory := big.NewRat(f.MemoryMiB, w.node().MemoryMiB); memory.Cmp(cpu) < 0 {
		return memory
	}
	return cpu
}

func compareFree(a, b placement.Capacity) int {
	return cmp.Or(cmp.Compare(a.CPU, b.CPU), cmp.Compare(a.MemoryMiB, b.MemoryMiB))
}

// allocation returns where on a host need would lie.
func (w *world) allocation(view, host int, need placement.Need) (at placement.Allocation, ok bool) {
	count := w.takes(need)
	if w.hosts[host].disabled || w.foreign(view, host) || count == 0 {
		return at, false
	}
	free, hand := w.free(host), dealt(need, count)[0]
	var fit []int
	for node, f := range free {
		if f.CPU >= hand.CPU && f.MemoryMiB >= hand.MemoryMiB {
			fit = append(fit, node)
		}
	}
	if len(fit) < count {
		return at, false
	}
	slices.SortStableFunc(fit, func(a, b int) int {
		switch w.policy {
		case "best-fit":
			return compareFree(free[a], free[b])
		case "worst-fit":
			return compareFree(free[b], free[a])
		case "balance-fit":
			return w.share(free[b]).Cmp(w.share(free[a]))
		}
		return 0
	})
	at.Host = host
	for _, node := range fit[:count] {
		at.Nodes |= 1 << node
	}
	return at, true
}

// uneven is how much the nodes of a host differ.
func (w *world) uneven(host int) *big.Rat {
	free := w.free(host)
	slices.SortFunc(free, func(a, b placement.Capacity) int { return w.share(a).Cmp(w.share(b)) })
	return new(big.Rat).Sub(w.share(free[w.nodes-1]), w.share(free[0]))
}

// fitting returns the places that the view's hosts offer, by host.
func (w *world) fitting(view int, need placement.Need) (fit []placement.Allocation) {
	for host := range w.hosts {
		if at, ok := w.allocation(view, host, need); ok {
			fit = append(fit, at)
		}
	}
	return fit
}

// best returns the place that the policy chooses.
func (w *world) best(view int, need placement.Need) (at placement.Allocation, ok bool) {
	fit := w.fitting(view, need)
	if len(fit) == 0 {
		return at, false
	}
	return slices.MinFunc(fit, func(a, b placement.Allocation) int { // the first of equals
		switch w.policy {
		case "best-fit":
			return compareFree(w.sum(a.Host), w.sum(b.Host))
		case "worst-fit":
			return compareFree(w.sum(b.Host), w.sum(a.Host))
		case "spread":
			return w.instances(view, a.Host) - w.instances(view, b.Host)
		case "balance-fit":
			if w.takes(need) == 1 {
				return w.uneven(b.Host).Cmp(w.uneven(a.Host))
			}
		}
		return 0
	}), true
}

func (w *world) put(l lying) {
	w.hosts[l.at.Host].lying = append(w.hosts[l.at.Host].lying, l)
}

func (w *world) drop(l lying) {
	at := slices.Index(w.hosts[l.at.Host].lying, l)
	w.hosts[l.at.Host].lying = slices.Delete(w.hosts[l.at.Host].lying, at, at+1)
}

// check compares every readable fact of every view.
func (w *world) check(views []*placement.Hosts) {
	w.Helper()
	for v, hosts := range views {
		used, cpu, memory, heldCPU, heldMemory := 0, int64(0), int64(0), int64(0), int64(0)
		for host := range w.hosts {
			want, free := w.sum(host), w.free(host)
			if w.foreign(v, host) {
				want, free = placement.Capacity{}, make([]placement.Capacity, w.nodes)
			}
			if hosts.Free(host) != want || hosts.Instances(host) != w.instances(v, host) || hosts.Enabled(host) == w.hosts[host].disabled {
				w.Fatalf("%s: view %d, host %d: %+v free, %d instances, want %+v, %d", w.name, v, host, hosts.Free(host), hosts.Instances(host), want, w.instances(v, host))
			}
			for node, f := range free {
				if hosts.FreeInNode(host, node) != f || f.CPU < 0 || f.MemoryMiB < 0 {
					w.Fatalf("%s: view %d, host %d, node %d: %+v free, want %+v", w.name, v, host, node, hosts.FreeInNode(host, node), f)
				}
			}
			if w.instances(v, host) > 0 {
				used++
			}
			for _, l := range w.hosts[host].lying {
				switch {
				case l.view != v:
				case l.instance:
					cpu, memory = cpu+int64(l.need.CPU), memory+l.need.MemoryMiB
				default:
					heldCPU, heldMemory = heldCPU+int64(l.need.CPU), heldMemory+l.need.MemoryMiB
				}
			}
		}
		gotCPU, gotMemory := hosts.Reserved()
		gotHeldCPU, gotHeldMemory := hosts.Held()
		got := []int64{int64(hosts.Used()), gotCPU, gotMemory, gotHeldCPU, gotHeldMemory}
		if want := []int64{int64(used), cpu, memory, heldCPU, heldMemory}; !slices.Equal(got, want) {
			w.Fatalf("%s: view %d: used, reserved, held: got %v, want %v", w.name, v, got, want)
		}
	}
}

// game plays random operations on the hosts and on their twin.
type game struct {
	world
	random stream
	entry  placement.Entry
	views  []*placement.Hosts
	live   []lying // instances outside reservations
}

// play compares after every step of a small game, at the end of a large one.
func play(t *testing.T, entry placement.Entry, seed uint64, most int) {
	t.Helper()
	random := newStream(seed)
	g := &game{random: random, entry: entry}
	nodes := 1 << random.Below(4)
	g.world = world{
		T: t, name: fmt.Sprintf("%s, seed %d", entry.Name, seed), policy: entry.Name, nodes: nodes,
		shape: placement.Capacity{CPU: int32(nodes * (1 + random.Below(8))), MemoryMiB: int64(nodes * (1 + random.Below(12)))},
		hosts: make([]worldHost, most-random.Below(most*2/3)),
	}
	g.views = []*placement.Hosts{placement.NewDivided(g.shape, nodes, len(g.hosts), entry.New(newStream(seed+1)))}
	for step := range 250 {
		if step%80 == 40 && random.Below(2) == 0 {
			g.views = append(g.views, g.views[random.Below(len(g.views))].Beside(entry.New(newStream(seed+2))))
		}
		g.step()
		if most < 20 {
			g.check(g.views)
		}
	}
	g.check(g.views)
}

func (g *game) need() placement.Need {
	most := g.shape
	if g.random.Below(2) == 0 {
		most = g.node()
	}
	return placement.Need{CPU: int32(1 + g.random.Below(int(most.CPU))), MemoryMiB: int64(g.random.Below(int(most.MemoryMiB) + 2))}
}

func (g *game) step() {
	g.Helper()
	view := g.random.Below(len(g.views))
	switch what := g.random.Below(100); {
	case what < 35:
		g.launch(view, g.need())
	case what < 40:
		g.launchOn(view, g.random.Below(len(g.hosts)), g.need())
	case what < 62:
		if len(g.live) > 0 {
			g.end(g.random.Below(len(g.live)))
		}
	case what < 68:
		host, enabled := g.random.Below(len(g.hosts)), g.random.Below(3) > 0
		g.views[view].SetEnabled(host, enabled)
		g.hosts[host].disabled = !enabled
	case g.policy == "random": // what it holds cannot be foretold
	case what < 74:
		g.hold(view, g.need(), g.random.Below(4))
	case len(g.books) == 0:
	case what < 86:
		g.take(g.books[g.random.Below(len(g.books))])
	case what < 94:
		g.giveBack(g.books[g.random.Below(len(g.books))])
	case what < 97:
		g.restore(g.books[g.random.Below(len(g.books))])
	default:
		g.cancel(g.books[g.random.Below(len(g.books))])
	}
}

func (g *game) launch(view int, need placement.Need) {
	g.Helper()
	want, wantOK := g.best(view, need)
	if g.policy == "random" {
		g.checkFitting(view, need)
	}
	at, ok := g.views[view].Allocate(need)
	if g.policy == "random" && ok { // any host that fits
		want, wantOK = g.allocation(view, at.Host, need)
	}
	if ok != wantOK || at != want {
		g.Fatalf("%s: view %d, Allocate(%+v): got %+v %v, want %+v %v", g.name, view, need, at, ok, want, wantOK)
	}
	if ok {
		g.put(lying{view, need, at, true})
		g.live = append(g.live, lying{view, need, at, true})
	}
}

// checkFitting compares the hosts that a random policy draws from.
func (g *game) checkFitting(view int, need placement.Need) {
	g.Helper()
	hosts := g.views[view]
	var got, want []int
	for n := range hosts.Fitting(need) {
		got = append(got, hosts.Nth(need, n))
	}
	for _, at := range g.fitting(view, need) {
		want = append(want, at.Host)
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		g.Fatalf("%s: %+v fits %v, want %v", g.name, need, got, want)
	}
}

func (g *game) launchOn(view, host int, need placement.Need) {
	g.Helper()
	want, wantOK := g.allocation(view, host, need)
	if got := g.views[view].Fits(host, need); got != wantOK {
		g.Fatalf("%s: view %d, Fits(%d, %+v) = %v", g.name, view, host, need, got)
	}
	at, ok := g.views[view].AllocateOn(host, need)
	if ok != wantOK || ok && at != want {
		g.Fatalf("%s: view %d, AllocateOn(%d, %+v): got %+v %v, want %+v %v", g.name, view, host, need, at, ok, want, wantOK)
	}
	if ok {
		g.put(lying{view, need, at, true})
		g.live = append(g.live, lying{view, need, at, true})
	}
}

func (g *game) end(k int) {
	l := g.live[k]
	g.live = slices.Delete(g.live, k, k+1)
	g.views[l.view].Vacate(l.at, l.need)
	g.drop(l)
}

// hold reserves, sometimes around an instance that runs already.
func (g *game) hold(view int, need placement.Need, count int) {
	g.Helper()
	b := &book{view: view, need: need}
	k := slices.IndexFunc(g.live, func(l lying) bool { return l.view == view })
	if k >= 0 && count > 0 && g.random.Below(2) == 0 {
		b.need, b.used = g.live[k].need, []placement.Allocation{g.live[k].at}
	}
	running := slices.Clone(b.used)
	for range count - len(b.used) {
		at, ok := g.best(view, b.need)
		if !ok {
			break
		}
		b.unused = append(b.unused, at)
		g.put(lying{view, b.need, at, false})
	}
	want := len(b.unused)+len(b.used) == count
	real, ok := g.views[view].Hold(b.need, count, running)
	if ok != want {
		g.Fatalf("%s: view %d, Hold(%+v, %d): %v, want %v", g.name, view, b.need, count, ok, want)
	}
	if !ok {
		for _, at := range b.unused {
			g.drop(lying{view, b.need, at, false})
		}
		return
	}
	if len(running) > 0 {
		g.live = slices.Delete(g.live, k, k+1)
	}
	b.real = real
	g.books = append(g.books, b)
	if real.Count() != count {
		g.Fatalf("%s: a reservation of %d counts %d", g.name, count, real.Count())
	}
}

// onEnabled returns the first unused place on an enabled host, or -1.
func (g *game) onEnabled(b *book) int {
	return slices.IndexFunc(b.unused, func(at placement.Allocation) bool { return !g.hosts[at.Host].disabled })
}

func (g *game) take(b *book) {
	g.Helper()
	i := g.onEnabled(b)
	at, ok := b.real.Take()
	if ok != (i >= 0) || ok && at != b.unused[i] {
		g.Fatalf("%s: Take: got %+v %v, want place %d of %v", g.name, at, ok, i, b.unused)
	}
	if ok {
		b.unused = slices.Delete(b.unused, i, i+1)
		b.used = append(b.used, at)
		g.drop(lying{b.view, b.need, at, false})
		g.put(lying{b.view, b.need, at, true})
	}
	if b.real.Used() != len(b.used) {
		g.Fatalf("%s: %d places used, want %d", g.name, b.real.Used(), len(b.used))
	}
}

func (g *game) giveBack(b *book) {
	if len(b.used) == 0 {
		return
	}
	at := b.used[0]
	b.used = b.used[1:]
	b.real.Return(at)
	g.drop(lying{b.view, b.need, at, true})
	if !b.canceled {
		b.unused = append(b.unused, at)
		g.put(lying{b.view, b.need, at, false})
	}
}

func (g *game) restore(b *book) {
	g.Helper()
	for i := 0; i < len(b.unused); {
		next, ok := g.best(b.view, b.need)
		switch at := b.unused[i]; {
		case !g.hosts[at.Host].disabled:
			i++
		case ok:
			g.put(lying{b.view, b.need, next, false})
			g.drop(lying{b.view, b.need, at, false})
			b.unused = append(slices.Delete(b.unused, i, i+1), next)
		default:
			i = len(b.unused)
		}
	}
	available := 0
	for _, at := range b.unused {
		if !g.hosts[at.Host].disabled {
			available++
		}
	}
	if got := b.real.Restore(); got != available || b.real.Available() != available {
		g.Fatalf("%s: Restore: %d available, then %d, want %d", g.name, got, b.real.Available(), available)
	}
}

func (g *game) cancel(b *book) {
	b.real.Cancel()
	b.canceled = true
	for _, at := range b.unused {
		g.drop(lying{b.view, b.need, at, false})
	}
	b.unused = nil
}

func TestAllocationsAgreeWithAWorldThatKeepsLists(t *testing.T) {
	for _, entry := range placement.Policies() {
		t.Run(entry.Name, func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(60) {
				play(t, entry, seed, 9)
			}
			for seed := range uint64(4) { // three levels of the tree by number
				play(t, entry, seed, 400)
			}
		})
	}
}

func FuzzAllocationsAgreeWithAWorldThatKeepsLists(f *testing.F) {
	f.Add(uint64(1), uint8(0))
	f.Fuzz(func(t *testing.T, seed uint64, policy uint8) {
		all := placement.Policies()
		play(t, all[int(policy)%len(all)], seed, 9)
	})
}
