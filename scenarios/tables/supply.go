package tables

import (
	"math"
	"strconv"

	"headroom/model/spot"
	"headroom/model/workload"
	"headroom/scenarios/schema"
)

// supplyTrace is recorded room or preemptions of Spot pools by type and zone; an
// empty name stands for all.
type supplyTrace struct {
	pools map[[2]string]*spot.Supply
	zoned bool
	typed bool
}

// of returns the trace of a type in a zone, nil if there is none.
func (s *supplyTrace) of(typ, zone string) *spot.Supply {
	key := [2]string{}
	if s.typed {
		key[0] = typ
	}
	if s.zoned {
		key[1] = zone
	}
	return s.pools[key]
}

// besideTrace is the rule of the keys of a hazard.
const besideTrace = "must not be given beside trace, which says when instances are taken"

// traceKeys are those that only a trace of interruptions has.
var traceKeys = []string{"time", "clock", "available", "count", "type", "zone", "scale"}

// playsTrace reports whether interruptions come from a trace, after refusing what does
// not go with that.
func playsTrace(t *schema.Table) bool {
	if t.Has("trace") {
		if t.Has("bucket") {
			t.Mistake("bucket", besideTrace, "")
		}
		return true
	}
	t.Pass("trace")
	for _, key := range traceKeys {
		if t.Has(key) {
			t.Mistake(key, "needs trace", "")
		}
		t.Pass(key)
	}
	return false
}

// readSupplyTrace reads recorded room or preemptions, nil without.
func (l *loader) readSupplyTrace(t *schema.Table) *supplyTrace {
	if !playsTrace(t) {
		return nil
	}
	clock, room, count, typ, zone := readMarketClock(t), t.Text("available"), t.Text("count"), t.Text("type"), t.Text("zone")
	scale := t.Quantity("scale")
	if room != "" && count != "" {
		t.Mistake("count", "must not be given beside available: a row is one or the other", "")
	}
	columns := workload.Columns{Numbers: []string{clock.column}}
	counted := room
	if room == "" {
		counted = count
	}
	if counted != "" {
		columns.Numbers = append(columns.Numbers, counted)
	}
	s := &supplyTrace{pools: map[[2]string]*spot.Supply{}, typed: typ != "", zoned: zone != ""}
	for _, name := range []string{typ, zone} {
		if name != "" {
			columns.Texts = append(columns.Texts, name)
		}
	}
	d := l.open(t, "trace", columns)
	if d == nil {
		return nil
	}
	instants := l.marketTimes(t, d, clock)
	if instants == nil {
		return nil
	}
	for _, i := range inOrder(d, clock, instants) {
		var key [2]string
		if s.typed {
			key[0] = d.table.Texts(typ).At(i)
		}
		if s.zoned {
			key[1] = l.letter(d.table.Texts(zone).At(i))
		}
		step := spot.Step{At: instants[i], Count: int(scale)}
		wrong := func(column, rule string) {
			l.Faults = append(l.Faults, schema.Fault{File: d.path, Line: d.table.Line(i), Path: "column " + column, Rule: rule})
		}
		if counted != "" {
			n := d.table.Numbers(counted)[i]
			if n < 0 || n > mostInstances || n != math.Trunc(n) {
				wrong(counted, "must be a whole number from 0 to "+strconv.Itoa(mostInstances)+", got "+strconv.FormatFloat(n, 'g', -1, 64))
				return nil
			}
			step.Count = int(min(n*scale+1e-9, mostInstances))
		}
		if !s.add(key, step, room != "") {
			wrong(clock.column, "must not be earlier than the row before it of the same type and zone")
			return nil
		}
	}
	return s
}

// add appends a row to the trace of a pool, and reports whether it is in order. Of
// rows of one instant the last says the room, and preemptions add up.
func (s *supplyTrace) add(key [2]string, step spot.Step, room bool) bool {
	pool := s.pools[key]
	if pool == nil {
		pool = &spot.Supply{}
		s.pools[key] = pool
	}
	steps := &pool.Taken
	if room {
		steps = &pool.Room
	}
	last := len(*steps) - 1
	switch {
	case last < 0 || step.At > (*steps)[last].At:
		*steps = append(*steps, step)
	case step.At < (*steps)[last].At:
		return false
	case room:
		(*steps)[last] = step
	default:
		(*steps)[last].Count += step.Count
	}
	return true
}
