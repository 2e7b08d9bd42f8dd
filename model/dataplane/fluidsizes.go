package dataplane

import (
	"fmt"
	"math"
	"slices"

	"headroom/model"
	"headroom/model/bandwidth"
	"headroom/model/fluid"
	"headroom/sim"
	law "headroom/sim/fluid"
	"headroom/sim/rng"
)

// flowsOfOneSize is flows of one size: of the requests or responses of some sources, or of a step.
type flowsOfOneSize struct {
	size    rng.Distribution
	wait    sim.Time         // that their clients have in all; talks: they are of steps
	weight  float64          // flows a second, about
	came    float64          // at all servers, in the present step
	passed  float64          // bytes of them there, in the present step of a crowd
	alone   rng.Distribution // seconds
	slow    float64          // how many times these they take
	slowed  *law.Law
	between [2]*law.Law // of which mixed is
	mixed   *law.Law
}

// talks is the wait of flows of steps.
const talks = -1

// sizesOf are the sizes of the requests and responses of a source; nil: none.
func (p *Plane) sizesOf(source int) (sizes [2]rng.Distribution) {
	s := &p.sources[source]
	if s.call != nil {
		return [2]rng.Distribution{inward: heldSizes(s.call.Request), outward: heldSizes(s.call.Response)}
	}
	sizes = [2]rng.Distribution{inward: heldSizes(s.cfg.Request), outward: heldSizes(s.cfg.Response)}
	if rows := s.cfg.Rows; rows != nil {
		for d, column := range [2][]model.Bytes{inward: rows.Request, outward: rows.Response} {
			if column == nil {
				continue
			}
			key := fmt.Sprintf("bytes %d %s", d, s.cfg.Name)
			if p.fluid.mixtures[key] == nil {
				p.fluid.mixtures[key] = sizesOfRows(column)
			}
			sizes[d] = p.fluid.mixtures[key]
		}
	}
	return sizes
}

// heldSizes holds sizes to what requests record, as [heldBytes] does.
func heldSizes(d rng.Distribution) rng.Distribution {
	if d == nil || d.Quantile(1-1e-6) <= float64(MaxBytes) {
		return d
	}
	return held{d, float64(heldBytes(d.Mean()))}
}

// held is sizes of which none is larger than MaxBytes; so many at most in the mean.
type held struct {
	rng.Distribution
	mean float64
}

// Quantile implements [rng.Distribution].
func (h held) Quantile(u float64) float64 { return min(h.Distribution.Quantile(u), float64(MaxBytes)) }

// Mean implements [rng.Distribution].
func (h held) Mean() float64 { return h.mean }

func sizesOfRows(column []model.Bytes) rng.Distribution {
	sorted := slices.Sorted(slices.Values(column))
	n := min(rowPoints, len(sorted))
	values, weights := make([]float64, n), make([]float64, n)
	for i := range values {
		values[i], weights[i] = float64(sorted[(2*i+1)*len(sorted)/(2*n)]), 1
	}
	return sure(rng.Empirical(values, weights))
}

// shapeNetwork finds out which flows pass the interfaces of a cohort.
func (p *Plane) shapeNetwork(c *cohort) {
	w := c.links
	if w == nil {
		return
	}
	for d := range w.links {
		for way := range w.links[d].ways {
			f := &w.links[d].ways[way]
			for k := range f.sizes {
				f.sizes[k].weight = 0
			}
		}
	}
	all := 0.0
	for _, u := range c.currents {
		sizes, way := p.sizesOf(u.source), p.wayOf(u)
		all += u.share * u.weight
		for d, size := range sizes {
			u.flows[d], u.sizes[d] = nil, nil
			if size != nil && size.Mean() > 0 {
				u.flows[d], u.sizes[d] = &w.links[d].ways[way], size
				u.flows[d].add(size, u.patience, u.share*u.weight)
			}
		}
		u.part = 0
	}
	for _, u := range c.currents {
		u.part = u.share * u.weight / max(all, 1e-12)
	}
	w.split, w.choices = law.Split{Nodes: 1}, 1
	if asked := all * c.Demand.Mean(); c.Rule == law.InTurn && c.Nodes <= 1 && asked < spacedUpto*float64(c.servers*c.Servers) {
		w.split, w.choices = c.Split, c.Choices
	}
	p.shapeTalks(c, all)
	for d := range w.links {
		for way := range w.links[d].ways {
			p.mixParcels(&w.links[d].ways[way])
		}
	}
}

// spacedUpto is the load of the CPU up to which responses leave it as requests have come, in turn.
const spacedUpto = 0.3

