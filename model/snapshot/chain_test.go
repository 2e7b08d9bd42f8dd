package snapshot_test

import (
	"testing"

	"headroom/model"
	"headroom/model/snapshot"
	"headroom/sim"
	"headroom/sim/rng"
)

const gib = int64(model.GiB / snapshot.Block) // blocks

// Of 10 GiB, 4 are written anew after the first snapshot, and the same after the second.
// Each snapshot stores what changed; what others need outlives it (Amazon EBS User Guide,
// "How Amazon EBS snapshots work").
func TestSnapshotsStoreWhatNoEarlierHas(t *testing.T) {
	c := snapshot.NewChain(100*model.GiB, 10*model.GiB)
	first, delta := c.Take(snapshot.Writes{})
	if delta != 10*gib {
		t.Errorf("the first snapshot stores %d blocks, not the %d that are written", delta, 10*gib)
	}
	second, delta := c.Take(snapshot.Writes{Run: 4 * model.GiB})
	if delta != 4*gib || c.Stored() != 14*gib || c.Full(second) != 10*gib {
		t.Errorf("the second stores %d blocks of %d, %d in all", delta, c.Full(second), c.Stored())
	}
	if freed := c.Remove(first); freed != 4*gib || c.Stored() != 10*gib || c.Delta(second) != 10*gib {
		t.Errorf("without the first, %d blocks are freed and %d stored, %d with the second", freed, c.Stored(), c.Delta(second))
	}
	third, _ := c.Take(snapshot.Writes{Run: 20 * model.GiB})
	if c.Stored() != 20*gib {
		t.Errorf("two snapshots that share nothing store %d blocks", c.Stored())
	}
	if freed := c.Remove(third); freed != 10*gib {
		t.Errorf("the latest frees %d blocks", freed)
	}
	if freed := c.Remove(second); freed != 10*gib || c.Stored() != 0 {
		t.Errorf("the last frees %d blocks, %d stay", freed, c.Stored())
	}
}

// A write of 4 KiB counts a block; n that fall anywhere on N blocks dirty N(1 - (1-1/N)^n),
// which is what sets that are drawn show.
func TestSmallWritesDirtyWholeBlocks(t *testing.T) {
	const blocks = 2048
	c := snapshot.NewChain(model.GiB, 0)
	if got := c.Dirtied(snapshot.Writes{Random: 1}); got != 1 {
		t.Errorf("one write dirties %d blocks", got)
	}
	s := rng.New(1, 0, "blocks")
	for _, n := range []int64{100, 2048, 10_000} {
		dirty := 0
		for range 50 {
			var seen [blocks]bool
			for range n {
				if b := s.Below(blocks); !seen[b] {
					seen[b] = true
					dirty++
				}
			}
		}
		mean, got := float64(dirty)/50, float64(c.Dirtied(snapshot.Writes{Random: n}))
		if got < mean-6 || got > mean+6 {
			t.Errorf("%d writes dirty %g blocks, %g are drawn", n, got, mean)
		}
	}
}

// No block is lost or made up, whatever is taken and deleted in which order, and what is
// stored is what a list of all contents says.
func TestNoBlockIsLost(t *testing.T) {
	for seed := range uint64(200) {
		s := rng.New(seed, 0, "chain")
		size := model.Bytes(1+s.Below(1000)) * snapshot.Block
		c := snapshot.NewChain(size, min(size, model.Bytes(s.Below(500))*snapshot.Block))
		if s.Uniform() < 0.3 {
			c = snapshot.Borrow(size, size/2)
		}
		full := map[int32]int64{}
		var kept []int32
		for range 60 {
			switch {
			case len(kept) == 0 || s.Uniform() < 0.6:
				n, delta := c.Take(snapshot.Writes{Random: int64(s.Below(600)), Run: model.Bytes(s.Below(300)) * snapshot.Block})
				if delta > c.Full(n) {
					t.Fatalf("seed %d: a snapshot of %d blocks stores %d", seed, c.Full(n), delta)
				}
				kept, full[n] = append(kept, n), c.Full(n)
			default:
				i := s.Below(len(kept))
				before := c.Stored()
				if freed := c.Remove(kept[i]); before-freed != c.Stored() || freed < 0 {
					t.Fatalf("seed %d: %d of %d freed, %d left", seed, freed, before, c.Stored())
				}
				kept = append(kept[:i], kept[i+1:]...)
			}
			if err := c.Verify(); err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
			for _, n := range kept {
				if c.Full(n) != full[n] {
					t.Fatalf("seed %d: snapshot %d held %d blocks, now %d", seed, n, full[n], c.Full(n))
				}
			}
		}
	}
}

// 128 GiB earn 8 credits an hour and hold 8: the first after 450 s, and after an hour
// eight volumes are fast, the ninth is not (Amazon EBS User Guide, "Fast snapshot restore").
func TestFastRestoreEarnsCredits(t *testing.T) {
	f := snapshot.EnabledFast(0, 128)
	if f.Take(450*sim.Second-1) || !f.Take(450*sim.Second) {
		t.Error("the first credit is not there after 450 s")
	}
	f = snapshot.EnabledFast(0, 128)
	for n := range 9 {
		if fast := f.Take(sim.Hour); fast != (n < 8) {
			t.Errorf("volume %d after an hour: fast %v", n+1, fast)
		}
	}
	for _, x := range []struct{ gib, credits int64 }{{8, 10}, {128, 8}, {1024, 1}, {16384, 1}} {
		if got := snapshot.Credits(x.gib); got != x.credits {
			t.Errorf("%d GiB hold %d credits, want %d", x.gib, got, x.credits)
		}
	}
	slow := snapshot.NewFast(0, 1024)
	if slow.Ready != sim.Hour || slow.Take(2*sim.Hour-1) || !slow.Take(2*sim.Hour) {
		t.Errorf("1 TiB is ready at %v", slow.Ready)
	}
}

// 30 s, and 80 MiB of blocks a second; 24 to 72 hours from the archive.
func TestSnapshotsTakeTheirTime(t *testing.T) {
	if got := snapshot.Duration(8 * gib); got != 30*sim.Second+sim.Seconds(102.4) {
		t.Errorf("8 GiB take %v", got)
	}
	if a, b := snapshot.RestoreDuration(0), snapshot.RestoreDuration(1); a != sim.Day || b != 3*sim.Day {
		t.Errorf("%v to %v from the archive", a, b)
	}
}
