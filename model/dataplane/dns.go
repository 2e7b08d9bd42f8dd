package dataplane

import (
	"headroom/model"
	"headroom/sim"
	"headroom/sim/rng"
)

// record is a DNS name at work.
type record struct {
	cfg    *Record
	failed []bool    // by answer: its health check has
	streak []int     // checks in a row that say otherwise
	past   []answers // what it answered, the oldest first that a client may still have
}

// answers is what a DNS name answers from an instant on: cumulative shares by answer.
type answers struct {
	from sim.Time
	upTo []float64
}

// lookup is how a source finds its load balancer by a DNS name.
type lookup struct {
	record   *record
	variants []uint16 // source by answer
	draws    *rng.Stream
}

// newRecords opens the DNS names, all of whose answers count as healthy until checks say
// otherwise.
func (p *Plane) newRecords() error {
	p.records = make([]record, len(p.cfg.Records))
	for i := range p.records {
		cfg := &p.cfg.Records[i]
		p.records[i] = record{cfg: cfg, failed: make([]bool, len(cfg.Answers)), streak: make([]int, len(cfg.Answers))}
		p.records[i].turn(0)
		for k := range cfg.Answers {
			if a := &cfg.Answers[k]; a.Interval > 0 {
				p.scheduleAfter(a.Interval, paired(recordIsChecked, uint32(i), uint32(k)))
			}
		}
	}
	return nil
}

// newVariants makes a source of each further answer of a workload's DNS name, for rules,
// time limits and nodes are a load balancer's.
func (p *Plane) newVariants(workload int) error {
	cfg := &p.cfg.Workloads[workload]
	if cfg.Record == 0 {
		return nil
	}
	draws := p.stream("workload/" + cfg.Name + "/dns")
	look := &lookup{record: &p.records[cfg.Record-1], draws: &draws, variants: []uint16{uint16(workload)}}
	for k := range look.record.cfg.Answers {
		if k == 0 {
			continue
		}
		name := "workload/" + cfg.Name + "/" + look.record.cfg.Answers[k].Name
		p.sources = append(p.sources, source{
			clients: &cfg.Clients, to: ToLoadBalancer, target: look.record.cfg.Answers[k].Balancer, cfg: cfg, service: None, workload: workload,
			disk: [2]DiskDemand{cfg.Reads, cfg.Writes}, memory: cfg.Memory, lookup: look,
			nodes: p.stream(name + "/node"), resumes: p.stream(name + "/handshake"),
		})
		look.variants = append(look.variants, uint16(len(p.sources)-1))
		if err := p.connectSource(&p.sources[len(p.sources)-1], cfg.Classes); err != nil {
			return err
		}
	}
	p.sources[workload].lookup = look
	return nil
}

// kept splits a number of 0 to 1 into which clients it stands for, those who keep answers
// longer first, and how old their answer is.
func (r *Record) kept(u float64) sim.Time {
	long := float64(r.Long.Percent) / 100
	if u < long {
		return sim.Time(u / long * float64(r.Long.Kept))
	}
	return sim.Time((u - long) / (1 - long) * float64(r.TTL))
}

// longest is how long the last of the clients keep an answer.
func (r *Record) longest() sim.Time { return max(r.TTL, r.Long.Kept) }

// choose returns the answer that a client has. Those of a client that has just asked are of
// any age up to how long it keeps them, each as likely as another.
func (l *lookup) choose(now sim.Time) uint16 {
	r := l.record
	age, share := l.draws.Uniform(), l.draws.Uniform()
	since := now - r.cfg.kept(age)
	k := len(r.past) - 1
	for k > 0 && r.past[k].from > since {
		k--
	}
	upTo := r.past[k].upTo
	for i := range upTo {
		if share < upTo[i] {
			return l.variants[i]
		}
	}
	return l.variants[len(upTo)-1]
}

// turn makes the name answer what the health of its answers says: those that are healthy of
// the primary ones, else of the secondary ones, else the primary ones all the same.
func (r *record) turn(now sim.Time) {
	for len(r.past) > 1 && r.past[1].from <= now-r.cfg.longest() {
		r.past = r.past[1:]
	}
	healthy := func(secondary bool) func(int) bool {
		return func(k int) bool { return r.cfg.Answers[k].Secondary == secondary && !r.failed[k] }
	}
	primary := func(k int) bool { return !r.cfg.Answers[k].Secondary }
	for _, in := range []func(int) bool{healthy(false), healthy(true), primary} {
		if upTo := r.shares(in); upTo != nil {
			r.past = append(r.past, answers{now, upTo})
			return
		}
	}
}

