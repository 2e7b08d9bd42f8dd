package dataplane

import (
	"math"

	"headroom/model/bandwidth"
	"headroom/model/fluid"
	"headroom/sim"
	law "headroom/sim/fluid"
)

// interfaceRates is the network interface that each server of a cohort has. Flows share a link as requests share a CPU: it
// is a station whose servers are as fast as one flow may be, of which there are as many as flows of that rate fill it.
type interfaceRates struct {
	terms   bandwidth.Terms
	room    float64 // requests that have a place or are in line, with those whose bytes come in; 0: any
	links   [2]linkRates
	refused float64   // share of those who come that find no room
	chance  float64   // how many times as many came in the present step as are expected
	split   law.Split // of who comes
	choices int
	talks   []talk  // by step
	talking float64 // requests at all servers that begin them, in a step
	ready   float64 // requests there whose steps have ended in crowds, and which begin their responses in the next step
}

// linkRates is one direction of it, of one server.
type linkRates struct {
	ways   [2]flowStation // by [bandwidth.Way]
	left   float64        // credits, in thousands of bytes
	least  float64        // of them so far, of 1
	out    bool           // of credits, with more to do than the base
	times  linkTimes      // so far
	most   float64        // thousands of bytes a second, so far
	rate   float64        // the same in the present step
	passed float64        // bytes in it
}

// flowStation is the flows of a way.
type flowStation struct {
	fluid.Cohort
	sizes        []flowsOfOneSize
	fits         float64 // flows that fill the link
	load         float64 // of it, in the present step
	known        map[linkKey]*law.Laws
	flow         float64    // thousands of bytes a second of one that is alone
	bytes        [2]float64 // of mine and others
	mine, others float64    // that begin in the present step, at all servers: of requests or responses, and of steps
	share        float64    // of those there that are of requests or responses

	// Of those that want more than there is:
	crowd    *fluid.Crowd      // nil: all have enough
	player   *fluid.LinkPlayer // nil: rates everywhere
	room     float64           // as fits, of less than one too
	longest  sim.Time          // that a client of the cohort waits in all
	before   [2]sim.Time       // that requests have been there when their own flows begin, and those of steps
	through  float64           // requests or responses that have passed, at all servers
	finished float64           // steps that have ended in the present step of time, and which somebody waits for
	said     float64           // bytes of steps that have passed, at all servers
	held     float64           // steps, with those that nobody waits for
	ends     float64           // of these
}

// wire gives a new cohort the interface of its servers.
func (p *Plane) wire(c *cohort, s *server) {
	if s.nic == nil || c.key.reach != serves {
		return
	}
	w := &interfaceRates{terms: *s.nic.links[inward].Terms(), talks: make([]talk, len(s.cfg.Steps))}
	if spec := s.station.Spec(); s.journey {
		w.room = float64(s.gate.limit) + float64(s.gate.backlog)
	} else {
		w.room = float64(spec.Limit) + float64(spec.Backlog)
	}
	if w.room >= fluid.NoLimit {
		w.room = 0
	}
	for d := range w.links {
		for way := range w.links[d].ways {
			f := &w.links[d].ways[way]
			f.Sharing, f.Places, f.Backlog, f.Split = true, 0, fluid.NoLimit, law.Split{Nodes: 1}
			f.flow, f.known = float64(w.terms.Lone(bandwidth.Way(way))), p.fluid.links
			if p.fluid.auto != nil {
				f.player = p.fluid.auto.LinkPlayer(c.key.service)
			}
		}
	}
	c.links = w
}

// joinNetwork notes that a server with an interface has come to a cohort.
func (p *Plane) joinNetwork(c, from *cohort, s *server) {
	if c.links == nil {
		return
	}
	n, full := float64(c.servers), c.links.terms.Full()
	for d := range c.links.links {
		l := &c.links.links[d]
		left, least := s.nic.links[d].Credits(p.kernel.Now())
		l.left = (l.left*n + left*full) / (n + 1)
		if c.servers == 0 {
			l.least = least
		}
		l.least = min(l.least, least)
		if from == nil || from.links == nil || from == c {
			continue
		}
		for way := range l.ways {
			f, with := &l.ways[way], &from.links.links[d].ways[way]
			if f.crowd != nil || with.crowd != nil {
				f.joinCrowd(c.servers, with)
				continue
			}
			f.Join(c.servers, &with.Cohort)
		}
	}
}

// likeNetwork reports whether the credits of a server are like those of a cohort.
func (p *Plane) likeNetwork(c *cohort, s *server) bool {
	if c.links == nil || c.links.terms.Full() == 0 {
		return true
	}
	for d := range c.links.links {
		left, _ := s.nic.links[d].Credits(p.kernel.Now())
		if !near(left, c.links.links[d].left/c.links.terms.Full(), diskAlike) {
			return false
		}
	}
	return true
}

