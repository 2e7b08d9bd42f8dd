package buying

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
)

// order is a key by which rows may be sorted, the best first.
type order struct {
	key  string
	read func(*Row) float64
	most bool // the largest is the best
}

func orders() []order {
	return []order{
		{"cost", func(r *Row) float64 { return r.Cost.Value }, false},
		{"saving", func(r *Row) float64 { return r.Saving.Value }, true},
		{"effective_hourly", func(r *Row) float64 { return r.EffectiveHourly.Value }, false},
		{"upfront", func(r *Row) float64 { return r.Upfront.USD() }, false},
		{"coverage", func(r *Row) float64 { return r.Coverage.Value }, true},
		{"utilization", func(r *Row) float64 { return r.Utilization.Value }, true},
		{"break_even", func(r *Row) float64 { return r.BreakEven.Value }, false},
		{"break_even_month", func(r *Row) float64 { return r.BreakEvenMonth.Value }, false},
		{"interruptions", func(r *Row) float64 { return r.Interruptions.Value }, false},
		{"latency.p99", func(r *Row) float64 { return r.P99.Value }, false},
		{"availability", func(r *Row) float64 { return r.Availability.Value }, true},
	}
}

// SortKeys lists what [Comparison.Sort] sorts by; without a key rows stay in the
// order of the plans.
func SortKeys() []string {
	var keys []string
	for _, o := range orders() {
		keys = append(keys, o.key)
	}
	return keys
}

// CheckSort returns what is wrong with a key.
func CheckSort(key string) error {
	if !slices.Contains(SortKeys(), key) {
		return fmt.Errorf("must be one of %s, got %q", strings.Join(SortKeys(), ", "), key)
	}
	return nil
}

// Sort orders the rows by a key of [SortKeys], the best first, equal ones by cost,
// then as they were. What was not observed comes last.
func (c *Comparison) Sort(key string) {
	i := slices.IndexFunc(orders(), func(o order) bool { return o.key == key })
	if i < 0 {
		panic("buying: no such key to sort by: " + key)
	}
	o := orders()[i]
	slices.SortStableFunc(c.Rows, func(a, b Row) int {
		x, y := o.read(&a), o.read(&b)
		switch {
		case math.IsNaN(x) || math.IsNaN(y):
			return cmp.Compare(flag(math.IsNaN(x)), flag(math.IsNaN(y)))
		case o.most:
			x, y = y, x
		}
		return cmp.Or(cmp.Compare(x, y), cmp.Compare(a.Cost.Value, b.Cost.Value))
	})
}

func flag(set bool) int {
	if set {
		return 1
	}
	return 0
}
