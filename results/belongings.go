package results

import (
	"iter"
	"sync"

	"headroom/model/cloud"
	"headroom/model/dataplane"
	"headroom/model/pricing"
)

// belongings says what of a replication belongs to which part, so that n parts do
// not each look at all n of its routes, lines and leases.
type belongings struct {
	routes, hops  map[placed][]int // by part
	lines, leases map[string][]int // by owner
	transfers     map[string][]int // the same
	balancers     map[string][]int // hours of load balancers, the same
	networks      map[string][]int // the same
}

// labelCaller tells calls apart by the service that makes them. No key has it.
const labelCaller = "caller"

// placed is the place of a part among those with its label.
type placed struct {
	label string
	index int
}

// belongingsOf indexes a replication when somebody first asks.
func belongingsOf(outcome *cloud.Outcome, invoice *pricing.Invoice) func() *belongings {
	return sync.OnceValue(func() *belongings {
		b := &belongings{
			routes: routesByPart(outcome.Routes), hops: routesByPart(outcome.Hops), lines: map[string][]int{}, leases: map[string][]int{},
			transfers: map[string][]int{}, balancers: map[string][]int{}, networks: map[string][]int{},
		}
		for i := range invoice.Lines {
			owner := invoice.Lines[i].Owner
			b.lines[owner] = append(b.lines[owner], i)
		}
		if ledger := outcome.Ledger; ledger != nil {
			for i := range outcome.Networks {
				owner := ledger.Owners[outcome.Networks[i].Owner]
				b.networks[owner] = append(b.networks[owner], i)
			}
			for i := range ledger.Leases {
				owner := ledger.Owners[ledger.Leases[i].Owner]
				b.leases[owner] = append(b.leases[owner], i)
			}
			for i := range ledger.Transfers {
				owner := ledger.Owners[ledger.Transfers[i].Owner]
				b.transfers[owner] = append(b.transfers[owner], i)
			}
			for i := range ledger.Balancers {
				owner := ledger.Owners[ledger.Balancers[i].Owner]
				b.balancers[owner] = append(b.balancers[owner], i)
			}
		}
		return b
	})
}

func routesByPart(routes []dataplane.RouteOutcome) map[placed][]int {
	all := map[placed][]int{}
	for i := range routes {
		r := &routes[i]
		for _, at := range []placed{
			{labelBalancer, r.LoadBalancer}, {labelTargetGroup, r.TargetGroup}, {labelWorkload, r.Workload}, {labelService, r.Callee}, {labelCaller, r.Service},
		} {
			all[at] = append(all[at], i)
		}
	}
	return all
}

// owned yields the positions of what may stand on the bill of a part: what its
// owner has, or all n where it is no owner.
func (p *part) owned(byOwner map[string][]int, n int) iter.Seq[int] {
	switch p.Label {
	case "", labelService, labelModel:
		return upTo(n)
	}
	return positions(byOwner[p.Label+"."+p.Name])
}

// travelled yields the positions of the routes that may be the part's.
func (s scope) travelled(byPart map[placed][]int, n int) iter.Seq[int] {
	switch s.Label {
	case "", labelCode:
		return upTo(n)
	}
	return positions(byPart[placed{s.Label, s.index}])
}

func upTo(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				return
			}
		}
	}
}

func positions(all []int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for _, i := range all {
			if !yield(i) {
				return
			}
		}
	}
}
