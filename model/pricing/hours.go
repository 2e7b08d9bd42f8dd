package pricing

import (
	"cmp"
	"slices"
	"time"

	"headroom/model"
)

// clockHours is On-Demand usage by clock hour, the unit in which Reserved Instances
// and Savings Plans apply.
type clockHours struct {
	First time.Time  // beginning of clock hour 0, the one that holds time 0
	Uses  []clockUse // ordered by their fields

	passed int64 // seconds of clock hour 0 that are before time 0
}

// clockUse is the usage of like instances: none of the discounts tells two of them
// apart.
type clockUse struct {
	Owner    int32
	Type     int32 // index into Ledger.Types
	Zone     model.Zone
	Platform model.Platform
	Tenancy  model.Tenancy
	Seconds  []int64 // charged in each clock hour, summed over instances
	span     span
}

// useKey is all that tells uses apart.
type useKey struct {
	owner, kind int32
	zone        model.Zone
	platform    model.Platform
	tenancy     model.Tenancy
}

func keyOf(l *model.Lease) useKey {
	return useKey{l.Owner, l.Type, l.Zone, l.Platform, l.Tenancy}
}

func (u *clockUse) key() useKey { return useKey{u.Owner, u.Type, u.Zone, u.Platform, u.Tenancy} }

// count returns the number of clock hours.
func (h clockHours) count() int {
	if len(h.Uses) == 0 {
		return 0
	}
	return len(h.Uses[0].Seconds)
}

// begin returns the second at which a clock hour begins, 0 for the first.
func (h clockHours) begin(i int) int64 { return max(0, int64(i)*hour-h.passed) }

// hourOf returns the clock hour of a second.
func (h clockHours) hourOf(second int64) int { return int((second + h.passed) / hour) }

// clockHoursOf returns the charged seconds of all On-Demand leases, minimums
// included, by clock hour. Its cost grows with leases plus uses × hours, not with
// the length of leases.
func clockHoursOf(ledger *model.Ledger) clockHours {
	start := ledger.Start.UTC().Truncate(time.Second)
	h := clockHours{First: start.Truncate(time.Hour)}
	h.passed = start.Unix() - h.First.Unix()

	var groups fold[useKey, hourSums]
	end := int64(0)
	for i := range ledger.Leases {
		l := &ledger.Leases[i]
		switch l.Option {
		case model.OnDemand:
		case model.Spot:
			continue
		default:
			panic("pricing: lease without purchase option")
		}
		charged, _ := leaseSpan(l)
		if charged.seconds() == 0 {
			continue
		}
		end = max(end, charged.to)
		groups.at(keyOf(l)).add(h, charged)
	}
	if len(groups.keys) == 0 {
		return h
	}
	n := h.hourOf(end-1) + 1
	for i, k := range groups.keys {
		h.Uses = append(h.Uses, clockUse{
			Owner: k.owner, Type: k.kind, Zone: k.zone, Platform: k.platform, Tenancy: k.tenancy,
			Seconds: groups.sums[i].seconds(n), span: groups.sums[i].span,
		})
	}
	slices.SortFunc(h.Uses, func(a, b clockUse) int {
		return cmp.Or(cmp.Compare(a.Owner, b.Owner), cmp.Compare(a.Type, b.Type), cmp.Compare(a.Zone, b.Zone),
			cmp.Compare(a.Platform, b.Platform), cmp.Compare(a.Tenancy, b.Tenancy))
	})
	return h
}

// hourSums adds periods up by clock hour at a constant cost each: the seconds in
// the first and last hour of a period at once, the whole hours between them as a
// difference.
type hourSums struct {
	span    span
	partial []int64
	whole   []int32 // change of the number of periods that fill the hour
}

func (s *hourSums) add(h clockHours, p span) {
	s.span = s.span.join(p)
	first, last := h.hourOf(p.from), h.hourOf(p.to-1)
	for len(s.partial) <= last+1 {
		s.partial = append(s.partial, 0)
		s.whole = append(s.whole, 0)
	}
	if first == last {
		s.partial[first] += p.seconds()
		return
	}
	s.partial[first] += h.begin(first+1) - p.from
	s.partial[last] += p.to - h.begin(last)
	s.whole[first+1]++
	s.whole[last]--
}

// seconds returns the sums of n clock hours.
func (s *hourSums) seconds(n int) []int64 {
	sums := make([]int64, n)
	var filling int64
	for i := range min(n, len(s.partial)) {
		filling += int64(s.whole[i])
		sums[i] = s.partial[i] + filling*hour
	}
	return sums
}
