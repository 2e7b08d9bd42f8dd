package fluid

import (
	"slices"

	"headroom/sim"
	"headroom/sim/fluid"
)

// Together is targets that are not alike, among which each request goes to one with the fewest there: what a window plays of them
// is all of them.
type Together struct {
	Members []Member
	Nodes   int  // of a load balancer that choose by themselves
	Apart   bool // no window plays them: they have more to do than to serve these requests

	are, were []member // as they are after a step, and before it
	at        sim.Time // end of the last step
	laws      []*fluid.Law
	answered  []float64 // how many in it have each law
}

// Member is those of them that are alike.
type Member struct {
	Cohort  *Cohort
	Targets int
	Serves  bool
	Ends    sim.Time // of who does not serve: after which time a request fails, if nobody gives up before; 0: at once
	Held    float64  // requests at all who do not serve
	Came    Arrivals // in the step
}

// member is what a window has to know of them.
type member struct {
	shape   Shape
	targets int
	serves  bool
	ends    sim.Time
	number  float64 // at each, when the window begins
	past    *past
	busy    float64 // work of each so far, ns of one server, with what is not for requests
	held    float64
}

// mostTogether is how many targets that are not alike are played at once.
const mostTogether = 128

// Playable reports whether a window can play them.
func (t *Together) Playable() bool {
	targets, serve := 0, false
	for i := range t.Members {
		m := &t.Members[i]
		targets += m.Targets
		serve = serve || m.Serves
		if m.Serves && (m.Cohort.Law == nil || m.Cohort.Demand == nil || m.Cohort.Played || m.Cohort.calmed > mostCalmed) {
			return false
		}
	}
	return serve && !t.Apart && targets <= mostTogether
}

// NoteTogether takes a step of targets that are not alike, which ends at an instant.
func (a *Audit) NoteTogether(t *Together, at sim.Time) {
	if !t.Playable() {
		t.at = 0
		for i := range t.Members {
			a.unseen(Uneven, at, t.Members[i].Came.Expected)
		}
		return
	}
	s := step{of: subject{together: t}, at: at}
	t.note()
	m, came := t.moment()
	follows := t.at == at-m.length && allAlike(t.were, t.are)
	if t.at = at; !follows { // windows begin with the next step
		delete(a.before, s.of)
		a.unseen(Uneven, at, came)
		return
	}
	t.end(&m)
	last, known := a.before[s.of]
	a.before[s.of] = m
	if at < a.from || m.each <= 0 {
		return
	}
	s.m, s.playable = m, known && last.number*float64(m.targets) <= mostThere
	a.take(s, last, known)
}

// unseen counts requests of a step that is in no window.
func (a *Audit) unseen(of Regime, at sim.Time, requests float64) {
	if at >= a.from {
		a.regimes[of].requests += requests
	}
}

// note takes what there is at the end of a step.
func (t *Together) note() {
	t.are, t.were = t.were[:0], t.are
	for i := range t.Members {
		m := &t.Members[i]
		is := member{targets: m.Targets, serves: m.Serves, ends: m.Ends, held: m.Held, number: m.Held / float64(m.Targets)}
		if m.Serves {
			is.shape, is.number, is.busy = m.Cohort.Shape, m.Cohort.Number, m.Cohort.Busy
		}
		t.are = append(t.are, is)
	}
}

// before is what there was before a step, for a window that begins with it.
func (t *Together) before() []member {
	were := slices.Clone(t.were)
	for i := range were {
		if m := &were[i]; m.serves {
			m.past = new(past)
			if *m.past = t.Members[i].Cohort.past; t.Members[i].Cohort.came.seconds > 0 {
				m.past.forget()
			}
		}
	}
	return were
}

// allAlike reports whether all are as they were.
func allAlike(were, are []member) bool {
	if len(were) != len(are) {
		return false
	}
	for i := range were {
		if !were[i].alike(&are[i]) {
			return false
		}
	}
	return true
}

// alike reports whether they are as they were.
func (m *member) alike(o *member) bool {
	return m.targets == o.targets && m.serves == o.serves && m.ends == o.ends && (!m.serves || m.shape.alike(&o.shape))
}

// moment is a step of all of them, and how many came in it.
func (t *Together) moment() (m moment, came float64) {
	refused, again := 0.0, 0.0
	m.uneven = true
	for i := range t.Members {
		of := &t.Members[i]
		m.targets += of.Targets
		m.length = of.Came.Length
		came += of.Came.Expected
		again += of.Came.Again
		m.number += t.are[i].number * float64(of.Targets)
		switch c := of.Cohort; {
		case of.Serves:
			refused += c.Refused * of.Came.Expected
			m.awaited += c.Content
			m.line = max(m.line, c.Line)
			m.busy -= of.Came.Other * float64(of.Targets)
			m.stay.Limit = max(m.stay.Limit, of.Came.Patience)
			m.retries = of.Came.Retries
		case of.Ends == 0:
			refused += of.Came.Expected
		default:
			m.awaited += of.Held
		}
	}
	targets := float64(m.targets)
	m.each, m.number, m.awaited = came/targets/m.length.Seconds(), m.number/targets, m.awaited/targets
	if came > 0 {
		m.refused, m.again = refused/came, min(1, again/came)
	}
	m.busy /= targets
	return m, came
}

