package scaling

import (
	"cmp"
	"slices"
	"sort"

	"headroom/sim"
)

// ScaleIn chooses the members that a scale-in ends, one after another, as AWS
// does: zones with the most members come first, all of them if tied; a zone whose
// members are all protected is passed over (Amazon EC2 Auto Scaling User Guide,
// "Termination policies"). To end all n members takes O(n log² n) for each zone.
type ScaleIn struct {
	by     Selection
	ranks  []rank
	counts []int // units of members by zone, protected ones too
	queues []queue
	alive  fenwick
	heads  []*queue // scratch: the candidates of one choice

	all, onDemand int // members that are left
}

// queue is the members of one zone and one purchase option that may leave, the
// lowest ranks first, and those of equal ranks in the order of the members.
type queue struct {
	zone     int
	onDemand bool
	leavers  []leaver
	base     int // position of the first in the index of who is left
	from, to int // the first that are left, equal in all ranks
	left     int // of them
}

// leaver is a member with its ranks.
type leaver struct {
	order int // among all members
	units int
	index int // the caller's
	ranks []sim.Time
}

// NewScaleIn prepares a scale-in. What it is told of the members holds for the
// whole of it, since it happens in one instant.
func NewScaleIn(members []Member, by Selection) *ScaleIn {
	s := &ScaleIn{by: by, ranks: by.ranks(), alive: newFenwick(len(members))}
	for _, m := range members {
		for m.Zone >= len(s.counts) {
			s.counts = append(s.counts, 0)
			s.queues = append(s.queues, queue{zone: len(s.counts) - 1}, queue{zone: len(s.counts) - 1, onDemand: true})
		}
	}
	for order, m := range members {
		s.counts[m.Zone] += m.units()
		q := &s.queues[2*m.Zone]
		s.all += m.units()
		if m.OnDemand {
			s.onDemand += m.units()
			q = &s.queues[2*m.Zone+1]
		}
		if !m.Protected {
			q.leavers = append(q.leavers, leaver{order, m.units(), m.Index, s.ranksOf(m)})
		}
	}
	position := 0
	for i := range s.queues {
		q := &s.queues[i]
		slices.SortFunc(q.leavers, func(a, b leaver) int {
			return cmp.Or(slices.Compare(a.ranks, b.ranks), cmp.Compare(a.order, b.order))
		})
		q.base = position
		position += len(q.leavers)
		q.advance()
	}
	return s
}

func (s *ScaleIn) ranksOf(m Member) []sim.Time {
	values := make([]sim.Time, len(s.ranks))
	for i, r := range s.ranks {
		if r != nil {
			values[i] = r(m, s.by.Now)
		}
	}
	return values
}

// advance goes on to the next members that are equal in all ranks.
func (q *queue) advance() {
	q.from = q.to
	for q.to < len(q.leavers) && slices.Equal(q.leavers[q.to].ranks, q.leavers[q.from].ranks) {
		q.to++
	}
	q.left = q.to - q.from
}

// Next returns the Index of the member that leaves next, or -1 if none may.
func (s *ScaleIn) Next() int {
	candidates := s.candidates()
	if candidates == 0 {
		return -1
	}
	choice := 0
	if candidates > 1 {
		choice = s.by.Draw(candidates)
	}
	return s.remove(choice)
}

// candidates gathers the heads of the queues that are as low as any in the fullest
// zones, and counts who is in them.
func (s *ScaleIn) candidates() (n int) {
	fullest := 0
	for i := range s.queues {
		if q := &s.queues[i]; q.left > 0 {
			fullest = max(fullest, s.counts[q.zone])
		}
	}
	s.heads = s.heads[:0]
	tooMany := s.by.OnDemandShare != nil && s.onDemand > s.by.OnDemandShare(s.all-1) // On-Demand; else Spot
	for i := range s.queues {
		q := &s.queues[i]
		if q.left == 0 || s.counts[q.zone] != fullest {
			continue
		}
		if n > 0 {
			c := s.compare(q, s.heads[0], tooMany)
			if c > 0 {
				continue
			}
			if c < 0 {
				s.heads, n = s.heads[:0], 0
			}
		}
		s.heads = append(s.heads, q)
		n += q.left
	}
	return n
}

// compare compares the heads of two queues: which of them leaves first.
func (s *ScaleIn) compare(a, b *queue, onDemandFirst bool) int {
	left, right := a.leavers[a.from].ranks, b.leavers[b.from].ranks
	for i, r := range s.ranks {
		switch {
		case r != nil && left[i] != right[i]:
			return cmp.Compare(left[i], right[i])
		case r == nil && s.by.OnDemandShare != nil && a.onDemand != b.onDemand:
			if a.onDemand == onDemandFirst {
				return -1
			}
			return 1
		}
	}
	return 0
}

// remove takes the candidate of a number, in the order of the members, out.
func (s *ScaleIn) remove(choice int) int {
	order := sort.Search(len(s.alive), func(order int) bool {
		n := 0
		for _, q := range s.heads {
			n += s.upTo(q, order)
		}
		return n > choice
	})
	for _, q := range s.heads {
		at := q.find(order + 1)
		if at == q.from || q.leavers[at-1].order != order {
			continue
		}
		s.alive.remove(q.base + at - 1)
		leaver := &q.leavers[at-1]
		s.counts[q.zone] -= leaver.units
		s.all -= leaver.units
		if q.onDemand {
			s.onDemand -= leaver.units
		}
		if q.left--; q.left == 0 {
			q.advance()
		}
		return leaver.index
	}
	panic("scaling: a scale-in lost a candidate")
}

// find is the position in a queue of the first of its head whose order is at least that.
func (q *queue) find(order int) int {
	return q.from + sort.Search(q.to-q.from, func(i int) bool { return q.leavers[q.from+i].order >= order })
}

// upTo counts who is left in the head of a queue, up to an order.
func (s *ScaleIn) upTo(q *queue, order int) int {
	return s.alive.before(q.base+q.find(order+1)) - s.alive.before(q.base+q.from)
}

// fenwick counts who is left before a position (P. M. Fenwick, "A new data
// structure for cumulative frequency tables", 1994).
type fenwick []int

func newFenwick(n int) fenwick {
	f := make(fenwick, n)
	for i := range f {
		f[i] = (i + 1) & -(i + 1) // all are there
	}
	return f
}

func (f fenwick) before(position int) (n int) {
	for ; position > 0; position &= position - 1 {
		n += f[position-1]
	}
	return n
}

func (f fenwick) remove(position int) {
	for i := position + 1; i <= len(f); i += i & -i {
		f[i-1]--
	}
}
