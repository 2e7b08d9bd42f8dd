package function

import "headroom/sim"

// Answer is what becomes of a call.
type Answer uint8

// Answers.
const (
	Warm      Answer = iota + 1 // an environment was idle
	Cold                        // one is made
	Throttled                   // as many calls are served as may be at once
	TooFast                     // environments are made as fast as may be
)

// nobody is no environment.
const nobody = ^uint32(0)

// environment serves one call at a time.
type environment struct {
	since        sim.Time // idle: since when; else: when it was taken
	began        sim.Time // its handler; Never: its environment is not ready
	older, newer uint32   // of the list that it is on
	provisioned  bool
	serving      bool
}

// list is environments in order of time.
type list struct{ oldest, newest uint32 }

// Pool is the environments of one function.
type Pool struct {
	terms   Terms
	account *Account // nil: its concurrency is its own
	all     []environment
	free    []uint32 // numbers of environments that are no more
	idle    list     // by when they fell idle; the newest is taken first
	ready   list     // the same, of provisioned ones
	running list     // by when their handlers began

	busy   int // calls now
	shared int // of those: that the account counts
	tokens float64
	filled sim.Time // when tokens were true
}

// NewPool returns the environments of a function at time 0: those that are provisioned.
func NewPool(terms Terms, account *Account) *Pool {
	p := &Pool{
		terms: terms, tokens: float64(terms.ScalingRate),
		idle: list{nobody, nobody}, ready: list{nobody, nobody}, running: list{nobody, nobody},
	}
	if terms.Reserved == None {
		p.account = account
	}
	for range terms.Provisioned {
		id := p.number()
		p.all[id] = environment{provisioned: true}
		p.push(&p.ready, id)
	}
	return p
}

// Take gives a call at now an environment, by its number, or throttles it. A warm one
// begins at once; a cold one when [Pool.Begin] says so.
func (p *Pool) Take(now sim.Time) (uint32, Answer) {
	if p.terms.Reserved != None && p.busy >= p.terms.Reserved {
		return nobody, Throttled
	}
	if id := p.ready.newest; id != nobody {
		p.remove(&p.ready, id)
		p.serve(id, now)
		p.Begin(id, now)
		return id, Warm
	}
	if p.account != nil && p.account.free == 0 {
		return nobody, Throttled
	}
	p.Sweep(now)
	if id := p.idle.newest; id != nobody {
		p.remove(&p.idle, id)
		p.serve(id, now)
		p.Begin(id, now)
		return id, Warm
	}
	if !p.mayMake(now) {
		return nobody, TooFast
	}
	id := p.number()
	p.all[id] = environment{}
	p.serve(id, now)
	return id, Cold
}

// serve counts a call.
func (p *Pool) serve(id uint32, now sim.Time) {
	e := &p.all[id]
	e.since, e.began, e.serving = now, sim.Never, true
	p.busy++
	if p.account != nil && !e.provisioned {
		p.account.free--
		p.shared++
	}
}

// Begin says that the handler of an environment begins: the environment is ready.
func (p *Pool) Begin(id uint32, now sim.Time) {
	p.all[id].began = now
	p.push(&p.running, id)
}

// Release ends the call of an environment, which is idle from now on, or is no more if
// broken, as after a timeout. It returns since when it was taken, and when its handler
// began: Never if it did not.
func (p *Pool) Release(id uint32, now sim.Time, broken bool) (taken, began sim.Time) {
	e := &p.all[id]
	taken, began = e.since, e.began
	if began != sim.Never {
		p.remove(&p.running, id)
	}
	p.busy--
	if p.account != nil && !e.provisioned {
		p.account.free++
		p.shared--
	}
	e.serving, e.since = false, now
	switch {
	case e.provisioned: // it is made again, if need be, by the time that it is asked
		p.push(&p.ready, id)
	case broken || p.terms.Idle == 0 || began == sim.Never:
		p.free = append(p.free, id)
	default:
		p.push(&p.idle, id)
	}
	return taken, began
}

// Overdue returns the call that has run longest, and when its timeout is: Never if none
// runs.
func (p *Pool) Overdue() (uint32, sim.Time) {
	if p.running.oldest == nobody {
		return nobody, sim.Never
	}
	return p.running.oldest, sim.Sum(p.all[p.running.oldest].began, p.terms.Timeout)
}

// Provisioned reports whether an environment is one of those that are always ready.
func (p *Pool) Provisioned(id uint32) bool { return p.all[id].provisioned }

// Busy returns how many calls are served.
func (p *Pool) Busy() int { return p.busy }

// Sweep ends the environments that have been idle for too long.
func (p *Pool) Sweep(now sim.Time) {
	for id := p.idle.oldest; id != nobody && now-p.all[id].since >= p.terms.Idle; id = p.idle.oldest {
		p.remove(&p.idle, id)
		p.free = append(p.free, id)
	}
}

// mayMake takes from what scaling allows now: it fills evenly, up to one period's worth.
func (p *Pool) mayMake(now sim.Time) bool {
	most := float64(p.terms.ScalingRate)
	if most == 0 {
		return true
	}
	p.tokens = min(most, p.tokens+most*float64(now-p.filled)/float64(ScalingPeriod))
	p.filled = now
	if p.tokens < 1 {
		return false
	}
	p.tokens--
	return true
}

// number returns the number of a new environment.
func (p *Pool) number() uint32 {
	if n := len(p.free); n > 0 {
		id := p.free[n-1]
		p.free = p.free[:n-1]
		return id
	}
	p.all = append(p.all, environment{})
	return uint32(len(p.all) - 1)
}

func (p *Pool) push(l *list, id uint32) {
	e := &p.all[id]
	e.older, e.newer = l.newest, nobody
	if l.newest == nobody {
		l.oldest = id
	} else {
		p.all[l.newest].newer = id
	}
	l.newest = id
}

func (p *Pool) remove(l *list, id uint32) {
	e := &p.all[id]
	if e.older == nobody {
		l.oldest = e.newer
	} else {
		p.all[e.older].newer = e.newer
	}
	if e.newer == nobody {
		l.newest = e.older
	} else {
		p.all[e.newer].older = e.older
	}
}
