package dataplane

import (
	"fmt"

	"headroom/model"
	"headroom/model/routing"
	"headroom/sim"
)

// classAction is what a balancer does with one class of requests.
type classAction struct {
	forward     *routing.Weighted // nil: an answer of its own
	groups      []int
	sticky      sim.Time // how long a client stays with one of them; 0: it does not
	slot        int      // of that cookie, in a visitor's part of the jar
	status      int
	evaluations int64  // beyond the first ten rules
	matched     *int64 // requests that met the rule
	frontEnd    *frontEnd
	expires     sim.Time // from then on no handshake succeeds
	handshake   sim.Time // that the latency has of it
	follows     int      // the class that clients ask for next; None: they are content
	origin      int      // the class of the source that it is, or that redirects make it of
	port        int      // of the listener
	priority    int      // of the rule; 0: the default one
	rejects     Code     // what the load balancer answers at once; 0: nothing
	refused     bool     // nobody listens on the port
	circles     bool     // the redirects lead back to where they come from
}

// frontEnd is how the clients of a source come in by a listener.
type frontEnd struct {
	secure bool
	number uint32 // among those of its way
}

// freeRules are the rule evaluations of a request that cost nothing.
const freeRules = 10

// way is what the rules of a load balancer say about the requests of one source: the
// classes of the source come first, those that redirects lead to follow. Where some
// connection begins with a handshake, all of them come thrice: without one, with a full
// one and with one that is resumed.
type way struct {
	actions   []classAction
	asked     []address // what each class asks for, by kind
	kinds     uint16    // classes without handshake
	simple    bool      // neither handshakes nor closed ports, nor other load balancers before
	turns     []turn
	frontEnds uint32
}

// turn is the weighted turn of an action, which all classes share that reach it.
type turn struct {
	of     model.RuleName
	choose *routing.Weighted
}

// asker is who sends requests to a load balancer.
type asker struct {
	port    int // 0: which they choose by themselves
	classes []RequestClass
	clients *Clients
	far     sim.Time // round trip to the balancer's Region, if that is not theirs
	follows bool     // redirects
	relayed bool     // by a Network Load Balancer
	outside bool     // some targets are machines outside
	// versions are those of all target groups; nil: HTTP/1.1.
	versions []Version
}

// asks is who the workload is to a load balancer, wherever it is.
func (w *Workload) asks() asker {
	return asker{port: int(w.Port), classes: w.Classes, clients: &w.Clients, follows: !w.Clients.StayPut}
}

// asks is who the source is to a load balancer. Services that call do not follow
// redirects.
func (s *source) asks(classes []RequestClass) asker {
	a := asker{classes: classes, clients: s.clients, far: s.far, follows: s.call == nil && !s.clients.StayPut}
	if s.cfg != nil {
		a.port = int(s.cfg.Port)
	}
	return a
}

// wayfinder resolves the rules for each class of a source, once.
type wayfinder struct {
	asker
	lb        *LoadBalancer
	listeners []Listener
	compiled  []*compiledListener
	closed    frontEnd // of what meets no listener that speaks its language
	unmatched int64
	matched   func(model.RuleName) *int64
	from      []address
	known     map[string]int // by address.key
	way       way
}

type compiledListener struct {
	rules    *routing.Rules
	actions  []classAction
	frontEnd frontEnd
}

// newWay resolves the rules. matched is where requests of a rule are counted, nil for
// who only asks how many classes there are.
func newWay(lb *LoadBalancer, a asker, matched func(model.RuleName) *int64) (*way, error) {
	f := wayfinder{lb: lb, asker: a, listeners: lb.AllListeners(), matched: matched, known: map[string]int{}, closed: frontEnd{secure: true}}
	f.compiled = make([]*compiledListener, len(f.listeners))
	f.way.frontEnds = uint32(len(f.listeners)) + 1 // and that of what meets none
	f.closed.number = f.way.frontEnds - 1
	f.way.simple = !a.relayed && !a.outside && lb.Gateway == 0
	first := lb.ListenerFor(a.port)
	for _, class := range a.classes {
		at := address{port: a.port, class: class, origin: len(f.from)}
		at.class.Forwarded = max(class.Forwarded, a.clients.ForwardedFor)
		if first != None {
			at.secure, at.port = f.listeners[first].Secure, f.listeners[first].Port
		}
		f.known[at.key()] = len(f.from)
		f.from = append(f.from, at)
	}
	for i := 0; i < len(f.from); i++ {
		action, err := f.resolve(f.from[i])
		if err != nil {
			return nil, err
		}
		action.origin, action.port = f.from[i].origin, f.from[i].port
		if !lb.Network() {
			action.rejects = f.rejects(&f.from[i], &action)
		}
		f.way.simple = f.way.simple && action.rejects == 0
		f.way.actions = append(f.way.actions, action)
		if len(f.from) > MaxClasses {
			break
		}
	}
	f.way.asked = f.from[:len(f.way.actions)]
	f.findCircles()
	f.shakeHands()
	if n := len(f.way.actions); n > MaxClasses {
		return nil, fmt.Errorf("classes of requests, with those that redirects and handshakes make of them, must be at most %d, got %d", MaxClasses, n)
	}
	return &f.way, nil
}

