package placement_test

import (
	"testing"

	"headroom/model/placement"
)

// two is a host of two nodes of 8 CPUs and 16 MiB each.
var two = placement.Capacity{CPU: 16, MemoryMiB: 32}

func allocate(t *testing.T, hosts *placement.Hosts, need placement.Need, want placement.Allocation) {
	t.Helper()
	if got, ok := hosts.Allocate(need); !ok || got != want {
		t.Errorf("%+v: got %+v %v, want %+v", need, got, ok, want)
	}
}

func TestWhatFitsANodeLiesInOne(t *testing.T) {
	hosts := placement.NewDivided(two, 2, 2, placement.FirstFit{})
	five := placement.Need{CPU: 5, MemoryMiB: 1}
	for _, want := range []placement.Allocation{{Host: 0, Nodes: 1}, {Host: 0, Nodes: 2}, {Host: 1, Nodes: 1}} {
		allocate(t, hosts, five, want) // six CPUs are free on host 0, but three in each node
	}
	allocate(t, hosts, placement.Need{CPU: 3, MemoryMiB: 1}, placement.Allocation{Host: 0, Nodes: 1})
	if got := hosts.FreeInNode(0, 1); got != (placement.Capacity{CPU: 3, MemoryMiB: 15}) {
		t.Errorf("node 1 of host 0 has %+v free, want 3 CPUs and 15 MiB", got)
	}
}

func TestWhatIsLargerTakesEqualPartsOfNodes(t *testing.T) {
	four := placement.Capacity{CPU: 32, MemoryMiB: 64}
	for _, c := range []struct {
		need  placement.Need
		nodes placement.NodeSet
		free  [4]placement.Capacity
	}{
		{placement.Need{CPU: 10, MemoryMiB: 4}, 0b11, [4]placement.Capacity{{CPU: 3, MemoryMiB: 14}, {CPU: 3, MemoryMiB: 14}, {CPU: 8, MemoryMiB: 16}, {CPU: 8, MemoryMiB: 16}}},
		{placement.Need{CPU: 1, MemoryMiB: 17}, 0b11, [4]placement.Capacity{{CPU: 7, MemoryMiB: 7}, {CPU: 8, MemoryMiB: 8}, {CPU: 8, MemoryMiB: 16}, {CPU: 8, MemoryMiB: 16}}},
		{placement.Need{CPU: 17, MemoryMiB: 3}, 0b111, [4]placement.Capacity{{CPU: 2, MemoryMiB: 15}, {CPU: 2, MemoryMiB: 15}, {CPU: 3, MemoryMiB: 15}, {CPU: 8, MemoryMiB: 16}}},
		{placement.Need(four), 0b1111, [4]placement.Capacity{}},
	} {
		hosts := placement.NewDivided(four, 4, 1, placement.FirstFit{})
		at, ok := hosts.Allocate(c.need)
		if !ok || at.Nodes != c.nodes {
			t.Errorf("%+v lies in nodes %b %v, want %b", c.need, at.Nodes, ok, c.nodes)
		}
		for node, want := range c.free {
			if got := hosts.FreeInNode(0, node); got != want {
				t.Errorf("%+v leaves %+v in node %d, want %+v", c.need, got, node, want)
			}
		}
		hosts.Vacate(at, c.need)
		if got := hosts.Free(0); got != four {
			t.Errorf("%+v left, and %+v is free", c.need, got)
		}
	}
}

func TestBalanceFitEvensOutNodes(t *testing.T) {
	hosts := placement.NewDivided(two, 2, 3, placement.BalanceFit{})
	small := placement.Need{CPU: 2, MemoryMiB: 4}
	hosts.AllocateOn(1, placement.Need{CPU: 1, MemoryMiB: 8}) // node 0 keeps half its memory: differs by 1/2
	hosts.AllocateOn(2, placement.Need{CPU: 2, MemoryMiB: 1}) // node 0 keeps 3/4 of its CPUs: differs by 1/4
	allocate(t, hosts, small, placement.Allocation{Host: 1, Nodes: 2})
	allocate(t, hosts, small, placement.Allocation{Host: 1, Nodes: 2}) // hosts 1 and 2 differ by 1/4: the lower
	allocate(t, hosts, small, placement.Allocation{Host: 2, Nodes: 2}) // host 1 is even now
	allocate(t, hosts, small, placement.Allocation{Host: 0, Nodes: 1}) // all are even: first fit
	allocate(t, hosts, placement.Need{CPU: 10, MemoryMiB: 2}, placement.Allocation{Host: 0, Nodes: 3})
}

func TestNodesMustDivideAHost(t *testing.T) {
	for _, nodes := range []int{-1, 0, 3, 16} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%d nodes of a host of 16 CPUs: no panic", nodes)
				}
			}()
			placement.NewDivided(two, nodes, 1, placement.FirstFit{})
		}()
	}
}

func TestHostNumberIsNoPlaceWhereThereAreNodes(t *testing.T) {
	hosts := placement.NewDivided(two, 2, 1, placement.FirstFit{})
	need := placement.Need{CPU: 1, MemoryMiB: 1}
	for name, call := range map[string]func(){
		"Vacate elsewhere": func() { at, _ := hosts.Allocate(need); at.Nodes ^= 3; hosts.Vacate(at, need) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			call()
		}()
	}
}

