package container

import (
	"fmt"
	"slices"
	"testing"

	"headroom/sim/rng"
)

// worse compares two nodes as ECS describes the strategies, one after the other: negative
// where a gets a task before b. It is written anew, from the words of the guide.
func worse(by []Strategy, nodes []Node, a, b int) int64 {
	inZone := func(z int) (n int64) {
		for _, o := range nodes {
			if o.Zone == z {
				n += int64(o.Tasks)
			}
		}
		return n
	}
	for _, s := range by {
		d := int64(0)
		switch s {
		case BinpackCPU:
			d = nodes[a].Free.CPU - nodes[b].Free.CPU
		case BinpackMemory:
			d = nodes[a].Free.MemoryMiB - nodes[b].Free.MemoryMiB
		case SpreadZones:
			d = inZone(nodes[a].Zone) - inZone(nodes[b].Zone)
		case SpreadInstances:
			d = int64(nodes[a].Tasks - nodes[b].Tasks)
		}
		if d != 0 {
			return d
		}
	}
	return 0
}

// orders lists every order of up to three of the strategies that do not draw.
func orders() (all [][]Strategy) {
	known := []Strategy{BinpackCPU, BinpackMemory, SpreadZones, SpreadInstances}
	for _, a := range known {
		all = append(all, []Strategy{a})
		for _, b := range known {
			all = append(all, []Strategy{a, b})
			for _, c := range known {
				all = append(all, []Strategy{a, b, c})
			}
		}
	}
	return all
}

// A task goes where no other node is better, and leaves where none is worse, by brute force
// over all pairs of nodes.
func TestPlacementAgainstBruteForce(t *testing.T) {
	s := rng.New(1, 0, "placement")
	for round := range 300 {
		nodes := make([]Node, 1+s.Below(6))
		for i := range nodes {
			nodes[i] = Node{Free: Need{int64(s.Below(5) * 256), int64(s.Below(5) * 512)}, Zone: s.Below(3), Tasks: s.Below(4)}
		}
		need := Need{256, 512}
		for _, by := range orders() {
			place, stop := Place(by, nodes, need, s.Below), Stop(by, nodes, s.Below)
			roomy, busy := 0, 0
			for k := range nodes {
				if nodes[k].Free.CPU >= 256 && nodes[k].Free.MemoryMiB >= 512 {
					roomy++
					if place < 0 || worse(by, nodes, k, place) < 0 {
						t.Fatalf("round %d: %v puts a task on %d of %+v, where %d is better", round, by, place, nodes, k)
					}
				}
				if nodes[k].Tasks > 0 {
					busy++
					if stop < 0 || worse(by, nodes, k, stop) > 0 {
						t.Fatalf("round %d: %v stops a task on %d of %+v, where %d is worse", round, by, stop, nodes, k)
					}
				}
			}
			if (place < 0) != (roomy == 0) || (stop < 0) != (busy == 0) || place >= 0 && !need.Fits(nodes[place].Free) || stop >= 0 && nodes[stop].Tasks == 0 {
				t.Fatalf("round %d: %v chooses %d and %d of %+v", round, by, place, stop, nodes)
			}
		}
	}
}

// By chance, every node with room gets a task as often as another.
func TestRandomPlacementIsUniform(t *testing.T) {
	s := rng.New(1, 0, "random")
	nodes := []Node{{Free: Need{512, 512}}, {Free: Need{128, 512}}, {Free: Need{512, 512}, Tasks: 9}, {Free: Unlimited}}
	count := make([]int, len(nodes))
	for range 30_000 {
		count[Place([]Strategy{Random}, nodes, Need{256, 256}, s.Below)]++
	}
	for i, n := range count {
		if want := []int{10_000, 0, 10_000, 10_000}[i]; n < want-400 || n > want+400 {
			t.Errorf("node %d got %d of 30000 tasks, want about %d", i, n, want)
		}
	}
}

func TestStrategiesAreFoundByTheirNames(t *testing.T) {
	for name, want := range map[[2]string]Strategy{
		{"binpack", "cpu"}: BinpackCPU, {"binpack", "memory"}: BinpackMemory, {"spread", "instanceId"}: SpreadInstances, {"spread", "host"}: SpreadInstances,
		{"spread", "attribute:ecs.availability-zone"}: SpreadZones, {"random", ""}: Random, {"binpack", ""}: 0, {"binpack", "instanceId"}: 0, {"tight", ""}: 0,
	} {
		if got, ok := Find(name[0], name[1]); got != want || ok != (want != 0) {
			t.Errorf("Find(%q, %q) = %v, %v, want %v", name[0], name[1], got, ok, want)
		}
	}
}

