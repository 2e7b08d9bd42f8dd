package fluid

import "math"

// Means is what is at a station in the long run.
type Means struct {
	Load     float64 // the share of its capacity that it works
	Number   float64 // requests
	Variance float64 // of their number; where each goes to who has the fewest, of the mean over all
	Waits    float64 // share of the admitted who find all places taken
	Queue    float64 // requests that wait for one
	Slope    float64 // by how much the number grows with the load
}

// plus adds a part of the way to others.
func (m Means) plus(part float64, to *Means) Means {
	if part == 0 {
		return m
	}
	m.Load += part * (to.Load - m.Load)
	m.Number += part * (to.Number - m.Number)
	m.Variance += part * (to.Variance - m.Variance)
	m.Waits += part * (to.Waits - m.Waits)
	m.Queue += part * (to.Queue - m.Queue)
	return m
}

// Means returns what is at each of so many stations under a load. Beyond MostLoad it is what is
// there at MostLoad, unless the room is limited.
func (l *Laws) Means(load float64, targets int) Means {
	i, part := l.place(load)
	if i >= mostNode && l.room == 0 {
		i, part = mostNode-1, 1
	}
	c := l.curve(l.alike(targets))
	return l.on(c, i).slope(part, l.on(c, i+1))
}

// curve is what is there at so many targets under the load of each node.
type curve struct {
	targets int
	of      []Means
	low     int // the node below the number that was looked for last; < 0: none
}

// curve returns that of a number of targets.
func (l *Laws) curve(targets int) *curve {
	if l.lately == nil || l.lately.targets != targets {
		l.lately = l.curves[targets]
		if l.lately == nil {
			l.lately = &curve{targets: targets, low: -1, of: make([]Means, mostNode+mostBeyond+2)}
			l.curves[targets] = l.lately
		}
	}
	return l.lately
}

// at is what is there under the load of a node, the number of targets placed by the same load.
func (l *Laws) at(i, targets int) *Means { return l.on(l.curve(l.alike(targets)), i) }

// on is that of a curve.
func (l *Laws) on(c *curve, i int) *Means {
	m := &c.of[i]
	if m.Number == 0 {
		n, part := l.split.place(c.targets, l.loadOf(i))
		if part == 1 {
			n, part = n+1, 0
		}
		*m = *l.mean(node{i, n})
		if part > 0 {
			*m = m.plus(part, l.mean(node{i, n + 1}))
		}
		if l.other != nil {
			*m = m.plus(l.split.Share, l.other.at(i, c.targets))
		}
	}
	return m
}

// alike is the smallest number of targets for which all is as for so many.
func (l *Laws) alike(targets int) int {
	if l.other != nil {
		return targets
	}
	return l.split.alike(targets)
}

// slope goes a part of the way to the next node.
func (m *Means) slope(part float64, next *Means) Means {
	slope := next.Number / next.Load // a number that grows from nothing, and ever faster
	if more := next.Load - m.Load; more > 0 {
		slope = max(slope, (next.Number-m.Number)/more)
	}
	at := m.plus(part, next)
	at.Slope = slope
	return at
}

// Holding returns under which load, up to MostLoad, each of so many stations has a number of
// requests in the long run, and what else is there then.
func (l *Laws) Holding(number float64, targets int) Means {
	c := l.curve(l.alike(targets))
	if l.room > 0 || number >= MostLoad*float64(l.station.Servers) { // fewer are all served at once under that load
		if to := l.on(c, mostNode); number >= to.Number {
			return l.on(c, mostNode-1).slope(1, to)
		}
	}
	if c.low < 0 {
		i, _ := l.place(number / float64(l.station.Servers)) // if nobody waits
		c.low = min(i, mostNode-1)
	}
	if c.low > 0 && l.on(c, c.low).Number > number || l.on(c, c.low+1).Number <= number {
		c.low = l.below(c, number)
	}
	from, to := l.on(c, c.low), l.on(c, c.low+1)
	return from.slope(max(0, number-from.Number)/(to.Number-from.Number), to)
}

// below is the last node, or the first one, under whose load no more than a number are there, which are fewer than under the last. It looks
// near the one before, lest nodes are worked out that nobody asks for.
func (l *Laws) below(c *curve, number float64) int {
	low, high, step := c.low, c.low+1, 1
	for ; low > 0 && l.on(c, low).Number > number; step *= 2 {
		low, high = max(0, low-step), low
	}
	for ; high < mostNode && l.on(c, high).Number <= number; step *= 2 {
		low, high = high, min(high+step, mostNode)
	}
	for high-low > 1 {
		middle := (low + high) / 2
		if l.on(c, middle).Number <= number {
			low = middle
		} else {
			high = middle
		}
	}
	return low
}

// mean returns what is there under the load of a node.
func (l *Laws) mean(n node) *Means {
	known := l.means[n.targets]
	if known == nil {
		known = make([]Means, mostNode+mostBeyond+2)
		l.means[n.targets] = known
	}
	m := &known[n.load]
	if m.Number == 0 {
		*m = l.findMeans(max(l.loadOf(n.load), leastLoad), l.split.targets(n.targets))
	}
	return m
}

func (l *Laws) findMeans(load float64, targets int) Means {
	if l.taken(targets) {
		return l.meansInTurns(load, targets)
	}
	return l.meansOf(load, targets)
}

// meansOf is that of targets to which one node sends, if they are sent to in turn.
func (l *Laws) meansOf(load float64, targets int) Means {
	b := l.basis(load, targets)
	c := b.chain
	busy := c.rate * (1 - c.blocked)
	extra := c.delay() * b.longer
	m := Means{Load: busy / float64(c.servers), Number: busy * (1 + extra)}
	m.Waits, m.Queue = l.line(b)
	n := float64(targets)
	if l.fewest(targets) && l.split.Among == nil { // all of them are one queue whose line, if there is one, is geometric
		waiting := busy * extra
		m.Variance = waiting*waiting*(2/max(c.waits(), 1e-12)-1) + m.Number/n
		return m
	}
	first, second := 0.0, 0.0
	for j, share := range c.share {
		jobs := float64(j / c.stages)
		first += share * jobs
		second += share * jobs * jobs
	}
	m.Variance = (second - first*first) * math.Pow(m.Number/max(first, 1e-12), 2)
	return m
}

// line is the share of the admitted who find all places taken, and how many wait for one.
func (l *Laws) line(b *basis) (waits, queue float64) {
	c, places := b.chain, l.station.Places
	if places == 0 || places >= NoLimit {
		return 0, 0
	}
	for i := len(c.seen) - 1; i >= places; i-- {
		waits += c.seen[i]
		queue += c.seen[i] * float64(i-places+1) / float64(c.servers)
	}
	return min(1, waits*b.by.waits), queue * c.rate * (1 - c.blocked) * b.longer
}