// noteNetwork tells the interface of a server what rates have done to it.
func (p *Plane) noteNetwork(id uint32) {
	f := p.fluid
	if f == nil || int(id) >= len(f.places) {
		return
	}
	at := &f.places[id]
	s := p.servers.at(id)
	if at.cohort == nil || at.cohort.links == nil || s.nic == nil {
		return
	}
	w := at.cohort.links
	full := max(w.terms.Full(), 1)
	for d := range w.links {
		l := &w.links[d]
		s.nic.links[d].Note(p.kernel.Now(), bandwidth.Played{
			Left: max(0, l.left/full), Least: l.least, Most: bandwidth.Rate(l.most), Throttled: sim.Time(l.times.throttled - at.links[d].throttled),
			Overloaded: sim.Time(l.times.overloaded - at.links[d].overloaded),
		})
		at.links[d] = l.times
	}
}

// passInward lets the bytes of requests into a cohort before they have a place, and leaves those to come to it that
// are all there.
func (p *Plane) passInward(c *cohort, a *fluid.Arrivals) {
	w := c.links
	if w == nil || c.servers == 0 {
		return
	}
	w.refused, w.chance = 0, 1
	if a.Expected > 0 {
		w.chance = float64(c.came) / a.Expected
		for _, u := range c.currents {
			u.part = u.expected / a.Expected
		}
	}
	came := a.Expected
	w.tellPatience(c, a.Patience)
	a.Expected = p.playLink(c, inward, *a)
	if servers := float64(c.servers); w.room > 0 && came > 0 {
		coming, inside := w.links[inward].own(), c.content()-w.content()
		if over := coming + inside/servers - w.room; over > 0 && coming > 0 {
			w.refused = min(1, over*servers/came)
			w.links[inward].shrink(min(over, coming) / coming)
		}
	}
}

// passOutward lets the responses out that a cohort has ready.
func (p *Plane) passOutward(c *cohort, a fluid.Arrivals) {
	w := c.links
	if w == nil || c.servers == 0 {
		return
	}
	a.Expected = c.Done * float64(c.servers) * (1 - c.Late(a.Patience))
	if steps := w.crowdedSteps(); steps.held > 0 {
		a.Expected = w.ready
	}
	a.Expected *= (1 - c.key.errors.Rate) * (1 - c.broken)
	if a.Patience != sim.Never {
		a.Patience = max(1, a.Patience-c.Mean())
	}
	p.playLink(c, outward, a)
	for d := range w.links {
		l := &w.links[d]
		if d == inward {
			c.in += l.passed
		} else {
			c.out += l.passed
		}
	}
	if w.talking = c.Done * float64(c.servers) * (1 - c.lost); p.isShutIn(c) {
		w.talking = 0
	}
	w.ready = w.crowdedSteps().said * float64(c.servers)
}

// playLink plays a step of one direction, for as many requests or responses as are expected, and returns how many
// of them are through. The flows of steps are those of the last step of time.
func (p *Plane) playLink(c *cohort, d int, a fluid.Arrivals) (through float64) {
	l, t := &c.links.links[d], &c.links.terms
	wanted := 0.0
	for way := range l.ways {
		f := &l.ways[way]
		f.begin()
		f.Split, f.Choices = c.links.split, c.links.choices
	}
	for _, u := range c.currents {
		if f := u.flows[d]; f == nil {
			through += a.Expected * u.part
		} else {
			f.mine += a.Expected * u.part
			f.come(u.sizes[d], u.patience, a.Expected*u.part*c.links.chance)
			f.bytes[0] += a.Expected * u.part * u.sizes[d].Mean()
		}
	}
	for k := range c.links.talks {
		if f := c.links.talks[k].flows[d]; f != nil {
			f.others += c.links.talking
			f.come(c.links.talks[k].sizes[d], talks, c.links.talking*c.links.chance)
			f.bytes[1] += c.links.talking * c.links.talks[k].sizes[d].Mean()
		}
	}
	for way := range l.ways {
		wanted += l.ways[way].wants()
	}
	capacity, seconds := float64(t.Peak), a.Length.Seconds()
	if l.out {
		capacity = float64(t.Base)
	}
	l.passed, l.rate = 0, 0
	over := false
	for way := range l.ways {
		f := &l.ways[len(l.ways)-1-way] // those of the internet first, who have a part of their own
		if f.Demand == nil {
			continue
		}
		most := capacity - l.rate
		if bandwidth.Way(len(l.ways)-1-way) == bandwidth.Internet {
			most = min(capacity, float64(t.Internet))
			if l.out && wanted > 0 {
				most = min(most, capacity*f.wants()/wanted)
			}
		}
		bytes := p.playWay(c, f, most, a)
		over = over || f.load > 1 || f.crowd != nil && f.crowd.Short
		l.passed += bytes
		l.rate += bytes / seconds / 1000
		l.most = max(l.most, min(capacity, f.flow*math.Ceil(f.Number+mostDeviations*math.Sqrt(f.Number))))
		through += f.through
	}
	if over {
		l.times.overloaded += float64(a.Length)
	}
	l.spend(t, a.Length)
	return through
}

