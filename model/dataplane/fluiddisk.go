package dataplane

import (
	"fmt"
	"math"
	"strconv"

	"headroom/model"
	"headroom/model/fluid"
	"headroom/model/storage"
	"headroom/sim"
	law "headroom/sim/fluid"
)

// diskStation is a disk that each server of a cohort has: batches of I/Os come to a station that serves them in
// order, at the pace that the disk's credits leave. A [storage.Queue] keeps these: it is asked at once for what
// comes in a step.
type diskStation struct {
	fluid.Cohort
	queue                 storage.Queue
	use                   int32 // in Plane.diskUses
	cpu                   bool  // its first visit comes after the CPU
	steps                 []*IO // of a request, one after the other
	hit                   float64
	pace                  float64
	visits                float64    // of a request that ask for something
	ios                   [2]float64 // of a request: reads and writes
	bytes                 [2]float64 // the same
	cost                  [3]float64 // of a request: operations, bytes, moved
	alone                 float64    // seconds that a visit takes beyond its service, where its I/Os take none
	each                  float64    // seconds of service of an I/O of a visit
	together              float64    // second moment of what a request brings over that of its visits
	alike                 float64    // share of the requests whose visits wait alike
	longerBy              float64    // by which part of it the stay of such a visit is longer since a request comes several times
	apart, joint, jointOf *law.Law   // of all visits of a request; of one
	jointBy               float64    // longerBy that joint is of
	owed                  [2]int64   // I/Os that are asked for and not done
	parts                 [3]float64 // that are left of whole I/Os and bytes
	sizes                 [2]float64 // bytes that are left of whole ones
	waited                fluid.Share
}

// equipDisksOf gives a new cohort the disks of its servers' service.
func (p *Plane) equipDisksOf(c *cohort, s *server) {
	steps, cpu := s.cfg.Steps, false
	if len(s.disks) == 0 {
		return
	}
	for k := range steps {
		cpu = cpu || steps[k].Kind == StepCPU
		if steps[k].Kind != StepDisk || steps[k].IO.Demand { // workloads bring none
			continue
		}
		d := c.diskOf(p, p.disks.at(s.disks[steps[k].IO.Disk]))
		if len(d.steps) == 0 {
			d.cpu = cpu
		}
		d.steps = append(d.steps, &steps[k].IO)
	}
}

// diskOf is the station of a disk.
func (c *cohort) diskOf(p *Plane, of *disk) *diskStation {
	for _, d := range c.disks {
		if d.use == of.use {
			return d
		}
	}
	d := &diskStation{use: of.use, hit: -1, pace: 1, queue: storage.NewQueue(p.kernel.Now(), *of.queue.Limits(), of.queue.Link())}
	d.Servers, d.Places, d.Backlog, d.Speed, d.Split = 1, 1, fluid.NoLimit, 1, law.Split{Nodes: 1}
	c.disks = append(c.disks, d)
	return d
}

// disksKey tells servers apart by what their disks do.
func (p *Plane) disksKey(s *server) string {
	var text []byte
	for _, id := range s.disks {
		d := p.disks.at(id)
		text = fmt.Appendf(strconv.AppendInt(text, int64(d.use), 10), " %v %v ", *d.queue.Limits(), d.queue.Link())
	}
	return string(text)
}

// batchPoints are the points that stand for the batches of a step.
const batchPoints = 512

// hitPart is how much a cache that fills answers more before that is noticed.
const hitPart = 1.0 / 64

// ask finds out what a request asks of the disk where the cache answers a share of its reads.
func (d *diskStation) ask(hit float64, full bool) {
	if hit == d.hit || !full && near(hit, d.hit, hitPart) {
		return
	}
	b := batchMix{queue: &d.queue}
	for _, io := range d.steps {
		share := hit
		if io.Write {
			share = 0
		}
		b.add(io, share)
	}
	d.hit, d.visits, d.ios, d.bytes, d.cost = hit, b.visits, b.ios, b.bytes, b.cost
	d.Demand = nil
	if d.visits > 0 {
		d.Demand = sure(b.demand())
		d.alone, d.each, d.together = b.alone/d.visits, b.each/d.visits, b.together()
	}
}

// shareOf is the part of the reads that the cache of a server answers.
func (c *cohort) shareOf(cfg *Cache) float64 {
	if cfg.Size == 0 {
		return 0
	}
	return cfg.Hit * c.cached / float64(cfg.Size)
}

// playDisks lets what comes to a cohort pass its disks that are asked before the CPU, or after it, and returns what
// they are done with.
func (p *Plane) playDisks(c *cohort, cpu bool, a fluid.Arrivals) float64 {
	cfg := &p.cfg.Services[c.key.service]
	for _, d := range c.disks {
		if d.cpu == cpu {
			d.ask(c.shareOf(&cfg.Cache), c.cached >= float64(cfg.Cache.Size))
			p.playDisk(c, d, &a)
		}
	}
	return a.Expected
}

