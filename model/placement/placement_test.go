package placement_test

import (
	"math/rand/v2"
	"testing"

	"headroom/model/placement"
)

// stream is a [placement.Chooser] for tests.
type stream struct{ *rand.Rand }

func (s stream) Below(n int) int { return s.IntN(n) }

func newStream(seed uint64) stream { return stream{rand.New(rand.NewPCG(seed, 0))} }

var m5 = placement.Capacity{CPU: 96, MemoryMiB: 384 << 10}

// AWS EC2 user guide, Dedicated Hosts: 6 m5.4xlarge on an M5 host.
func TestM5HostHoldsSixOf4xlarge(t *testing.T) {
	for _, entry := range placement.Policies() {
		hosts := placement.New(m5, 1, entry.New(newStream(1)))
		need := placement.Need{CPU: 16, MemoryMiB: 64 << 10}
		for i := range 6 {
			if _, ok := hosts.Place(need); !ok {
				t.Fatalf("%s: launch %d refused, want 6 accepted", entry.Name, i+1)
			}
		}
		if cpu, memory := hosts.Reserved(); cpu != 96 || memory != 384<<10 {
			t.Errorf("%s: reserved %d, %d MiB, want all of the host", entry.Name, cpu, memory)
		}
		if _, ok := hosts.Place(need); ok {
			t.Errorf("%s: launch 7 accepted on a full host", entry.Name)
		}
	}
}

// AWS EC2 user guide, Dedicated Hosts: a T3 host takes 192 t3.nano to t3.medium
// or 24 t3.2xlarge; that halves of both mix is the model's.
func TestT3HostTakesMixOfSlots(t *testing.T) {
	t3 := placement.Capacity{CPU: 192, MemoryMiB: 768 << 10}
	nano := placement.Need{CPU: 1, MemoryMiB: 512}
	medium := placement.Need{CPU: 1, MemoryMiB: 4 << 10}
	xlarge2 := placement.Need{CPU: 8, MemoryMiB: 32 << 10}
	for _, mix := range [][]struct {
		need  placement.Need
		count int
	}{
		{{nano, 192}}, {{medium, 192}}, {{xlarge2, 24}}, {{nano, 96}, {xlarge2, 12}},
	} {
		hosts := placement.New(t3, 1, placement.BestFit{})
		for _, part := range mix {
			for i := range part.count {
				if _, ok := hosts.Place(part.need); !ok {
					t.Fatalf("%+v: number %d of %+v refused", mix, i+1, part.need)
				}
			}
		}
		if _, ok := hosts.Place(nano); ok {
			t.Errorf("%+v: a full T3 host accepted one more nano", mix)
		}
	}
}

func TestMemoryIsNeverOvercommitted(t *testing.T) {
	hosts := placement.New(m5, 1, placement.BestFit{})
	if !placeOn(hosts, 0, placement.Need{CPU: 1, MemoryMiB: 384 << 10}) {
		t.Fatal("an empty host refused all its memory")
	}
	if _, ok := hosts.Place(placement.Need{CPU: 1, MemoryMiB: 1}); ok {
		t.Error("a host without free memory accepted 1 MiB")
	}
}