// shapeTalks adds the flows of steps.
func (p *Plane) shapeTalks(c *cohort, rate float64) {
	way := bandwidth.Internet
	if c.key.gateway.There {
		way = bandwidth.Region
	}
	for k := range p.cfg.Services[c.key.service].Steps {
		step, t := &p.cfg.Services[c.key.service].Steps[k], &c.links.talks[k]
		for d, size := range [2]rng.Distribution{inward: heldSizes(step.Received), outward: heldSizes(step.Sent)} {
			if size != nil && size.Mean() > 0 {
				t.flows[d], t.sizes[d] = &c.links.links[d].ways[way], size
				f := t.flows[d]
				f.add(size, talks, rate)
			}
		}
	}
}

// wayOf is where the bytes of a current's requests come from, and go to.
func (p *Plane) wayOf(c *current) bandwidth.Way {
	if c.cohort.key.public && p.sources[c.source].direct {
		return bandwidth.Internet
	}
	return bandwidth.Region
}

// add adds flows of a size, whose clients wait so long in all.
func (f *flowStation) add(size rng.Distribution, wait sim.Time, weight float64) {
	k := f.find(size, wait)
	if k < 0 {
		k = len(f.sizes)
		f.sizes = append(f.sizes, flowsOfOneSize{size: size, wait: wait})
	}
	f.sizes[k].weight += weight
}

// find returns the place of those of a size and a wait; below 0: there are none.
func (f *flowStation) find(size rng.Distribution, wait sim.Time) int {
	return slices.IndexFunc(f.sizes, func(o flowsOfOneSize) bool { return o.size == size && o.wait == wait })
}

// come notes that so many of a size and a wait come in a step.
func (f *flowStation) come(size rng.Distribution, wait sim.Time, n float64) {
	f.sizes[f.find(size, wait)].came += n
}

// mixParcels finds how long the flows of a way take that have it to themselves.
func (p *Plane) mixParcels(f *flowStation) {
	all := 0.0
	for k := range f.sizes {
		all += f.sizes[k].weight
	}
	if f.Demand = nil; all == 0 {
		return
	}
	var parts []blendPart
	for k := range f.sizes {
		c := &f.sizes[k]
		c.alone = scaled{c.size, 1 / (1000 * f.flow)}
		part := math.Round(c.weight / all * blendParts)
		if i := slices.IndexFunc(parts, func(o blendPart) bool { return o.time == c.alone }); i >= 0 {
			parts[i].part += part
		} else if part > 0 {
			parts = append(parts, blendPart{c.alone, part})
		}
	}
	f.Demand = p.fluid.blendOf(parts)
}

// scaled is so many times another distribution.
type scaled struct {
	of    rng.Distribution
	times float64
}

// Quantile implements [rng.Distribution].
func (s scaled) Quantile(u float64) float64 { return s.times * s.of.Quantile(u) }

// Mean implements [rng.Distribution].
func (s scaled) Mean() float64 { return s.times * s.of.Mean() }

// Variance implements [rng.Distribution].
func (s scaled) Variance() float64 { return s.times * s.times * s.of.Variance() }

// blend is a mixture of times.
type blend struct {
	parts []blendPart
	of    rng.Distribution
}

type blendPart struct {
	time rng.Distribution
	part float64
}

// blendParts are the parts in which the shares of flows of several sizes are told apart.
const blendParts = 1 << 12

// mixturePoints are the points that each of several times has in their mixture.
const mixturePoints = 400

// blendOf mixes times, one law for all who mix the same.
func (f *fluidly) blendOf(parts []blendPart) rng.Distribution {
	if len(parts) == 1 {
		return parts[0].time
	}
	for i := range f.blends {
		if slices.Equal(f.blends[i].parts, parts) {
			return f.blends[i].of
		}
	}
	var values, weights []float64
	for _, part := range parts {
		for k := range mixturePoints {
			values = append(values, part.time.Quantile((float64(k)+0.5)/mixturePoints))
			weights = append(weights, part.part)
		}
	}
	f.blends = append(f.blends, blend{parts, sure(rng.Empirical(values, weights))})
	return f.blends[len(f.blends)-1].of
}

// timeOf is how long flows of a size and a wait take at present.
func (f *flowStation) timeOf(size rng.Distribution, wait sim.Time) law.Time {
	k := f.find(size, wait)
	if k < 0 {
		return nil
	}
	c := &f.sizes[k]
	switch {
	case f.crowd != nil:
		return f.crowdTime(k)
	case f.Law == nil || f.Demand == nil:
		return c.alone
	case f.Line == 0 && f.load < law.MostLoad:
		return f.shared(c)
	case f.Demand == c.alone:
		return f.Law
	}
	slow := paced(f.Law.Mean() / f.Demand.Mean())
	if slow <= 1 {
		return c.alone
	}
	if slow != c.slow {
		stage := law.Stage{Choices: []law.Choice{{Time: c.alone, Share: 1}}, Times: 1}
		c.slow, c.slowed = slow, law.Chain([]law.Stage{stage}).Stretched(slow)
	}
	return c.slowed
}