// leaveForDisks lets those whom the CPU is done with pass the disks after it.
func (p *Plane) leaveForDisks(c *cohort, a fluid.Arrivals) {
	servers := float64(max(c.servers, 1))
	a.Expected = c.Done * servers
	c.leave = p.playDisks(c, true, a) / servers / a.Length.Seconds()
}

// playDisk plays a step of a disk; the step begins where the time that is played does.
func (p *Plane) playDisk(c *cohort, d *diskStation, a *fluid.Arrivals) {
	d.Targets = c.servers
	if c.servers == 0 || d.visits == 0 {
		d.Number, d.Content = 0, 0
		return
	}
	servers := float64(c.servers)
	each := a.Expected / servers
	u := &p.diskUses[d.use]
	if each > 0 {
		cost := storage.Cost{Operations: d.cost[0] * each, Bytes: d.cost[1] * each, Moved: d.cost[2] * each}
		served := d.queue.Serve(p.fluid.done, cost)
		if took := float64(served.End - served.Begin); u.Credit && took > 0 {
			alone, _ := d.queue.Alone(cost)
			d.pace = paced(min(1, alone/took))
		}
		u.Throttled = sim.Sum(u.Throttled, sim.Time(float64(served.Throttled)*servers))
	}
	if d.Speed, d.Choices = d.pace, c.servers; c.gate.line > 0 { // who leaves lets in who waits: the number is always the same
		d.Variance = 0
	}
	d.Advance(p.fluid.laws, fluid.Arrivals{Length: a.Length, Expected: a.Expected * d.visits, Patience: sim.Never})
	d.waitTogether(c)
	p.countIOs(c, d, a)
	a.Expected = d.Done * servers / d.visits
}

// waitTogether finds how much longer visits wait than at a station that they come to independently, since a request
// comes several times: under a high load by the factor that the work of whole requests varies more by than that of
// visits, less what of it is still to come (Reiman 1988, "A multiclass feedback queue in heavy traffic"); and that they
// then wait alike, each as much longer as the others. Under a low one a line is over before a request comes again.
func (d *diskStation) waitTogether(c *cohort) {
	d.longerBy, d.alike = 0, 0
	share, mean := d.Waits()
	if d.together <= 1 || share < rareCalls || d.Line > 0 || c.Law == nil {
		return
	}
	idle := 1 - math.Sqrt(min(share, law.MostLoad))
	lasts := d.Demand.Mean() / d.pace / (idle * idle) // relaxation time
	x := lasts / ((c.Law.Mean()+c.away-c.atDisk)/float64(len(d.steps)-1) + d.Law.Mean())
	d.alike = math.Round(x/(1+x)*alikeParts) / alikeParts
	waits := share * mean.Seconds() / d.Law.Mean()
	d.longerBy = math.Round((d.together-1)*waits*alikeParts) / alikeParts
}

// alikeParts are the parts in which shares are told apart.
const alikeParts = 64

// paceStep tells paces apart.
const paceStep = 0.02

func paced(pace float64) float64 { return math.Exp(math.Round(math.Log(pace)/paceStep) * paceStep) }

// countIOs counts what a disk was asked for and has done in a step.
func (p *Plane) countIOs(c *cohort, d *diskStation, a *fluid.Arrivals) {
	u := &p.diskUses[d.use]
	for k := range d.ios {
		n := whole(a.Expected*d.ios[k], &d.parts[k])
		u.Asked += n
		d.owed[k] += n
		done := max(0, d.owed[k]-int64(d.Content/d.visits*d.ios[k]))
		d.owed[k] -= done
		bytes := model.Bytes(0)
		if d.ios[k] > 0 {
			bytes = wholeOf(float64(done)*d.bytes[k]/d.ios[k], &d.sizes[k])
		}
		if k == 0 {
			u.Reads += done
			u.Read = u.Read.Plus(bytes)
			p.fillCache(c, bytes)
			continue
		}
		u.Writes += done
		u.Written = u.Written.Plus(bytes)
	}
	if credit, ok := d.queue.Credit(p.fluid.done); ok {
		u.Least = min(u.Least, credit)
	}
	if p.fluid.done < p.frame.Warmup {
		return
	}
	n := whole(d.Done*float64(c.servers), &d.parts[2])
	share, mean := d.waits()
	waited := d.waited.Of(n, share)
	u.Wait.RecordMany(int64(mean), waited)
	u.Wait.RecordMany(0, n-waited)
}

// waits is which share of the visits waits, and how long.
func (d *diskStation) waits() (share float64, mean sim.Time) {
	share, mean = d.Waits()
	if more := d.alike * d.longerBy * d.Law.Mean(); more > 0 {
		mean += sim.Seconds(more / share)
	}
	return share, mean
}

// wholeOf makes whole bytes of some; what it leaves out comes later.
func wholeOf(bytes float64, left *float64) model.Bytes {
	bytes += *left
	floor := math.Floor(bytes)
	*left = bytes - floor
	return model.Bytes(floor)
}

