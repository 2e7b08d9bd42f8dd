package sweep

import "slices"

// inheritance is what an earlier Dispatch of the same plan left: answers that came
// for its tasks, and tasks whose answers will come. This one cuts no task of what
// is among it.
type inheritance struct {
	found   map[int]map[share]finding // by point: of one replication each
	awaited map[int]map[share]bool    // by point: handed out in a task of the earlier one
	passed  map[int]map[share]bool    // by point: of the awaited, those that this one would have handed out
}

// share is a replication of a point, in one of its attempts.
type share struct{ replication, attempt int }

func newInheritance() inheritance {
	return inheritance{map[int]map[share]finding{}, map[int]map[share]bool{}, map[int]map[share]bool{}}
}

// put keeps something of a point.
func put[V any](m map[int]map[share]V, point int, s share, v V) {
	if m[point] == nil {
		m[point] = map[share]V{}
	}
	m[point][s] = v
}

// forget drops what is known of a point that is done.
func (h *inheritance) forget(point int) {
	delete(h.found, point)
	delete(h.awaited, point)
	delete(h.passed, point)
}

// Expect says that a task of an earlier Dispatch of the plan is still out: what it
// asks for is not handed out again, and its answer goes to Done. It reports whether
// anything of it is of use. It must not be called after Next.
func (d *Dispatch) Expect(task []byte) bool {
	stretches, err := decodeTask(task)
	if err != nil {
		return false // of another program; it has no answer
	}
	useful := false
	for _, s := range stretches {
		if d.settled(s) {
			continue
		}
		for i := range s.count {
			put(d.inherited.awaited, s.point, share{s.first + i, s.attempt}, true)
		}
		useful = true
	}
	return useful
}

// Settled reports whether the answer to a task is of no more use, even to another
// Dispatch of the plan: the journal has all that it says.
func (d *Dispatch) Settled(task []byte) bool {
	stretches, err := decodeTask(task)
	return err != nil || !slices.ContainsFunc(stretches, func(s stretch) bool { return !d.settled(s) })
}

// settled reports whether nothing of a stretch can be of use.
func (d *Dispatch) settled(s stretch) bool {
	c := d.scheduler
	if s.point >= c.plan.Points {
		return true
	}
	if c.opened(s.point) {
		return c.active[s.point] == nil
	}
	at, err := c.journal.standing(s.point, &c.plan.Rule, c.options.RetryFailed)
	return err != nil || at.done || s.attempt != at.failures || s.first+s.count <= len(at.row.Values)
}

// adopt takes the answer to a task that this Dispatch has not handed out.
func (d *Dispatch) adopt(task, answer []byte, lost bool) (accepted bool, err error) {
	stretches, err := decodeTask(task)
	if err != nil {
		return false, d.scheduler.failure()
	}
	var findings []finding
	if !lost {
		var ok bool
		if findings, ok = d.read(stretches, answer); !ok {
			return false, d.scheduler.failure() // it is computed again
		}
	}
	for k, s := range stretches {
		if d.settled(s) {
			continue
		}
		for i := range s.count {
			f := finding{lost: lost}
			if !lost {
				f = findings[k].single(i)
			}
			d.inherit(stretch{s.point, s.first + i, 1, s.attempt}, f, lost && replications(stretches) > 1)
		}
	}
	return true, d.scheduler.failure()
}

// single is what a finding says of its i-th replication.
func (f *finding) single(i int) finding {
	switch {
	case f.layout == nil:
		return *f
	case i < len(f.values):
		return finding{layout: f.layout, values: f.values[i : i+1]}
	case i == len(f.values):
		return finding{layout: f.layout, err: f.err}
	default:
		return finding{layout: f.layout, err: errSkipped.Error()}
	}
}

// inherit keeps what became of one replication until it is asked for, or records
// it if it was. What is in doubt was lost together with others, and is handed out
// alone.
func (d *Dispatch) inherit(s stretch, f finding, doubt bool) {
	h := &d.inherited
	key := share{s.first, s.attempt}
	passed := h.passed[s.point][key]
	if passed && !d.fits(s, &f) {
		doubt = true // other answers have come meanwhile, and it is not like them
	}
	switch {
	case passed && doubt:
		d.again = append(d.again, encodeTask([]stretch{s}))
	case passed:
		delete(h.passed[s.point], key)
		d.record(s, &f)
	case doubt:
		delete(h.awaited[s.point], key)
	default:
		delete(h.awaited[s.point], key)
		if j := d.scheduler.active[s.point]; j == nil || s.first >= j.started {
			put(h.found, s.point, key, f)
		}
	}
}

// withhold takes from a stretch that is about to be handed out what the earlier
// Dispatch has done or handed out, and returns the rest.
func (d *Dispatch) withhold(s stretch) []stretch {
	h := &d.inherited
	found, awaited := h.found[s.point], h.awaited[s.point]
	if found == nil && awaited == nil {
		return []stretch{s}
	}
	var rest []stretch
	for i := range s.count {
		one := stretch{s.point, s.first + i, 1, s.attempt}
		key := share{one.first, s.attempt}
		if f, ok := found[key]; ok {
			delete(found, key)
			if d.fits(one, &f) {
				d.record(one, &f)
				continue
			}
		}
		if awaited[key] {
			delete(awaited, key)
			put(h.passed, s.point, key, true)
			continue
		}
		if n := len(rest); n > 0 && rest[n-1].first+rest[n-1].count == one.first {
			rest[n-1].count++
		} else {
			rest = append(rest, one)
		}
	}
	if d.scheduler.active[s.point] == nil { // what was found has ended it
		return nil
	}
	return rest
}
