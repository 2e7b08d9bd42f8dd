package placement

import (
	"slices"
	"strings"
)

// Strategy says how the instances of a placement group lie to each other.
type Strategy uint8

// Strategies.
const (
	Cluster   Strategy = iota + 1 // on one rack of one zone
	Partition                     // in partitions that share no rack
	Apart                         // each on a rack of its own
)

// String returns the strategy as scenarios write it.
func (s Strategy) String() string { return [...]string{"", "cluster", "partition", "spread"}[s] }

// Limits of placement groups (EC2 User Guide, "Placement groups").
const (
	MostApart               = 7 // running instances of a spread group in one zone
	MostPartitions          = 7 // in one zone
	MostDedicatedPartitions = 2 // of a group with Dedicated Instances
)

// Racks says how the hosts of a pool lie in racks: in equal runs of their numbers.
type Racks struct {
	Hosts, Racks int // Racks 0: each host is a rack of its own
}

// Of returns the rack of a host.
func (r Racks) Of(host int) int {
	if r.Racks == 0 || r.Racks >= r.Hosts {
		return host
	}
	return int(int64(host) * int64(r.Racks) / int64(r.Hosts))
}

// Count returns how many racks have a host.
func (r Racks) Count() int {
	if r.Racks == 0 {
		return r.Hosts
	}
	return min(r.Racks, r.Hosts)
}

// Group is the state of one placement group. The zero Group with a strategy, and
// partitions if it has any, is empty.
type Group struct {
	Strategy   Strategy
	Partitions int
	zones      []members
}

// members is what a group has in one zone.
type members struct {
	count      int
	partitions []int // members of each
	racks      []rackUse
}

// rackUse is how many members are on a rack of a pool.
type rackUse struct{ pool, rack, members int }

// Position is where a member lies.
type Position struct {
	Zone      int
	Pool      int // -1: of no pool, whose racks are not known
	Rack      int
	Partition int // from 1; 0 of other strategies
}

func (g *Group) in(zone int) *members {
	for len(g.zones) <= zone {
		g.zones = append(g.zones, members{partitions: make([]int, g.Partitions)})
	}
	return &g.zones[zone]
}

// Members returns how many instances of the group are in a zone.
func (g *Group) Members(zone int) int { return g.in(zone).count }

// Admits reports whether a zone may have one more member at all.
func (g *Group) Admits(zone int) bool {
	switch g.Strategy {
	case Apart:
		return g.Members(zone) < MostApart
	case Cluster:
		for z := range g.zones {
			if z != zone && g.zones[z].count > 0 {
				return false
			}
		}
	}
	return true
}

// Order returns the partitions that a launch tries: the one it asks for, or all, those
// with the fewest members first; 0 for other strategies.
func (g *Group) Order(zone, asked int) (order []int) {
	if g.Strategy != Partition || asked > 0 {
		return []int{asked}
	}
	in := g.in(zone)
	for p := range g.Partitions {
		order = append(order, p+1)
		for i := len(order) - 1; i > 0 && in.partitions[order[i]-1] < in.partitions[order[i-1]-1]; i-- {
			order[i], order[i-1] = order[i-1], order[i]
		}
	}
	return order
}

// Allows reports whether a member may lie there: apart from all others, where the
// others of its cluster are, or on a rack of its partition: racks are dealt to the
// partitions in turn.
func (g *Group) Allows(at Position) bool {
	if g.Strategy == Partition {
		return at.Rack%g.Partitions == at.Partition-1
	}
	for _, r := range g.in(at.Zone).racks {
		if r.pool != at.Pool {
			continue
		}
		if g.Strategy == Apart && r.rack == at.Rack {
			return false
		}
		if g.Strategy == Cluster {
			return r.rack == at.Rack
		}
	}
	return true
}

// Chosen reports whether a cluster has chosen its rack of a pool.
func (g *Group) Chosen(zone, pool int) bool {
	for _, r := range g.in(zone).racks {
		if r.pool == pool {
			return true
		}
	}
	return false
}

// Add counts a member that is there from now on, or with sign -1 one that has gone.
func (g *Group) Add(at Position, sign int) {
	in := g.in(at.Zone)
	in.count += sign
	if at.Partition > 0 {
		in.partitions[at.Partition-1] += sign
	}
	if at.Pool < 0 {
		return
	}
	for i := range in.racks {
		if r := &in.racks[i]; r.pool == at.Pool && r.rack == at.Rack {
			if r.members += sign; r.members == 0 {
				in.racks = append(in.racks[:i], in.racks[i+1:]...)
			}
			return
		}
	}
	in.racks = append(in.racks, rackUse{at.Pool, at.Rack, 1})
}

// noCluster are families that go in no cluster, beside T, Mac and flex ones: so the
// catalogue of instance types says.
var noCluster = []string{"c1", "m1", "m2", "m3", "t1", "t2", "t3", "t3a", "t4g", "vt1"}

// Clusters reports whether instances of a family may be in a cluster.
func Clusters(family string) bool {
	return !slices.Contains(noCluster, family) && !strings.HasSuffix(family, "-flex") && !strings.HasPrefix(family, "mac")
}
