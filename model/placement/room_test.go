package placement_test

import (
	"testing"

	"headroom/model/placement"
)

// Two instances of 3 threads leave 1 in each node of 4; if one leaves, its node
// takes 4, but 5 need both, of which the other has 1 free.
func TestRoomIsWhatWouldFitIfSomeLeft(t *testing.T) {
	hosts := placement.NewDivided(placement.Capacity{CPU: 8, MemoryMiB: 80}, 2, 1, placement.FirstFit{})
	need := placement.Need{CPU: 3, MemoryMiB: 10}
	first, _ := hosts.Allocate(need)
	if _, ok := hosts.Allocate(need); !ok {
		t.Fatal("the second instance found no room")
	}
	room := hosts.Room(0)
	if room.Fits(placement.Need{CPU: 2, MemoryMiB: 1}) {
		t.Error("2 threads: fit in nodes of 1 and 1")
	}
	room.Leave(first, need)
	if !room.Fits(placement.Need{CPU: 4, MemoryMiB: 30}) {
		t.Error("4 threads: do not fit an empty node")
	}
	if room.Fits(placement.Need{CPU: 5, MemoryMiB: 30}) {
		t.Error("5 threads: fit in nodes of 4 and 1, which give 3 and 2")
	}
	if !room.Take(placement.Need{CPU: 4, MemoryMiB: 30}) || room.Take(placement.Need{CPU: 2, MemoryMiB: 1}) {
		t.Error("what was taken is still there")
	}
	if room.IsEmpty() || hosts.Free(0).CPU != 2 {
		t.Errorf("the host has %d threads free, want 2 as before", hosts.Free(0).CPU)
	}
}