// Fargate has exactly the sizes of its table, counted by hand: 3 + 4 + 7 + 13 + 23 + 12 + 12.
func TestFargateSizes(t *testing.T) {
	n := 0
	for cpu := int64(128); cpu <= 32768; cpu += 128 {
		for memory := int64(256); memory <= 256*1024; memory += 256 {
			if key, _ := Fargate(Need{cpu, memory}); key == "" {
				n++
			}
		}
	}
	if n != 74 {
		t.Errorf("Fargate has %d sizes, want 74", n)
	}
	for need, want := range map[Need]string{
		{256, 512}: "", {256, 3072}: "memory", {300, 1024}: "cpu", {512, 512}: "memory", {8192, 17 * 1024}: "memory", {8192, 20 * 1024}: "", {16384, 32 * 1024}: "",
		{16384, 36 * 1024}: "memory", {4096, 30 * 1024}: "", {4096, 31 * 1024}: "memory",
	} {
		if key, _ := Fargate(need); key != want {
			t.Errorf("Fargate(%+v) finds %q wrong, want %q", need, key, want)
		}
	}
}

// fewest is how many instances the tasks need, by trying every way to put them there.
func fewest(shape Need, tasks []Need) int {
	for n := 0; ; n++ {
		free := slices.Repeat([]Need{shape}, n)
		if packs(free, tasks) {
			return n
		}
	}
}

func packs(free, tasks []Need) bool {
	if len(tasks) == 0 {
		return true
	}
	for i := range free {
		if tasks[0].Fits(free[i]) {
			before := free[i]
			free[i] = before.Minus(tasks[0])
			ok := packs(free, tasks[1:])
			if free[i] = before; ok {
				return true
			}
		}
	}
	return false
}

// First fit, the largest first, needs as many instances as the best packing does, or one
// more at times; for tasks that are alike it is exact.
func TestInstancesNeededAgainstBruteForce(t *testing.T) {
	s := rng.New(1, 0, "cluster")
	over := 0
	for range 400 {
		c := Cluster{Arriving: s.Below(3)}
		c.Add(Need{2048, 4096})
		var tasks []Need
		for range 1 + s.Below(2) {
			w := Waiting{Need: Need{int64(1+s.Below(8)) * 256, int64(1+s.Below(8)) * 512}, Tasks: s.Below(4)}
			c.Waiting = append(c.Waiting, w)
			tasks = append(tasks, slices.Repeat([]Need{w.Need}, w.Tasks)...)
		}
		best, got := fewest(c.Shape, tasks), c.Needed()
		if got < best || got > best+1 || len(c.Waiting) == 1 && got != best {
			t.Fatalf("%+v needs %d instances, the best packing has %d", c, got, best)
		}
		if got > best {
			over++
		}
	}
	if over > 20 {
		t.Errorf("%d of 400 are above the best packing", over)
	}
}

// The metric of the blog's examples: M / N in percent, and its two special cases.
func TestReservation(t *testing.T) {
	small := Need{1024, 1024}
	for _, c := range []struct {
		cluster Cluster
		want    float64
	}{
		{Cluster{}, 100},
		{Cluster{Waiting: []Waiting{{small, 5}}}, 200},
		{Cluster{Used: 4}, 100},
		{Cluster{Used: 4, Idle: 1}, 80},
		{Cluster{Used: 10, Waiting: []Waiting{{small, 5}}}, 150},
		{Cluster{Used: 10, Arriving: 5, Waiting: []Waiting{{small, 5}}}, 100},
		{Cluster{Used: 10, Arriving: 2, Waiting: []Waiting{{small, 5}}}, 125},
		{Cluster{Used: 3, Idle: 2, Target: 90, Waiting: []Waiting{{Need{4096, 1024}, 5}}}, 90}, // fits nowhere
		{Cluster{Used: 3, Idle: 2, Target: 90, Waiting: []Waiting{{Need{4096, 1024}, 5}, {small, 2}}}, 100},
	} {
		c.cluster.Add(small)
		if got := c.cluster.Reservation(); fmt.Sprintf("%.6g", got) != fmt.Sprintf("%.6g", c.want) {
			t.Errorf("%+v has %v, want %v", c.cluster, got, c.want)
		}
	}
}

// The rules of the Developer Guide, "Amazon ECS managed scaling behavior", for a group of several
// types: instances are counted as if they were the largest, and tasks that the smallest has no
// room for are not.
func TestMixedClustersCountByTheirLargestAndSmallest(t *testing.T) {
	for _, c := range []struct {
		waiting []Waiting
		want    int
	}{
		{[]Waiting{{Need{1024, 1024}, 8}}, 2 + 2},
		{[]Waiting{{Need{2048, 1024}, 3}}, 2 + 2},
		{[]Waiting{{Need{2049, 1024}, 3}}, 2},
		{[]Waiting{{Need{1024, 4097}, 3}, {Need{1024, 4096}, 1}}, 2 + 1},
	} {
		k := Cluster{Used: 2, Waiting: c.waiting}
		k.Add(Need{2048, 8192})
		k.Add(Need{4096, 4096})
		if got := k.Needed(); got != c.want {
			t.Errorf("%+v need %d instances, want %d", c.waiting, got, c.want)
		}
	}
}