// resolve finds the action of a request. Where it leads to by a redirect joins the list.
func (f *wayfinder) resolve(at address) (classAction, error) {
	l := f.listenerAt(at.port)
	if l == None {
		f.way.simple = false
		return classAction{refused: true, follows: None, frontEnd: &f.closed, matched: &f.unmatched}, nil
	}
	listener := &f.listeners[l]
	switch {
	case at.secure && !listener.Secure: // nobody there shakes hands
		f.way.simple = false
		return classAction{follows: None, frontEnd: &f.closed, matched: &f.unmatched}, nil
	case !at.secure && listener.Secure:
		return classAction{follows: None, frontEnd: &frontEnd{number: uint32(l)}, matched: &f.unmatched, status: 400}, nil
	}
	c, err := f.compile(l)
	if err != nil {
		return classAction{}, err
	}
	which, processed := c.rules.Match(at.class.routing())
	action := c.actions[which]
	action.evaluations = max(0, int64(processed)-freeRules)
	action.priority = listener.priority(which)
	action.frontEnd, action.follows, action.expires = &c.frontEnd, None, sim.Never
	if listener.Secure {
		f.way.simple = false
		action.expires = listener.expiry(at.class.Host)
	}
	if r := f.actionOf(l, which).Redirect; r != nil && f.follows {
		if action.circles = at.hops == MaxRedirects; !action.circles {
			action.follows = f.follow(r.apply(at), at.class.Host)
		}
	}
	return action, nil
}

// follow returns the class that clients ask for when they are sent to an address, None
// if that is not of this load balancer: another host that it does not know.
func (f *wayfinder) follow(to address, was string) int {
	if to.class.Host != was {
		known := false
		for i := range f.listeners {
			known = known || f.listeners[i].serves(to.class.Host)
		}
		if !known {
			return None
		}
	}
	key := to.key()
	to.hops++
	i, ok := f.known[key]
	if !ok {
		i = len(f.from)
		f.known[key] = i
		f.from = append(f.from, to)
	}
	return i
}

func (f *wayfinder) listenerAt(port int) int {
	for i := range f.listeners {
		if f.listeners[i].Port == port {
			return i
		}
	}
	return None
}

// actionOf is the action of a rule of a listener, counted from 0, the default one last.
func (f *wayfinder) actionOf(listener, rule int) *Action {
	l := &f.listeners[listener]
	if rule < len(l.Rules) {
		return &l.Rules[rule].Action
	}
	return &l.Default
}

// compile prepares the rules of a listener.
func (f *wayfinder) compile(l int) (*compiledListener, error) {
	if f.compiled[l] != nil {
		return f.compiled[l], nil
	}
	listener := &f.listeners[l]
	c := &compiledListener{frontEnd: frontEnd{secure: listener.Secure, number: uint32(l)}}
	rules := make([]routing.Rule, 0, len(listener.Rules))
	for i := range listener.Rules {
		rule := listener.Rules[i].Routing()
		rule.Action = i
		rules = append(rules, rule)
	}
	for i := range len(rules) + 1 {
		name := model.RuleName{Listener: l, Rule: i}
		action := newAction(f.actionOf(l, i))
		if action.matched = &f.unmatched; f.matched != nil {
			action.matched = f.matched(name)
		}
		if action.forward != nil {
			f.way.turns = append(f.way.turns, turn{name, action.forward})
		}
		c.actions = append(c.actions, action)
	}
	var err error
	if c.rules, err = routing.CompileRules(rules, len(rules)); err != nil {
		return nil, err
	}
	f.compiled[l] = c
	return c, nil
}

func newAction(a *Action) classAction {
	if a.Redirect != nil {
		return classAction{status: a.Redirect.Status}
	}
	if len(a.Forward) == 0 {
		return classAction{status: a.Status}
	}
	weights := make([]int, len(a.Forward))
	groups := make([]int, len(a.Forward))
	for i, f := range a.Forward {
		weights[i], groups[i] = f.Weight, f.TargetGroup
	}
	return classAction{forward: routing.NewWeighted(weights...), groups: groups, sticky: a.Sticky}
}

// MaxRedirects is how many redirects in a row clients follow.
const MaxRedirects = 20

// findCircles marks the classes whose redirects do not end.
func (f *wayfinder) findCircles() {
	for i := range f.way.actions {
		steps, k := 0, i
		for ; k != None && k < len(f.way.actions) && steps <= MaxRedirects; steps++ {
			k = f.way.actions[k].follows
		}
		f.way.actions[i].circles = f.way.actions[i].circles || steps > MaxRedirects
	}
}

// What a handshake takes beside round trips, and how many of those.
const (
	handshakeWork       = sim.Millisecond
	handshakeRoundTrips = 2
	resumedRoundTrips   = 1
)

// shakeHands adds the classes with handshakes.
func (f *wayfinder) shakeHands() {
	w := &f.way
	n := len(w.actions)
	w.kinds = uint16(min(n, MaxClasses))
	if w.simple {
		return
	}
	trip := sim.Sum(f.clients.RoundTrip, f.far)
	for _, cost := range []sim.Time{
		sim.Sum(handshakeWork, trip.Scaled(handshakeRoundTrips)), trip.Scaled(resumedRoundTrips),
	} {
		for _, action := range w.actions[:n] {
			action.handshake = cost
			w.actions = append(w.actions, action)
		}
	}
}

// routing returns what rules look at.
func (c *RequestClass) routing() routing.Request {
	return routing.Request{Host: c.Host, Path: c.Path, Query: c.Query, Method: c.Method, Headers: c.Headers, Source: c.Source}
}

// key tells addresses apart.
func (a *address) key() string {
	c := a.class
	c.Weight = 0
	return fmt.Sprintf("%v %d %+v", a.secure, a.port, c)
}

// SetWeights changes the weights of the target groups of a rule: the turns go on.
func (p *Plane) SetWeights(w model.Weights) {
	p.regroupAll()
	for i := range p.sources {
		s := &p.sources[i]
		if s.balancer != w.Balancer {
			continue
		}
		for _, t := range s.way.turns {
			if t.of != w.Of {
				continue
			}
			for choice, weight := range w.Weights {
				t.choose.SetWeight(choice, weight)
			}
		}
	}
}
