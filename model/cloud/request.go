package cloud

import (
	"headroom/model/workload"
	"headroom/sim"
	"headroom/sim/rng"
)

// traffic is the state of one workload.
type traffic struct {
	cfg      *Workload
	source   workload.Source
	traced   workload.Traced   // source, if it has rows
	line     *sim.Timer[event] // its next arrival
	demand   rng.Stream
	sizes    rng.Stream
	classes  rng.Stream
	nodes    rng.Stream
	class    classTable
	limits   deadlines
	balancer int   // None without
	next     int   // fleet round robin
	opened   int64 // requests since the last new connection
	actions  []classAction
}

// classTable draws a request's class by inversion.
type classTable struct{ upTo []float64 }

func newClassTable(classes []RequestClass) classTable {
	total := 0.0
	for _, c := range classes {
		total += c.Weight
	}
	t := classTable{upTo: make([]float64, len(classes))}
	sum := 0.0
	for i, c := range classes {
		sum += c.Weight
		t.upTo[i] = sum / total
	}
	t.upTo[len(classes)-1] = 1
	return t
}

func (t classTable) draw(s *rng.Stream) uint8 {
	if len(t.upTo) == 1 {
		return 0
	}
	u := s.Uniform()
	for i, limit := range t.upTo {
		if u < limit {
			return uint8(i)
		}
	}
	return uint8(len(t.upTo) - 1)
}

// onRequestArrives draws a request from its workload, schedules the next one,
// and sends it on its way.
func (w *World) onRequestArrives(ev event) {
	t := &w.traffic[ev.index()]
	h, r := w.requests.Alloc()
	i := indexOf(h)
	now := w.kernel.Now()
	*r = request{arrived: now, workload: uint16(ev.index()), group: None, target: noIndex}
	t.fill(r)
	w.scheduleArrival(ev.index())
	w.enter(i, r)
}

// fill draws what the request will ask for, one variate of each stream whatever
// the policies do.
func (t *traffic) fill(r *request) {
	cfg := t.cfg
	r.class = t.class.draw(&t.classes)
	row := -1
	if t.traced != nil && cfg.Rows != nil {
		row = t.traced.Row()
	}
	switch {
	case row >= 0 && cfg.Rows.Demand != nil:
		r.demand = cfg.Rows.Demand[row]
	default:
		r.demand = max(sim.Seconds(t.demand.Draw(cfg.Demand)), 0)
	}
	switch {
	case row >= 0 && cfg.Rows.Request != nil:
		r.in = clip32(float64(cfg.Rows.Request[row]))
	case cfg.Request != nil:
		r.in = clip32(t.sizes.Draw(cfg.Request))
	}
	switch {
	case row >= 0 && cfg.Rows.Response != nil:
		r.out = clip32(float64(cfg.Rows.Response[row]))
	case cfg.Response != nil:
		r.out = clip32(t.sizes.Draw(cfg.Response))
	}
}

// clip32 holds a size to what a request records, 4 GiB.
func clip32(bytes float64) uint32 { return uint32(max(0, min(bytes, 1<<32-1))) }

func (w *World) scheduleArrival(i int) {
	if at, ok := w.traffic[i].source.Next(); ok && at <= w.cfg.Duration {
		w.traffic[i].line.StartAt(at, indexed(requestArrives, i))
	}
}

// enter counts an attempt, starts its clock, and dispatches it.
func (w *World) enter(i uint32, r *request) {
	t := &w.traffic[r.workload]
	if t.limits.limit != sim.Never {
		w.requests.watch(&t.limits, i)
		if !t.limits.watched {
			t.limits.watched = true
			w.schedule(r.arrived+t.limits.limit, indexed(requestsExpire, int(r.workload)))
		}
	}
	w.dispatch(i, r)
}

// dispatch finds the instance that serves the request.
func (w *World) dispatch(i uint32, r *request) {
	t := &w.traffic[r.workload]
	switch t.cfg.To {
	case ToLoadBalancer:
		w.balance(i, r)
	case ToTargetGroup:
		w.forward(i, r, scopeOf{group: t.cfg.Target})
	case ToInstances:
		w.toFleet(i, r, w.fleets[t.cfg.Target].members)
	}
}

// toFleet sends requests to the instances of a fleet in turn.
func (w *World) toFleet(i uint32, r *request, members []uint32) {
	w.meter.arrived(r.arrived, r)
	if len(members) == 0 {
		w.fail(i, Code502)
		return
	}
	t := &w.traffic[r.workload]
	t.next = (t.next + 1) % len(members)
	r.instance = members[t.next]
	w.offer(i, r)
}

// offer brings the request to its instance: it starts, waits, or is refused.
func (w *World) offer(i uint32, r *request) {
	s := &w.instances.at(r.instance).station
	switch {
	case !s.open:
		w.fail(i, Code502)
	case s.running < s.limit:
		w.start(i, r, s)
	case s.waiting.n < s.backlog:
		r.phase = queued
		s.backed += r.demand
		w.requests.pushBack(&s.waiting, i)
	default:
		w.fail(i, Code502)
	}
}

// start begins service.
func (w *World) start(i uint32, r *request, s *station) {
	now := w.kernel.Now()
	if r.phase == abandoned {
		r.phase = orphaned
	} else {
		r.phase = inService
		w.meter.started(now, r)
	}
	s.advance(now)
	if s.discipline == FCFS {
		s.running++
		w.schedule(now+r.demand, handled(requestDone, w.requests.handle(i)))
		return
	}
	s.share(i, r.demand)
	w.rearm(r.instance, s)
}

// rearm keeps the station's one departure event no later than its next
// departure. An event that comes too early is cheaper than one revoked.
func (w *World) rearm(instance uint32, s *station) {
	due := s.nextDeparture(w.kernel.Now())
	if due >= s.due {
		return
	}
	s.due = due
	w.schedule(due, handled(stationDeparts, w.instances.handle(instance)))
}

// onRequestDone ends a request that had a worker of its own.
func (w *World) onRequestDone(ev event) {
	r := w.requests.Get(ev.handle())
	if r == nil { // its instance died, or its client left
		w.meter.overtaken()
		return
	}
	s := &w.instances.at(r.instance).station
	s.advance(w.kernel.Now())
	s.running--
	w.complete(ev.handle(), r)
	w.startNext(s)
}

// onStationDeparts ends the requests whose demand is attained.
func (w *World) onStationDeparts(ev event) {
	now := w.kernel.Now()
	in := w.instances.Get(ev.handle())
	if in == nil || in.station.due != now { // an earlier departure came up since
		w.meter.overtaken()
		return
	}
	s := &in.station
	s.due = sim.Never
	s.advance(now)
	for {
		i, ok := s.popDone()
		if !ok {
			break
		}
		w.complete(w.requests.handle(i), w.requests.at(i))
	}
	w.startNext(s)
	w.rearm(indexOf(ev.handle()), s)
}

// startNext lets waiting requests into free places.
func (w *World) startNext(s *station) {
	for s.waiting.n > 0 && s.running < s.limit {
		i := s.waiting.head
		r := w.requests.at(i)
		w.requests.unlink(&s.waiting, i)
		s.backed -= r.demand
		w.start(i, r, s)
	}
}