// mostDeviations is how many standard deviations more flows there are at once than in the mean, at most, in a long time.
const mostDeviations = 4

// spend takes the credits of what has passed. What has passed beyond them in a step is earned again before there are any.
func (l *linkRates) spend(t *bandwidth.Terms, length sim.Time) {
	full, base := t.Full(), float64(t.Base)
	if full == 0 {
		return
	}
	if l.out {
		l.times.throttled += float64(length)
	}
	l.left = min(full, l.left+(base-l.rate)*length.Seconds())
	l.out = l.left <= 0
	l.least = min(l.least, max(0, l.left/full))
}

// begin begins a step.
func (f *flowStation) begin() {
	f.mine, f.others, f.bytes = 0, 0, [2]float64{}
	for k := range f.sizes {
		f.sizes[k].came = 0
	}
}

// wants is how many seconds of a lone flow are wanted in a step.
func (f *flowStation) wants() float64 {
	if f.Demand == nil {
		return 0
	}
	return (f.mine + f.others + f.Content) * f.Demand.Mean() * f.flow
}

// play plays a step of the flows of a way at so many servers, which have so much each, and returns the bytes that have
// passed at each.
func (f *flowStation) play(laws *fluid.Laws, servers int, most float64, a fluid.Arrivals) (bytes float64) {
	f.Targets = servers
	f.Servers, f.Speed = 1, 1
	unused, fits := 0.0, most/f.flow
	f.fits, f.room = max(1, fits), fits
	if fits >= 1 {
		f.Servers = int(math.Ceil(fits - 1e-9))
		unused = float64(f.Servers) - fits
	} else {
		f.Speed = max(math.Round(fits*speedParts), 1) / speedParts
	}
	other := max(0, unused) * float64(a.Length)
	f.load = (f.mine + f.others) / float64(servers) * f.Demand.Mean() / (fits * a.Length.Seconds())
	if f.isCrowded(servers) {
		return f.playCrowd(servers, a)
	}
	before := f.Busy
	if all := f.bytes[0] + f.bytes[1]; all > 0 {
		f.share = f.bytes[0] / all
	}
	f.Advance(laws, fluid.Arrivals{Length: a.Length, Expected: f.mine + f.others, Patience: a.Patience, Other: other})
	f.through, f.finished = 0, 0
	if f.mine > 0 {
		f.through = f.Done * float64(servers) * f.mine / (f.mine + f.others)
	}
	bytes = max(0, f.Busy-before-other) * 1e-9 * f.Speed * f.flow * 1000
	f.said = bytes * float64(servers) * (1 - f.share)
	return bytes
}

// speedParts are the parts of a flow's rate that bases are told apart by.
const speedParts = 1 << 12

// own is how many flows of requests or responses there are at a server, without those of steps.
func (l *linkRates) own() (n float64) {
	for way := range l.ways {
		n += l.ways[way].Number * l.ways[way].share
	}
	return n
}

// shrink takes a part of the flows away.
func (l *linkRates) shrink(part float64) {
	for way := range l.ways {
		f := &l.ways[way]
		if f.Number *= 1 - part; f.crowd != nil {
			f.crowd.Scale(1 - part)
		}
		f.Content *= 1 - part
	}
}

// content is how many requests at all servers have bytes on their way.
func (w *interfaceRates) content() (n float64) {
	for d := range w.links {
		for way := range w.links[d].ways {
			f := &w.links[d].ways[way]
			n += f.Content * f.share
		}
	}
	return n
}

// selects is the share of those who were there for too long that were so for what they ask the CPU for.
func (c *cohort) selects() float64 {
	if c.links != nil {
		for d := range c.links.links {
			for way := range c.links.links[d].ways {
				if c.links.links[d].ways[way].Line > 0 {
					return 0
				}
			}
		}
	}
	return c.Selects()
}

// delay is how long the lines of a cohort make those wait who leave it.
func (c *cohort) delay() sim.Time {
	sum := c.Delay
	if c.links != nil {
		for d := range c.links.links {
			for way := range c.links.links[d].ways {
				sum = sim.Sum(sum, c.links.links[d].ways[way].Delay)
			}
		}
	}
	return sum
}