// shares returns the cumulative shares of some answers, nil without any.
func (r *record) shares(in func(int) bool) []float64 {
	total, count := 0, 0
	for k := range r.cfg.Answers {
		if in(k) {
			total += r.cfg.Answers[k].Weight
			count++
		}
	}
	if count == 0 {
		return nil
	}
	upTo := make([]float64, len(r.cfg.Answers))
	sum := 0.0
	for k := range upTo {
		switch {
		case !in(k):
		case total == 0:
			sum += 1 / float64(count)
		default:
			sum += float64(r.cfg.Answers[k].Weight) / float64(total)
		}
		upTo[k] = sum
	}
	return upTo
}

// onRecordIsChecked checks the health of an answer, and plans the next check.
func (p *Plane) onRecordIsChecked(ev model.Event) {
	r, k := &p.records[ev.On>>32], int(uint32(ev.On))
	a := &r.cfg.Answers[k]
	p.scheduleAfter(a.Interval, ev)
	p.housekeeping++
	if p.serves(&p.balancers[a.Balancer]) != r.failed[k] {
		r.streak[k] = 0
		return
	}
	if r.streak[k]++; r.streak[k] < a.Threshold {
		return
	}
	p.regroupAll()
	r.streak[k], r.failed[k] = 0, !r.failed[k]
	r.turn(p.kernel.Now())
	p.control.RecordTurns(int(ev.On>>32), k, !r.failed[k])
}

// serves reports whether a load balancer is on the network and each of its target groups
// that has targets has a healthy one; at least one must have.
func (p *Plane) serves(b *balancer) bool {
	up, any := false, len(b.groups) == 0
	for _, z := range b.cfg.Zones {
		up = up || p.zoneDown[z] == 0
	}
	for _, g := range b.groups {
		healthy, registered := 0, 0
		for i := range p.targetGroups[g].scopes {
			healthy += p.targetGroups[g].scopes[i].healthy
			registered += p.targetGroups[g].scopes[i].registered
		}
		if registered > 0 && healthy == 0 {
			return false
		}
		any = any || healthy > 0
	}
	return up && any
}

// asks reports whether a workload comes to a load balancer.
func (t *Traffic) asks(w *Workload, balancer int) bool {
	if w.Record > 0 {
		for _, a := range t.Records[w.Record-1].Answers {
			if a.Balancer == balancer {
				return true
			}
		}
	}
	return w.To == ToLoadBalancer && w.Target == balancer
}

// record checks a DNS name.
func (v *validator) record(r *Record) {
	path := "dns_record." + r.Name
	v.Check(len(r.Answers) > 0, path+".record", "must have an answer")
	v.Check(r.TTL >= 0 && r.TTL <= sim.Horizon/4, path+".ttl", "must be 0 to %v, got %v", sim.Horizon/4, r.TTL)
	r.Long.verify(v, r.TTL, path)
	primary := false
	for i := range r.Answers {
		a := &r.Answers[i]
		v.Reference(a.Balancer, len(v.LoadBalancers), path+".record", "load balancer")
		v.Check(a.Weight >= 0 && a.Weight <= 255, path+".record", "must have a weight of 0 to 255, got %d", a.Weight)
		v.Check(a.Interval == 0 || a.Interval >= sim.Second && a.Threshold > 0, path+".record", "must be checked once in 1s or less often, got %v", a.Interval)
		primary = primary || !a.Secondary
	}
	v.Check(primary, path+".record", "must have a primary answer")
}

// redirected reports whether some load balancer that a workload comes to redirects.
func (t *Traffic) redirected(w *Workload) bool {
	for i := range t.LoadBalancers {
		if t.LoadBalancers[i].redirects() && (t.asks(w, i) || t.relayed(w, i)) {
			return true
		}
	}
	return false
}

// named checks the DNS name that a workload goes by.
func (v *validator) named(w *Workload) {
	if w.Record == 0 {
		return
	}
	path := "workload." + w.Name + ".to"
	if v.Reference(w.Record-1, len(v.Records), path, "DNS name") {
		r := &v.Records[w.Record-1]
		v.Check(w.To == ToLoadBalancer && len(r.Answers) > 0 && r.Answers[0].Balancer == w.Target, path, "must be the first answer of the DNS name")
	}
	v.Check(w.Visitors.Count == 0, path, "must not be a DNS name for clients that are told apart")
}