// end finds which share of those who left had not been waited for, what the laws of the others are, and what the targets did.
func (t *Together) end(m *moment) {
	t.laws, t.answered = t.laws[:0], t.answered[:0]
	left, lates, began, waited, waits := 0.0, 0.0, 0.0, 0.0, 0.0
	for i := range t.Members {
		of, c := &t.Members[i], t.Members[i].Cohort
		if !of.Serves {
			if of.Ends > 0 {
				gone := max(0, of.Came.Expected-(of.Held-t.were[i].held))
				left, lates = left+gone, lates+gone
			}
			continue
		}
		gone := c.Done * float64(of.Targets)
		part := gone * c.Late(of.Came.Patience)
		left, lates = left+gone, lates+part
		t.laws, t.answered = append(t.laws, c.Law), append(t.answered, gone-part)
		begins := gone * c.Began(of.Came.Patience, part/max(gone, 1e-12))
		share, mean := c.Waits()
		began, waited, waits = began+begins, waited+begins*share, waits+begins*share*float64(mean)
		m.busy += (c.Busy - t.were[i].busy) * float64(of.Targets) / float64(m.targets)
	}
	m.busy = max(0, m.busy)
	m.began, m.waits = began/max(left, 1e-12), waited/max(began, 1e-12)
	m.wait = sim.Time(waits / max(waited, 1e-12))
	m.late = min(1, lates/max(left, 1e-12))
}

// law is that of those who were answered in the step.
func (t *Together) law() *fluid.Law {
	return fluid.Mix(slices.Clone(t.laws), sharesOf(slices.Clone(t.answered)))
}

// sharesOf makes numbers sum to 1.
func sharesOf(of []float64) []float64 {
	sum := 0.0
	for _, x := range of {
		sum += x
	}
	for i := range of {
		if of[i] /= sum; sum <= 0 {
			of[i] = 1 / float64(len(of))
		}
	}
	return of
}

// alwaysFree is so many servers that nobody waits for one.
const alwaysFree = 1 << 20

// apart is what a target is that does not serve: requests are there for a time, and nobody has done anything then.
func (m *member) apart() Shape {
	return Shape{Station: fluid.Station{Servers: alwaysFree, Places: alwaysFree, Backlog: NoLimit, Speed: 1}}
}

// newTogether plays targets that are not alike, one of each after the other.
func (r *replay) newTogether(w *window) {
	for i := range w.members {
		m := &w.members[i]
		if !m.serves {
			m.shape = m.apart()
		}
		for range m.targets {
			r.member = append(r.member, m)
		}
	}
	for k := len(r.member) - 1; k > 0; k-- { // a load balancer has them in any order
		i := r.stream.Below(k + 1)
		r.member[k], r.member[i] = r.member[i], r.member[k]
	}
}

// of is what a target is.
func (r *replay) of(target int) *Shape {
	if r.member == nil {
		return &r.shape
	}
	return &r.member[target].shape
}

// serves reports whether a target does.
func (r *replay) serves(target int32) bool { return r.member == nil || r.member[target].serves }

// servers is how many there are at all targets that serve.
func (r *replay) servers() (n float64) {
	for i := range r.targets {
		if r.serves(int32(i)) {
			n += float64(r.of(i).Servers)
		}
	}
	return n
}

// asks is what a request asks its target for.
func (r *replay) asks(target int) (demand sim.Time, kind uint8, taken bool) {
	if !r.serves(int32(target)) {
		return r.member[target].ends, 0, r.member[target].ends > 0
	}
	law, kind := r.draw()
	if r.member != nil {
		law = r.of(target).Demand
	}
	return sim.Seconds(r.stream.Draw(law) / r.of(target).speed()), kind, true
}

// fillTogether has as many at each target as rates say when a window begins, and lets the numbers come to vary.
func (r *replay) fillTogether(w *window) {
	var all []waiting
	for i, m := range r.member {
		if m.serves {
			all = r.atTarget(all, i, m.number+float64(i)/float64(len(r.member)), m.past)
			continue
		}
		lasts := min(m.ends, r.patience).Seconds()
		for k := range int(m.number + r.stream.Uniform()) {
			all = append(all, waiting{ago: lasts * (float64(k) + 0.5) / max(m.number, 1), target: i})
		}
	}
	r.bring(all, func(target int) *past { return r.member[target].past })
	first := &w.moments[0]
	rate := w.begins.each * (1 - w.begins.again) * float64(len(r.member))
	for end := r.now + min(leadStays*first.stay.mean(), mostSettling); r.until(rate, end); {
	}
}

// mostSettling is how many seconds the numbers have to come to vary: those who do not serve get more in it.
const mostSettling = 5.0