// shared is the law of flows that share a link with others for good. How many there are depends on the load alone, and so
// does how many times longer each takes, whatever its size; where no whole number of flows fills the link it is between
// those of the numbers around.
func (f *flowStation) shared(c *flowsOfOneSize) law.Time {
	of := [2]*law.Law{f.lawOf(c, int(f.fits), f.load), nil}
	if part := f.fits - math.Floor(f.fits); f.fits > 1 && part > 0 {
		of[1] = f.lawOf(c, int(f.fits)+1, f.load)
	}
	if of[1] == nil {
		return of[0]
	}
	if of != c.between {
		fewer, more := of[0].Mean(), of[1].Mean()
		part := 0.0
		if exact := c.alone.Mean() * sharedBy(f.load, f.fits); fewer > more {
			part = min(1, max(0, (exact-more)/(fewer-more)))
		}
		c.between, c.mixed = of, law.Mix(of[:], []float64{part, 1 - part})
	}
	return c.mixed
}

// linkKey is a station of flows, and how these are divided among such.
type linkKey struct {
	law.Station
	law.Split
}

// lawOf is that of flows at a link that so many fill.
func (f *flowStation) lawOf(c *flowsOfOneSize, flows int, load float64) *law.Law {
	station := law.Station{Servers: max(1, flows), Backlog: fluid.NoLimit, Demand: c.alone, Speed: f.Speed}
	key := linkKey{station, f.Split}
	of := f.known[key]
	if of == nil {
		of = law.New(station, f.Split)
		f.known[key] = of
	}
	return of.Law(load, f.Choices)
}

// sharedBy is how many times as long flows take that share a link with others as flows that are alone, if so many
// fill it: of who comes at random, among n each has 1, or the width over n (Cohen 1979, "The multiple phase service
// network with generalized processor sharing").
func sharedBy(load, width float64) float64 {
	rate := load * width
	full := math.Ceil(width)
	share, all, mean := 1.0, 1.0, 0.0
	for n := 1.0; n < full; n++ {
		share *= rate / n
		all += share
		mean += n * share
	}
	// from then on each state is load times the one before
	share *= rate / width
	all += share / (1 - load)
	mean += share * (full/(1-load) + load/((1-load)*(1-load)))
	return mean / all / rate
}

// takeNetwork finds how long the requests of each current of a cohort are there with the time that their bytes take.
func (p *Plane) takeNetwork(c *cohort) {
	if c.links == nil || c.Law == nil {
		return
	}
	inside := c.stages
	if c.stay == nil {
		inside = []law.Stage{{Choices: []law.Choice{{Time: c.Law, Share: 1}}, Times: 1}}
	}
	for k, u := range c.currents {
		if u.stays != nil && u.came+u.inside == 0 {
			continue
		}
		stages := inside[:len(inside):len(inside)]
		if own := u.own(); own != nil {
			stages = slices.Clone(inside)
			stages[0].Choices = []law.Choice{{Time: own, Share: 1, Longer: inside[0].Choices[0].Longer}}
		}
		for d, f := range u.flows {
			if f != nil {
				stages = append(stages, law.Stage{Choices: []law.Choice{{Time: f.timeOf(u.sizes[d], u.patience), Share: 1}}, Times: 1})
			}
		}
		if u.stays != nil && slices.EqualFunc(u.stages, stages, alikeStages) {
			continue
		}
		u.stages, u.stays = stages, nil
		for _, o := range c.currents[:k] {
			if slices.EqualFunc(o.stages, stages, alikeStages) {
				u.stays = o.stays
				break
			}
		}
		if u.stays == nil {
			u.stays = law.Chain(stages)
		}
	}
}

// networkStages are the stages of the requests of a cohort at its interfaces, all sources together.
func (c *cohort) networkStages() (stages []law.Stage) {
	if c.links == nil {
		return nil
	}
	for d := range c.links.links {
		stage := law.Stage{Times: 1}
		for _, u := range c.currents {
			choice := law.Choice{Share: u.part}
			if f := u.flows[d]; f != nil {
				choice.Time = f.timeOf(u.sizes[d], u.patience)
			}
			stage.Choices = append(stage.Choices, choice)
		}
		stages = append(stages, stage)
	}
	return stages
}