// fillCache puts what the servers of a cohort have read into their caches.
func (p *Plane) fillCache(c *cohort, bytes model.Bytes) {
	if cache := &p.cfg.Services[c.key.service].Cache; cache.Size > 0 {
		c.cached = min(c.cached+float64(bytes)/float64(c.servers), float64(cache.Size))
	}
}

// stage is the visits of a request as a part of its way.
func (d *diskStation) stage() (s law.Stage, ok bool) {
	if d.visits == 0 || d.Law == nil {
		return s, false
	}
	times := len(d.steps)
	asks := d.visits / float64(times)
	s = law.Stage{Times: times, Choices: []law.Choice{{Time: d.Law, Share: asks, Longer: d.longer()}}}
	if asks < 1-rareCalls {
		s.Choices = append(s.Choices, law.Choice{Share: 1 - asks})
	}
	if times == 1 || d.alike == 0 {
		return s, true
	}
	if d.jointOf != d.Law || d.jointBy != d.longerBy {
		d.jointOf, d.jointBy = d.Law, d.longerBy
		d.apart, d.joint = law.Chain([]law.Stage{s}), d.Law.Stretched(d.visits*(1+d.longerBy))
	}
	return law.Stage{Times: 1, Choices: []law.Choice{
		{Time: d.apart, Share: 1 - d.alike}, {Time: d.joint, Share: d.alike, Longer: d.visits * d.longer()},
	}}, true
}

// longer is how many seconds a visit takes beyond its service: its last I/O takes the disk's latency from when the
// limits let it pass.
func (d *diskStation) longer() float64 { return d.alone - d.each/d.pace }

// staysAtDisks is how many seconds of a request are at disks.
func (c *cohort) staysAtDisks() (seconds float64) {
	for _, d := range c.disks {
		if d.Law != nil {
			seconds += d.visits * d.Law.Mean() * (1 + d.alike*d.longerBy)
		}
	}
	return seconds
}

// likeDisks reports whether the disks and the cache of a server that comes from a cohort, or is new, are like those
// of another cohort.
func (p *Plane) likeDisks(c, from *cohort, s *server) bool {
	from = c.disksFrom(from)
	size := float64(max(p.cfg.Services[c.key.service].Cache.Size, 1))
	cached := float64(s.cached)
	if from != nil {
		cached = from.cached
	}
	if !near(c.cached/size, cached/size, diskAlike) {
		return false
	}
	now := p.kernel.Now()
	for k, d := range c.disks {
		credit, _ := d.queue.Credit(now)
		other := 1.0
		if from != nil {
			other, _ = from.disks[k].queue.Credit(now)
		}
		if !near(credit, other, diskAlike) {
			return false
		}
	}
	return true
}

// disksFrom is the cohort that a server comes from, if it had disks there.
func (c *cohort) disksFrom(from *cohort) *cohort {
	if from == nil || len(from.disks) != len(c.disks) {
		return nil
	}
	return from
}

// diskAlike is by how much caches and credits may differ that are taken together.
const diskAlike = 0.05

// joinDisks notes that a server has come from a cohort, or is new: nil.
func (p *Plane) joinDisks(c, from *cohort, s *server) {
	n := float64(c.servers)
	from = c.disksFrom(from)
	switch {
	case c == from || len(c.disks) == 0:
		return
	case from == nil:
		c.cached = (c.cached*n + float64(s.cached)) / (n + 1)
	default:
		c.cached = (c.cached*n + from.cached) / (n + 1)
	}
	for k, d := range c.disks {
		if from == nil {
			if c.servers == 0 {
				d.queue = storage.NewQueue(p.kernel.Now(), *d.queue.Limits(), d.queue.Link())
			}
			continue
		}
		o := from.disks[k]
		if c.servers == 0 {
			d.queue, d.pace = o.queue, o.pace
		}
		d.Join(c.servers, &o.Cohort)
		for i := range d.owed {
			part := o.owed[i] / int64(max(from.servers, 1))
			o.owed[i] -= part
			d.owed[i] += part
		}
	}
}

// forgetIOs counts as lost what the disks of a cohort that is forgotten have not done.
func (p *Plane) forgetIOs(c *cohort) {
	for _, d := range c.disks {
		p.diskUses[d.use].Lost += d.owed[0] + d.owed[1]
	}
}

// addOwed adds I/Os that cohorts have asked for and that are not done, by the disks' use.
func (p *Plane) addOwed(add func(use int32, n int64)) {
	if p.fluid == nil {
		return
	}
	for _, c := range p.fluid.cohorts {
		for _, d := range c.disks {
			add(d.use, d.owed[0]+d.owed[1])
		}
	}
}

// fluidCredit is what is left of a disk's burst credit where rates are played.
func (p *Plane) fluidCredit(d *disk, at sim.Time) (share float64, ok bool) {
	if f := p.fluid; f != nil && int(d.server) < len(f.places) && f.places[d.server].cohort != nil {
		for _, of := range f.places[d.server].cohort.disks {
			if of.use == d.use {
				return of.queue.Credit(at)
			}
		}
	}
	return d.queue.Credit(at)
}
