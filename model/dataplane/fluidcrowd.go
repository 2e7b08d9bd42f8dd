package dataplane

import (
	"headroom/model/fluid"
	"headroom/sim"
	law "headroom/sim/fluid"
)

// What flows are that want more of a link than it carries: a [fluid.Crowd] by when each came, in which their numbers
// follow from their bytes. A link that has enough for all again goes back to the law of its load.

// Bounds of a crowd: the load below which it may end, and by how much those who give up are shown to be late.
const (
	calmLoad = 0.95
	lateBy   = 1e-3
)

// isCrowded reports whether flows of a way want more than the link carries in a step, and begins and ends their crowd.
func (f *flowStation) isCrowded(servers int) bool {
	switch {
	case f.crowd == nil && (f.load > law.MostLoad || f.Line > 0):
		kinds := make([]fluid.CrowdKind, 0, len(f.sizes))
		for k := range f.sizes {
			if c := &f.sizes[k]; c.came > 0 {
				kinds = append(kinds, fluid.CrowdKind{Name: k, Size: c.alone, Came: c.came / float64(servers)})
			}
		}
		f.crowd = fluid.NewCrowd(kinds, f.Number, min(1, f.room, f.room/max(f.Number, 1e-12)))
	case f.crowd != nil && f.load < calmLoad && !f.crowd.Short:
		if often := max(f.load, 1e-12) * f.fits; f.Number <= sharedBy(f.load, f.fits)*often {
			f.crowd = nil
			f.Resume(f.Number)
		}
	}
	return f.crowd != nil
}

// tellPatience tells flows for how long requests have been there when they begin.
func (w *interfaceRates) tellPatience(c *cohort, longest sim.Time) {
	before := sim.Sum(c.Mean(), sim.Seconds(c.away-c.aboard+c.gate.wait))
	for d := range w.links {
		for way := range w.links[d].ways {
			f := &w.links[d].ways[way]
			if f.longest, f.before = longest, [2]sim.Time{sim.Sum(before, sim.Seconds(c.aboard)), before}; d == inward {
				f.before[0] = 0
			}
		}
	}
}

// playCrowd plays a step of them, and returns the bytes that pass at each of so many servers.
func (f *flowStation) playCrowd(servers int, a fluid.Arrivals) (bytes float64) {
	c := f.crowd
	for k := range f.sizes {
		of := &f.sizes[k]
		kind := c.Kind(k)
		if kind == nil && of.came == 0 {
			continue
		} else if kind == nil {
			kind = c.Add(fluid.CrowdKind{Name: k, Size: of.alone})
		}
		wait, before := of.wait, f.before[0]
		if wait == talks {
			wait, before = f.longest, f.before[1]
			kind.Finishes = true // the server sees that nobody waits when the step ends
		}
		if kind.Came, kind.Patience, kind.Late = of.came/float64(servers), 0, 0; wait != sim.Never {
			kind.Patience, kind.Late = max(1, wait-before).Seconds(), wait.Seconds()*(1+lateBy)+lateBy
		}
	}
	c.Advance(a.Length.Seconds(), f.room)
	f.Number, f.Done, f.through, f.finished, f.said, f.Delay, f.held, f.ends = 0, 0, 0, 0, 0, 0, 0, 0
	own := 0.0
	for k := range f.sizes {
		of := &f.sizes[k]
		kind := c.Kind(k)
		if kind == nil {
			continue
		}
		f.Number += kind.Number
		f.Done += kind.Done + kind.Dropped
		passed := kind.Passed * f.flow * 1000
		bytes += passed
		of.passed = passed * float64(servers)
		if of.wait == talks {
			f.said += passed * float64(servers)
			f.finished += kind.Done
			f.held += kind.Held
			f.ends += kind.Ended
		} else {
			own += kind.Number
			f.through += kind.Done * float64(servers)
		}
		if kind.Stay != nil {
			f.Delay = max(f.Delay, sim.Seconds(kind.Stay.Mean()))
		}
		if kind.Dropped > 0 {
			f.Delay = max(f.Delay, sim.Seconds(kind.Late))
		}
	}
	if f.Number > 0 {
		f.share = own / f.Number
	}
	f.Targets, f.Line, f.Law, f.Content = servers, f.Number, nil, f.Number*float64(servers)
	return bytes
}

// playWay plays a step of the flows of a way, which have so much at each server, and has an audit see it.
func (p *Plane) playWay(c *cohort, f *flowStation, most float64, a fluid.Arrivals) (bytes float64) {
	bytes = f.play(p.fluid.laws, c.servers, most, a)
	if p.fluid.audit != nil {
		p.fluid.audit.NoteLink(fluid.LinkStep{
			Crowd: f.crowd, At: p.fluid.done + a.Length, Length: a.Length, Fits: f.room, Flows: f.mine + f.others,
			Targets: c.servers, Rule: f.Rule,
		})
	}
	return bytes
}

// crowdTime is how long those of a size were there who left a crowd last.
func (f *flowStation) crowdTime(size int) law.Time {
	if kind := f.crowd.Kind(size); kind != nil && kind.Stay != nil {
		return kind.Stay
	}
	return f.sizes[size].alone
}

// joinCrowd has a server of another cohort come with its flows, to so many that were here.
func (f *flowStation) joinCrowd(servers int, from *flowStation) {
	of := float64(servers)
	switch {
	case f.crowd != nil && servers > 0:
		both := f.Number * of / (of + 1)
		if from.crowd != nil {
			both += from.Number / (of + 1)
		}
		if f.Number > 0 {
			f.crowd.Scale(both / f.Number)
		}
		f.Number = both
	case from.crowd != nil:
		f.crowd = from.crowd.Clone()
		f.crowd.Scale(1 / (of + 1))
		f.Number = f.crowd.Number()
	}
	f.Content = f.Number * (of + 1)
}

// flowsOf is how many flows the steps of a request have in a direction.
func (w *interfaceRates) flowsOf(direction int) (n int) {
	for k := range w.talks {
		if w.talks[k].flows[direction] != nil {
			n++
		}
	}
	return n
}

// crowdedSteps is what the steps of each server of a cohort are in crowds. One that talks both ways is in the longer line.
type crowdedSteps struct {
	number float64 // that somebody waits for
	held   float64 // with the others
	ends   float64 // of these, in the last step of time
	said   float64 // requests that have ended theirs in it, and for which somebody waits
}

func (w *interfaceRates) crowdedSteps() (all crowdedSteps) {
	for d := range w.links {
		one := crowdedSteps{}
		for way := range w.links[d].ways {
			if f := &w.links[d].ways[way]; f.crowd != nil {
				one.number += f.Number * (1 - f.share)
				one.held += f.held
				one.ends += f.ends
				one.said += f.finished / float64(max(1, w.flowsOf(d)))
			}
		}
		if one.held > all.held {
			all = one
		}
	}
	return all
}
