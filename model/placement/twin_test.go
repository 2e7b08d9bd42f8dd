package placement_test

import (
	"cmp"
	"fmt"
	"slices"
	"testing"

	"headroom/model/placement"
)

// scan is the dumb twin of every policy: it looks at all the hosts.
type scan struct {
	shape   placement.Capacity
	hosts   []scanHost
	chooser placement.Chooser
}

type scanHost struct {
	free      placement.Capacity
	instances int
	disabled  bool
}

// choose returns the host that the named policy chooses.
func (s *scan) choose(policy string, need placement.Need) (host int, ok bool) {
	var fit []int
	for i, h := range s.hosts {
		if !h.disabled && h.free.CPU >= need.CPU && h.free.MemoryMiB >= need.MemoryMiB {
			fit = append(fit, i)
		}
	}
	if policy == "random" {
		for range min(8, len(s.hosts)) {
			if i := s.chooser.Below(len(s.hosts)); slices.Contains(fit, i) {
				return i, true
			}
		}
	}
	if len(fit) == 0 {
		return 0, false
	}
	skip := 0
	if policy == "random" {
		skip = s.chooser.Below(len(fit))
	}
	before := func(i, j int) bool {
		a, b := s.hosts[i], s.hosts[j]
		byFree := cmp.Or(cmp.Compare(a.free.CPU, b.free.CPU), cmp.Compare(a.free.MemoryMiB, b.free.MemoryMiB))
		switch policy {
		case "first-fit", "balance-fit": // hosts of one node are even
			return i < j
		case "best-fit", "random":
			return cmp.Or(byFree, i-j) < 0
		case "worst-fit":
			return cmp.Or(-byFree, i-j) < 0
		case "spread":
			return cmp.Or(a.instances-b.instances, i-j) < 0
		}
		panic(policy)
	}
	for {
		best := 0
		for k := range fit {
			if before(fit[k], fit[best]) {
				best = k
			}
		}
		if skip == 0 {
			return fit[best], true
		}
		skip--
		fit = append(fit[:best], fit[best+1:]...)
	}
}

func (s *scan) take(host int, need placement.Need, sign int) {
	h := &s.hosts[host]
	h.free.CPU -= int32(sign) * need.CPU
	h.free.MemoryMiB -= int64(sign) * need.MemoryMiB
	h.instances += sign
}

// check compares every readable fact.
func (s *scan) check(t *testing.T, hosts *placement.Hosts) {
	t.Helper()
	used, cpu, memory := 0, int64(0), int64(0)
	for i, h := range s.hosts {
		if hosts.Free(i) != h.free || hosts.Instances(i) != h.instances || hosts.Enabled(i) == h.disabled {
			t.Fatalf("host %d: got %+v %d %v, want %+v", i, hosts.Free(i), hosts.Instances(i), hosts.Enabled(i), h)
		}
		if h.free.CPU < 0 || h.free.MemoryMiB < 0 {
			t.Fatalf("host %d is overcommitted: %+v", i, h)
		}
		if h.instances > 0 {
			used++
		}
		cpu += int64(s.shape.CPU - h.free.CPU)
		memory += s.shape.MemoryMiB - h.free.MemoryMiB
	}
	gotCPU, gotMemory := hosts.Reserved()
	if hosts.Used() != used || gotCPU != cpu || gotMemory != memory {
		t.Fatalf("used, CPU, memory: got %d %d %d, want %d %d %d", hosts.Used(), gotCPU, gotMemory, used, cpu, memory)
	}
}

type placed struct {
	host int
	need placement.Need
}

// pair is a policy and its twin under the same operations.
type pair struct {
	*testing.T
	name   string // of the policy, and what reproduces the run
	policy string
	hosts  *placement.Hosts
	twin   *scan
	live   []placed
}

// trial is one random comparison. A small grain gives arbitrary memory sizes, a
// large one few distinct sizes.
type trial struct {
	seed         uint64
	count, steps int
	grain        int64 // MiB
}