// An hour's launches go into what a Capacity Reservation holds first, and what
// it holds is nobody else's, be the rest of the pool full.
func TestReservationHoldsItsRoomForItsOwn(t *testing.T) {
	hosts := placement.New(placement.Capacity{CPU: 8, MemoryMiB: 8}, 2, placement.FirstFit{})
	need := placement.Need{CPU: 2, MemoryMiB: 2}
	reservation, ok := hosts.Hold(need, 3, nil)
	if !ok {
		t.Fatal("an empty pool of 8 refuses to hold 3")
	}
	others := 0
	for _, ok := hosts.Place(need); ok; _, ok = hosts.Place(need) {
		others++
	}
	if cpu, _ := hosts.Held(); others != 5 || cpu != 6 {
		t.Errorf("%d others placed while %d CPUs are held, want 5 and 6", others, cpu)
	}
	at, ok := reservation.Take()
	if !ok || at.Host != 0 {
		t.Errorf("the first of the reservation went to %+v, %v, want host 0", at, ok)
	}
	reservation.Take()
	reservation.Take()
	if _, ok := reservation.Take(); ok {
		t.Error("a reservation of 3 gave 4 places")
	}
	reservation.Return(at)
	if _, ok := hosts.Place(need); ok {
		t.Error("a place that was left went to others")
	}
	reservation.Cancel()
	if host, ok := hosts.Place(need); !ok || host != 0 {
		t.Errorf("after the reservation: host %d, %v, want 0", host, ok)
	}
	if used, cpu := reservation.Used(), hosts.Used(); used != 2 || cpu != 2 {
		t.Errorf("%d instances and %d hosts in use, want 2 and 2: they outlive the reservation", used, cpu)
	}
}

func TestReservationIsGrantedWhole(t *testing.T) {
	hosts := placement.New(placement.Capacity{CPU: 8, MemoryMiB: 8}, 1, placement.FirstFit{})
	need := placement.Need{CPU: 2, MemoryMiB: 2}
	at, _ := hosts.Allocate(need)
	if _, ok := hosts.Hold(need, 4, nil); ok {
		t.Error("a host with room for 3 holds 4")
	}
	if cpu, _ := hosts.Held(); cpu != 0 || hosts.Free(0).CPU != 6 {
		t.Errorf("a refusal holds %d CPUs and leaves %d", cpu, hosts.Free(0).CPU)
	}
	reservation, ok := hosts.Hold(need, 4, []placement.Allocation{at})
	if !ok || reservation.Used() != 1 || reservation.Available() != 3 {
		t.Errorf("around a running instance: %v, %+v, want 1 used and 3 available", ok, reservation)
	}
}

// A failed host takes its held places out of use, not out of the reservation.
func TestReservationMovesFromAFailedHost(t *testing.T) {
	hosts := placement.New(placement.Capacity{CPU: 4, MemoryMiB: 4}, 2, placement.FirstFit{})
	need := placement.Need{CPU: 2, MemoryMiB: 2}
	reservation, _ := hosts.Hold(need, 2, nil)
	hosts.SetEnabled(0, false)
	if _, ok := reservation.Take(); ok || reservation.Available() != 0 {
		t.Error("a failed host gave a place")
	}
	if got := reservation.Restore(); got != 2 || hosts.Free(0).CPU != 4 || hosts.Free(1).CPU != 0 {
		t.Errorf("%d places after the move, %+v and %+v free, want 2 on host 1", got, hosts.Free(0), hosts.Free(1))
	}
}

// A dedicated instance shares its host with those of its own account and
// tenancy only.
func TestDedicatedTenancySharesNoHost(t *testing.T) {
	shared := placement.New(placement.Capacity{CPU: 4, MemoryMiB: 4}, 3, placement.FirstFit{})
	ours, theirs := shared.Beside(placement.FirstFit{}), shared.Beside(placement.FirstFit{})
	need := placement.Need{CPU: 2, MemoryMiB: 2}
	for i, c := range []struct {
		view *placement.Hosts
		host int
	}{{shared, 0}, {ours, 1}, {theirs, 2}, {ours, 1}, {shared, 0}} {
		if host, ok := c.view.Place(need); !ok || host != c.host {
			t.Errorf("launch %d: host %d, %v, want %d", i, host, ok, c.host)
		}
	}
	if _, ok := shared.Place(need); ok {
		t.Error("shared tenancy went to a dedicated host")
	}
	if placeOn(shared, 2, need) || shared.Free(2) != (placement.Capacity{}) {
		t.Error("a dedicated host with room offers it to shared tenancy")
	}
	theirs.Release(2, need)
	if host, ok := ours.Place(need); !ok || host != 2 {
		t.Errorf("an empty host is anybody's: got %d, %v, want 2", host, ok)
	}
	shared.SetEnabled(2, false)
	if ours.Enabled(2) || placeOn(ours, 2, need) {
		t.Error("a failed host failed for one tenancy only")
	}
}
