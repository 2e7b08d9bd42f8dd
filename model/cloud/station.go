package cloud

import (
	"math/bits"

	"headroom/sim"
)

// station is the service at one instance: its vCPUs or workers, who is in
// service and who waits. It knows requests by their index only.
//
// Processor sharing runs on a virtual clock that shows the service attained by
// a request since the clock's start, in units of 2⁻⁸ ns: with n requests on c
// vCPUs it advances at min(1, c/n). A request is done when the clock has
// advanced by its demand, so one departure is pending however many share. The
// clock wraps; only differences of up to 2⁵⁵ ns are compared.
type station struct {
	discipline Discipline
	finishAll  bool  // Service.FinishAbandoned
	open       bool  // the application port listens
	servers    int64 // FCFS: workers; ProcessorSharing: vCPUs
	limit      int32 // accepted at once
	backlog    int32 // that may wait beyond

	running int32 // in service
	waiting fifo

	changed sim.Time // instant up to which busy and clock are accounted
	busy    uint64   // vCPU-nanoseconds spent on requests

	clock  uint64 // virtual clock
	jobs   jobHeap
	due    sim.Time // instant of the pending departure event; Never without one
	backed sim.Time // FCFS: demand of those that wait
}

const clockShift = 8

func newStation(s *Service, vcpus int) station {
	st := station{
		discipline: s.Discipline,
		finishAll:  s.FinishAbandoned,
		servers:    int64(vcpus),
		limit:      int32(s.Concurrency),
		backlog:    int32(s.Backlog),
		due:        sim.Never,
		waiting:    emptyFIFO,
	}
	if s.Discipline == FCFS {
		if s.Workers > 0 {
			st.servers = int64(s.Workers)
		}
		st.limit = int32(st.servers)
	}
	if st.limit == 0 {
		st.limit = NoLimit
	}
	return st
}

// refuses reports whether one more request would be turned away.
func (s *station) refuses() bool {
	return !s.open || s.running >= s.limit && s.waiting.n >= s.backlog
}

// advance accounts for the time since the last change.
func (s *station) advance(now sim.Time) {
	elapsed := uint64(now - s.changed)
	if elapsed == 0 {
		return
	}
	s.changed = now
	if s.running == 0 {
		return
	}
	sharing, n := uint64(s.sharing()), uint64(s.running)
	s.busy += elapsed * sharing
	switch {
	case s.discipline == FCFS:
	case sharing == n:
		s.clock += elapsed << clockShift
	default:
		hi, lo := bits.Mul64(elapsed, sharing<<clockShift)
		q, _ := bits.Div64(hi, lo, n)
		s.clock += q
	}
}

// sharing is the number of vCPUs at work.
func (s *station) sharing() int64 { return min(int64(s.running), s.servers) }

// share admits a request to processor sharing; the caller has advanced.
func (s *station) share(request uint32, demand sim.Time) {
	s.running++
	s.jobs.push(job{done: s.clock + uint64(demand)<<clockShift, request: request})
}

// nextDeparture is the instant at which the first of the sharing requests is
// done if nobody else comes; Never when none shares.
func (s *station) nextDeparture(now sim.Time) sim.Time {
	if len(s.jobs) == 0 {
		return sim.Never
	}
	left := int64(s.jobs[0].done - s.clock)
	if left <= 0 {
		return now
	}
	// ceil(left × n / (sharing × 2⁸))
	per := uint64(s.sharing()) << clockShift
	hi, lo := bits.Mul64(uint64(left), uint64(s.running))
	lo, carry := bits.Add64(lo, per-1, 0)
	q, _ := bits.Div64(hi+carry, lo, per)
	return now + sim.Time(q)
}

// popDone removes and returns a request whose demand is attained.
func (s *station) popDone() (request uint32, ok bool) {
	if len(s.jobs) == 0 || int64(s.jobs[0].done-s.clock) > 0 {
		return 0, false
	}
	s.running--
	return s.jobs.pop().request, true
}

// abandon removes a sharing request before it is done.
func (s *station) abandon(request uint32) {
	s.jobs.remove(request)
	s.running--
}

// job is a sharing request and the reading of the clock at which it is done.
type job struct {
	done    uint64
	request uint32
}

// jobHeap is a binary heap by done, then by request index.
type jobHeap []job

func (a job) before(b job) bool {
	if d := int64(a.done - b.done); d != 0 {
		return d < 0
	}
	return a.request < b.request
}

func (h *jobHeap) push(j job) {
	*h = append(*h, j)
	h.up(len(*h) - 1)
}

func (h *jobHeap) pop() job {
	top := (*h)[0]
	h.drop(0)
	return top
}

func (h *jobHeap) remove(request uint32) {
	for i := range *h {
		if (*h)[i].request == request {
			h.drop(i)
			return
		}
	}
	panic("cloud: request is not in service here")
}

func (h *jobHeap) drop(i int) {
	s := *h
	last := len(s) - 1
	s[i] = s[last]
	*h = s[:last]
	if i < last {
		h.down(i)
		h.up(i)
	}
}

func (h *jobHeap) up(i int) {
	s := *h
	j := s[i]
	for i > 0 {
		parent := (i - 1) / 2
		if !j.before(s[parent]) {
			break
		}
		s[i] = s[parent]
		i = parent
	}
	s[i] = j
}

func (h *jobHeap) down(i int) {
	s := *h
	j := s[i]
	for {
		child := 2*i + 1
		if child >= len(s) {
			break
		}
		if child+1 < len(s) && s[child+1].before(s[child]) {
			child++
		}
		if !s[child].before(j) {
			break
		}
		s[i] = s[child]
		i = child
	}
	s[i] = j
}
