package storage

import (
	"errors"
	"testing"

	"headroom/sim"
)

// A modification takes 20 s a GiB and at most a day; the fifth in a day, one during
// another and one that shrinks are refused.
func TestModificationsAreLimited(t *testing.T) {
	var h History
	small, large, huge := Spec{Kind: GP2, SizeGiB: 100}, Spec{Kind: GP3, SizeGiB: 180}, Spec{Kind: GP3, SizeGiB: 5000}
	for _, c := range []struct {
		at       sim.Time
		from, to Spec
		until    sim.Time
		err      error
	}{
		{0, large, small, 0, ErrShrinks},
		{0, small, large, sim.Hour, nil},
		{sim.Hour - 1, large, large, 0, ErrModifying},
		{sim.Hour, large, large, 2 * sim.Hour, nil},
		{3 * sim.Hour, large, large, 4 * sim.Hour, nil},
		{5 * sim.Hour, large, large, 6 * sim.Hour, nil},
		{23 * sim.Hour, large, huge, 0, ErrTooManyModifications},
		{24 * sim.Hour, large, huge, 48 * sim.Hour, nil},
		{25 * sim.Hour, huge, huge, 0, ErrModifying},
	} {
		until, err := h.Modify(c.at, c.from, c.to)
		if until != c.until || !errors.Is(err, c.err) {
			t.Errorf("at %v: until %v and %v, want %v and %v", c.at, until, err, c.until, c.err)
		}
	}
}