// compare runs random operations on a policy and on its twin.
func compare(t *testing.T, entry placement.Entry, trial trial) {
	t.Helper()
	seed, count, grain := trial.seed, trial.count, trial.grain
	random := newStream(seed)
	shape := placement.Capacity{CPU: int32(1 + random.Below(100)), MemoryMiB: grain * int64(1+random.Below(400))}
	p := &pair{
		T: t, name: fmt.Sprintf("%s %+v", entry.Name, trial), policy: entry.Name,
		hosts: placement.New(shape, count, entry.New(newStream(seed+1))),
		twin:  &scan{shape: shape, chooser: newStream(seed + 1)},
	}
	for range count {
		p.twin.hosts = append(p.twin.hosts, scanHost{free: shape})
	}
	for range trial.steps {
		need := placement.Need{
			CPU:       int32(1 + random.Below(int(shape.CPU)/4+2)),
			MemoryMiB: grain * int64(random.Below(int(shape.MemoryMiB/grain)/4+2)),
		}
		switch what := random.Below(100); {
		case what < 55:
			p.place(need)
		case what < 90:
			if len(p.live) > 0 {
				p.release(random.Below(len(p.live)))
			}
		case what < 95:
			p.placeOn(random.Below(count), need)
		default:
			host, enabled := random.Below(count), random.Below(3) > 0
			p.hosts.SetEnabled(host, enabled)
			p.twin.hosts[host].disabled = !enabled
		}
	}
	p.twin.check(t, p.hosts)
}

func (p *pair) place(need placement.Need) {
	p.Helper()
	want, wantOK := p.twin.choose(p.policy, need)
	got, ok := p.hosts.Place(need)
	if got != want || ok != wantOK {
		p.Fatalf("%s: Place(%+v): got %d %v, want %d %v", p.name, need, got, ok, want, wantOK)
	}
	if ok {
		p.twin.take(got, need, 1)
		p.live = append(p.live, placed{got, need})
	}
}

func (p *pair) placeOn(host int, need placement.Need) {
	p.Helper()
	h := p.twin.hosts[host]
	want := !h.disabled && h.free.CPU >= need.CPU && h.free.MemoryMiB >= need.MemoryMiB
	if got := placeOn(p.hosts, host, need); got != want {
		p.Fatalf("%s: on host (%d, %+v): got %v on %+v", p.name, host, need, got, h)
	}
	if want {
		p.twin.take(host, need, 1)
		p.live = append(p.live, placed{host, need})
	}
}

func (p *pair) release(k int) {
	p.hosts.Release(p.live[k].host, p.live[k].need)
	p.twin.take(p.live[k].host, p.live[k].need, -1)
	p.live[k] = p.live[len(p.live)-1]
	p.live = p.live[:len(p.live)-1]
}

func TestPoliciesAgreeWithScans(t *testing.T) {
	for _, entry := range placement.Policies() {
		t.Run(entry.Name, func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(40) {
				compare(t, entry, trial{seed, 1 + int(seed*seed)%300, 1000, 1 + int64(seed%3)*512})
			}
			// Large sets: bitmaps of several pages, and their return to lists.
			if entry.Name != "random" { // its twin is quadratic
				compare(t, entry, trial{99, 5000, 6000, 4096})
			}
		})
	}
}

func FuzzPoliciesAgreeWithScans(f *testing.F) {
	f.Add(uint64(1), uint8(0), uint16(40), uint16(1))
	f.Add(uint64(2), uint8(3), uint16(900), uint16(1024))
	f.Add(uint64(163), uint8(16), uint16(138), uint16(0)) // a need of more vCPUs than any host has
	f.Fuzz(func(t *testing.T, seed uint64, policy uint8, count, grain uint16) {
		all := placement.Policies()
		compare(t, all[int(policy)%len(all)], trial{seed, 1 + int(count)%1000, 500, 1 + int64(grain)})
	})
}