func TestPoliciesDifferAsDescribed(t *testing.T) {
	// Free CPU 4, 2, 8, 8; instances 1, 2, 1, 3.
	prepare := func(policy placement.Policy) *placement.Hosts {
		hosts := placement.New(placement.Capacity{CPU: 16, MemoryMiB: 64}, 4, policy)
		for host, cpus := range [][]int32{{12}, {7, 7}, {8}, {2, 2, 4}} {
			for _, cpu := range cpus {
				placeOn(hosts, host, placement.Need{CPU: cpu, MemoryMiB: int64(cpu)})
			}
		}
		return hosts
	}
	for _, tt := range []struct {
		policy placement.Policy
		need   placement.Need
		want   int
	}{
		{placement.FirstFit{}, placement.Need{CPU: 2, MemoryMiB: 2}, 0},
		{placement.FirstFit{}, placement.Need{CPU: 5, MemoryMiB: 2}, 2},
		{placement.BestFit{}, placement.Need{CPU: 2, MemoryMiB: 2}, 1},
		{placement.BestFit{}, placement.Need{CPU: 3, MemoryMiB: 2}, 0},
		{placement.WorstFit{}, placement.Need{CPU: 2, MemoryMiB: 2}, 2},
		{placement.Spread{}, placement.Need{CPU: 2, MemoryMiB: 2}, 0},
		{placement.Spread{}, placement.Need{CPU: 6, MemoryMiB: 2}, 2},
	} {
		if got, ok := prepare(tt.policy).Place(tt.need); !ok || got != tt.want {
			t.Errorf("%T %+v: got host %d %v, want %d", tt.policy, tt.need, got, ok, tt.want)
		}
	}
}

func TestRandomGivesEachHostThatFitsAnEqualChance(t *testing.T) {
	const hostCount, rounds, seed = 10, 90000, 7
	hosts := placement.New(m5, hostCount, placement.Random{Chooser: newStream(seed)})
	hosts.SetEnabled(3, false)
	var hits [hostCount]int
	need := placement.Need{CPU: 96, MemoryMiB: 1}
	for range rounds {
		host, _ := hosts.Place(need)
		hits[host]++
		hosts.Release(host, need)
	}
	// 9 hosts: mean 10000, standard deviation 94; five of them either way.
	for host, n := range hits {
		if host == 3 && n != 0 || host != 3 && (n < 9530 || n > 10470) {
			t.Errorf("seed %d: host %d got %d of %d, want 10000 ± 470 (host 3: none)", seed, host, n, rounds)
		}
	}
}

func TestDisabledHostReceivesNothingAndKeepsItsOwn(t *testing.T) {
	for _, entry := range placement.Policies() {
		hosts := placement.New(m5, 2, entry.New(newStream(1)))
		need := placement.Need{CPU: 48, MemoryMiB: 1}
		placeOn(hosts, 0, need)
		hosts.SetEnabled(0, false)
		if placeOn(hosts, 0, need) {
			t.Errorf("%s: placed on a disabled host", entry.Name)
		}
		for range 2 {
			if host, ok := hosts.Place(need); !ok || host != 1 {
				t.Errorf("%s: got host %d %v, want 1", entry.Name, host, ok)
			}
		}
		if _, ok := hosts.Place(need); ok {
			t.Errorf("%s: placed on a disabled host", entry.Name)
		}
		if hosts.Used() != 2 || hosts.Instances(0) != 1 {
			t.Errorf("%s: used %d, on host 0 %d, want 2 and 1", entry.Name, hosts.Used(), hosts.Instances(0))
		}
		hosts.Release(0, need)
		hosts.SetEnabled(0, true)
		if host, ok := hosts.Place(need); !ok || host != 0 {
			t.Errorf("%s: after repair got host %d %v, want 0", entry.Name, host, ok)
		}
	}
}

func TestReleaseOfWhatIsNotHeldPanics(t *testing.T) {
	hosts := placement.New(m5, 1, placement.FirstFit{})
	placeOn(hosts, 0, placement.Need{CPU: 1, MemoryMiB: 1})
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	hosts.Release(0, placement.Need{CPU: 2, MemoryMiB: 1})
}

func TestPoolWithoutHostsAcceptsNothing(t *testing.T) {
	hosts := placement.New(m5, 0, placement.FirstFit{})
	if _, ok := hosts.Place(placement.Need{CPU: 1, MemoryMiB: 1}); ok {
		t.Error("a pool without hosts accepted an instance")
	}
}

// placeOn reserves need on that very host, if there is room.
func placeOn(hosts *placement.Hosts, host int, need placement.Need) bool {
	_, ok := hosts.AllocateOn(host, need)
	return ok
}
