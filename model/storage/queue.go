package storage

import (
	"headroom/sim"
)

// Queue is a disk at work. The zero Queue is of no use.
type Queue struct {
	free     sim.Time // when all that it took will be done,
	fraction float64  // and so much of a nanosecond later
	credits  bool
	known    known // of the batch that it took last
	limits   Limits
	link     Link
	meters   [dimensions]meter
}

// known is what batches alike have in common: most of a disk are as the one before.
type known struct {
	io   IO
	cost Cost
	took float64  // ns of its service, without credit that may run out
	last sim.Time // from the end of its service until it is done

	tokens [dimensions]int64 // that each meter is asked for
}

// dimensions are the rates that hold a disk back: its own I/Os and bytes, and those of
// its link.
const dimensions = 4

const (
	ownOperations = iota
	ownBytes
	linkOperations
	linkBytes
)

// tokens a unit: I/Os are counted in millionths.
const operationScale = 1_000_000

// NewQueue returns a disk that is idle and has its credit, with the link of its
// instance; the zero Link is none. The link must be this disk's alone, or wide enough
// for all that share it.
func NewQueue(at sim.Time, l Limits, link Link) Queue {
	q := Queue{limits: l, link: link, free: at}
	q.meters = [dimensions]meter{
		newMeter(l.Operations, at, operationScale), newMeter(l.Bytes, at, 1),
		newMeter(link.Operations, at, operationScale), newMeter(link.Bytes, at, 1),
	}
	for i := range q.meters {
		q.credits = q.credits || q.meters[i].credits
	}
	return q
}

// Served is what becomes of a batch.
type Served struct {
	Begin, End sim.Time // of its service
	// Done is when it has been read or written: its last I/O takes the disk's latency from
	// when the limits let it pass, or as long as its bytes take if that is longer.
	Done      sim.Time
	Throttled sim.Time // of its service, the time without credit
}

// Alone returns how long the service of a batch takes while no credit runs out, in nanoseconds, and how long after that
// it is done.
func (q *Queue) Alone(c Cost) (service float64, rest sim.Time) {
	service = q.slowest(&[dimensions]float64{c.Operations, c.Bytes, c.Operations, c.Moved}, 0)
	return service, c.last(service, q.transfer(&c), c.Latency)
}

// Limits returns what the disk does.
func (q *Queue) Limits() *Limits { return &q.limits }

// Link returns the link through which the disk is reached.
func (q *Queue) Link() Link { return q.link }

// Free returns when all that the disk has taken will have been served.
func (q *Queue) Free() sim.Time {
	if q.fraction > 0 {
		return q.free + 1
	}
	return q.free
}

// Ask is [Queue.Serve] with what a batch costs this disk.
func (q *Queue) Ask(at sim.Time, io IO) Served {
	k := &q.known
	if io != k.io {
		k.io, k.cost = io, q.limits.Cost(io)
		k.took = q.slowest(&[dimensions]float64{k.cost.Operations, k.cost.Bytes, k.cost.Operations, k.cost.Moved}, 0)
		k.last = k.cost.last(k.took, q.transfer(&k.cost), k.cost.Latency)
		for i, cost := range [dimensions]float64{k.cost.Operations, k.cost.Bytes, k.cost.Operations, k.cost.Moved} {
			k.tokens[i] = q.meters[i].tokens(cost)
		}
	}
	if at > q.free {
		q.free, q.fraction = at, 0
	}
	if q.credits && !q.takes(&k.tokens) {
		return q.Serve(at, k.cost)
	}
	s := Served{Begin: q.Free()}
	q.pass(k.took)
	s.End = q.Free()
	s.Done = after(s.End, k.last)
	return s
}

