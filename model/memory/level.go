package memory

import (
	"math"

	"headroom/model"
	"headroom/sim"
	"headroom/sim/stat"
)

// Page is what a page fault reads.
const Page = 4 * model.KiB

// Terms are what a server has for an application, and what that holds. Amounts are not
// negative.
type Terms struct {
	RAM      model.Bytes
	Reserved model.Bytes // that the operating system keeps
	Swap     model.Bytes

	Base          model.Bytes
	PerRequest    model.Bytes // from its beginning to its end
	PerConnection model.Bytes // from the arrival of its request to the end of that

	PagesTouched float64 // by a request, as it begins
}

// Available returns what RAM there is for the application.
func (t *Terms) Available() model.Bytes { return max(0, t.RAM-t.Reserved) }

// Level is what one server holds. The zero Level is of no use.
type Level struct {
	terms       Terms
	requests    int64
	connections int64
	own         model.Bytes // of the requests that have begun, beside PerRequest
	copied      model.Bytes // of what lies in swap: written there
	peak        model.Bytes
	inRAM       stat.Level // bytes, with what the system keeps
	inSwap      stat.Level // bytes
	rest        float64    // of a page fault
	pool        *Pool      // that it shares; nil: it has all of the RAM
	pooled      model.Bytes
}

// NewLevel returns the level of a server whose application runs from an instant on and
// serves nobody yet.
func NewLevel(at sim.Time, t Terms) Level {
	l := Level{terms: t}
	l.inRAM.Reset(at)
	l.inSwap.Reset(at)
	l.note(at)
	return l
}

// Holds returns what the application holds, in RAM and in swap.
func (l *Level) Holds() model.Bytes {
	t := &l.terms
	return t.Base.Plus(times(t.PerRequest, l.requests)).Plus(times(t.PerConnection, l.connections)).Plus(l.own)
}

func times(each model.Bytes, n int64) model.Bytes {
	if n > 0 && each > math.MaxInt64/model.Bytes(n) {
		return math.MaxInt64
	}
	return each * model.Bytes(n)
}

// available returns what RAM there is for the application, beside what others hold.
func (l *Level) available() model.Bytes {
	if l.pool != nil {
		return max(0, l.pool.room-(l.pool.held-l.pooled))
	}
	return l.terms.Available()
}

// Swapped returns what of that does not fit into RAM.
func (l *Level) Swapped() model.Bytes { return max(0, l.Holds()-l.available()) }

// Exhausted reports whether it does not fit into RAM and swap.
func (l *Level) Exhausted() bool { return l.Swapped() > l.terms.Swap }

// Free returns the RAM that the application leaves.
func (l *Level) Free() model.Bytes { return max(0, l.available()-l.Holds()) }

// Serving returns how many requests have begun, and how many are connected.
func (l *Level) Serving() (requests, connections int64) { return l.requests, l.connections }

// Connect takes the connection of a request that arrives.
func (l *Level) Connect(at sim.Time) {
	l.connections++
	l.note(at)
}

// Begin takes a request that begins and holds so much of its own, and returns how many page
// faults it has: of the pages that it touches, the share that lies in swap. Parts of one are
// kept for the next.
func (l *Level) Begin(at sim.Time, own model.Bytes) (faults int64) {
	l.requests++
	l.own += own
	l.note(at)
	swapped := l.Swapped()
	if swapped == 0 {
		return 0
	}
	l.rest += float64(swapped) * l.terms.PagesTouched / float64(l.Holds())
	faults = int64(l.rest + 1e-9)
	l.rest = max(0, l.rest-float64(faults))
	return faults
}

// Hold takes a request that holds its connection, and if it had begun its part and so much
// of its own, and does not go on.
func (l *Level) Hold(at sim.Time, began bool, own model.Bytes) {
	l.connections++
	if began {
		l.requests++
		l.own += own
	}
	l.note(at)
}

// End lets go of a request and its connection. began says whether it had begun, with so
// much of its own.
func (l *Level) End(at sim.Time, began bool, own model.Bytes) {
	l.connections--
	if began {
		l.requests--
		l.own -= own
	}
	l.note(at)
}

// PageOut returns how much has to be written to swap now: what does not fit into RAM and
// was not written before. What was is there as long as the application runs.
func (l *Level) PageOut() model.Bytes {
	out := min(l.Swapped(), l.terms.Swap) - l.copied
	if out <= 0 {
		return 0
	}
	l.copied += out
	return out
}

func (l *Level) note(at sim.Time) {
	holds := l.Holds()
	l.peak = max(l.peak, holds)
	if l.pool != nil {
		l.pool.held += holds - l.pooled
		l.pooled = holds
	}
	l.inRAM.Set(at, int64(min(l.terms.Reserved.Plus(holds), l.terms.RAM)))
	if l.terms.Swap > 0 {
		l.inSwap.Set(at, int64(min(l.Swapped(), l.terms.Swap)))
	}
}

// Peak returns the most that the application has held, or tried to.
func (l *Level) Peak() model.Bytes { return l.peak }

// UsedTime returns for how long the RAM has been used, as if all of it at once: the time
// until now, times the mean share of it that was in use; in nanoseconds.
func (l *Level) UsedTime(now sim.Time) float64 {
	if l.terms.RAM <= 0 {
		return 0
	}
	return l.inRAM.Area(now).Float64() / float64(l.terms.RAM)
}

// SwapTime returns for how long the swap has been used, as [Level.UsedTime] does for the RAM; 0 without swap.
func (l *Level) SwapTime(now sim.Time) float64 {
	if l.terms.Swap <= 0 {
		return 0
	}
	return l.inSwap.Area(now).Float64() / float64(l.terms.Swap)
}