// takes spends the credit of a batch at the end of the queue if there is enough for all of
// it, which is the rule, and nothing otherwise: [Queue.Serve] then finds what gives it when.
func (q *Queue) takes(tokens *[dimensions]int64) bool {
	for i := range q.meters {
		m := &q.meters[i]
		if !m.credits || m.sure >= tokens[i] {
			continue
		}
		if m.sure = m.left.At(q.free); m.sure < tokens[i] {
			return false
		}
	}
	for i := range q.meters {
		if m := &q.meters[i]; m.credits {
			m.left.Take(q.free, tokens[i])
			m.sure -= tokens[i]
		}
	}
	return true
}

// transfer returns how many nanoseconds the bytes of a batch take with credit.
func (q *Queue) transfer(c *Cost) float64 {
	return max(q.meters[ownBytes].transfer(c.Bytes), q.meters[linkBytes].transfer(c.Moved))
}

// Serve takes a batch at an instant that is not before the last, and says when it will
// be served.
func (q *Queue) Serve(at sim.Time, c Cost) Served {
	if at > q.free {
		q.free, q.fraction = at, 0
	}
	s := Served{Begin: q.Free()}
	costs := [dimensions]float64{c.Operations, c.Bytes, c.Operations, c.Moved}
	from := q.free
	var took float64
	if q.credits {
		took, s.Throttled = q.burst(costs)
	} else {
		took = q.slowest(&costs, 0)
	}
	q.pass(took)
	if q.credits {
		for i := range q.meters {
			if q.meters[i].credits {
				q.meters[i].spend(from, q.free, costs[i])
			}
		}
	}
	s.End = q.Free()
	s.Done = c.done(s.End, took, q.transfer(&c), c.Latency)
	return s
}

// pass moves the end of the queue by so many nanoseconds.
func (q *Queue) pass(nanoseconds float64) {
	total := q.fraction + nanoseconds
	if total >= float64(sim.Horizon-q.free) {
		q.free, q.fraction = sim.Horizon, 0
		return
	}
	whole := sim.Time(total)
	q.free += whole
	q.fraction = total - float64(whole)
}

// slowest returns how many nanoseconds costs take at the peak of every allowance, or at
// its base where it is dry.
func (q *Queue) slowest(costs *[dimensions]float64, dry uint8) (longest float64) {
	for i := range q.meters {
		rate := q.meters[i].peak
		if dry&(1<<i) != 0 {
			rate = q.meters[i].base
		}
		if rate > 0 {
			longest = max(longest, costs[i]*1e9/rate)
		}
	}
	return longest
}

// burst returns how many nanoseconds costs take at the end of the queue, where one
// allowance after the other may run out of credit, and how long one has been out.
func (q *Queue) burst(costs [dimensions]float64) (took float64, throttled sim.Time) {
	var levels [dimensions]float64
	for i := range q.meters {
		if q.meters[i].credits {
			levels[i] = q.meters[i].level(q.free)
		}
	}
	var dry uint8
	for {
		pace := q.slowest(&costs, dry)
		first, which := pace, -1
		for i := range q.meters {
			m := &q.meters[i]
			if !m.credits || dry&(1<<i) != 0 {
				continue
			}
			if drain := costs[i] - m.base*pace/1e9; drain > levels[i] {
				if until := pace * levels[i] / drain; until < first || which < 0 {
					first, which = until, i
				}
			}
		}
		took += first
		if dry != 0 {
			throttled += sim.Time(first)
		}
		if which < 0 {
			return took, throttled
		}
		for i := range q.meters {
			if m := &q.meters[i]; m.credits {
				levels[i] = max(0, levels[i]-(costs[i]*first/pace-m.base*first/1e9))
			}
			costs[i] *= 1 - first/pace
		}
		dry |= 1 << which
	}
}

// Credit returns what is left of the disk's own burst credit, of 1, at an instant, or
// when all that it has taken is served if that is later; false for a disk without.
func (q *Queue) Credit(at sim.Time) (share float64, ok bool) {
	for i := range q.meters[:linkOperations] {
		if m := &q.meters[i]; m.credits {
			return m.credit(max(at, q.free)), true
		}
	}
	return 1, false
}
