package dataplane

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"headroom/model/routing"
)

// MaxForwardedFor is how many addresses X-Forwarded-For may have.
const MaxForwardedFor = 30

// ForwardedMode is what an Application Load Balancer does with X-Forwarded-For
// (routing.http.xff_header_processing.mode).
type ForwardedMode uint8

// Modes.
const (
	AppendForwarded   ForwardedMode = iota // adds the address that the request came from
	PreserveForwarded                      // passes on what came
	RemoveForwarded                        // takes it away
)

// forwarded is what a request says of the way that it has come: X-Forwarded-For, -Port and
// -Proto. The zero value says nothing.
type forwarded struct {
	addresses int        // in X-Forwarded-For
	client    netip.Addr // the only one of them, where it is known
	port      int        // 0: no load balancer has said
	secure    bool
}

// headers are those that a request has.
func (f forwarded) headers() (all []routing.Header) {
	if f.addresses > 0 {
		value := strings.Repeat("unknown, ", f.addresses-1) + "unknown"
		if f.client.IsValid() {
			value = f.client.String()
		}
		all = append(all, routing.Header{Name: "X-Forwarded-For", Value: value})
	}
	if f.port > 0 {
		proto := map[bool]string{false: "http", true: "https"}[f.secure]
		all = append(all, routing.Header{Name: "X-Forwarded-Port", Value: strconv.Itoa(f.port)}, routing.Header{Name: "X-Forwarded-Proto", Value: proto})
	}
	return all
}

// through is what a load balancer makes of it at a listener. It says its own port and
// protocol, whoever said another before.
func (f forwarded) through(lb *LoadBalancer, port int, secure bool, from netip.Addr) forwarded {
	switch lb.Forwarded {
	case AppendForwarded:
		if f.addresses++; f.addresses == 1 {
			f.client = from
		} else {
			f.client = netip.Addr{}
		}
	case RemoveForwarded:
		f.addresses, f.client = 0, netip.Addr{}
	case PreserveForwarded:
	}
	f.port, f.secure = port, secure
	return f
}

// brings is what the requests of a class of a source say when they come, and from where.
func (s *source) brings(class int) (f forwarded, from netip.Addr) {
	switch {
	case s.passes:
		return s.passed.all[class%len(s.passed.all)], from
	case s.call != nil:
		return f, from
	}
	f.addresses = s.clients.ForwardedFor
	if class < len(s.cfg.Classes) {
		from = s.cfg.Classes[class].Source
	}
	return f, from
}

// shows is what the targets of a source see of a class.
func (p *Plane) shows(s *source, class int) forwarded {
	if s.balancer == None || p.cfg.LoadBalancers[s.balancer].Network() {
		f, _ := s.brings(class)
		return f
	}
	a := &s.way.actions[class]
	f, from := s.brings(a.origin)
	return f.through(&p.cfg.LoadBalancers[s.balancer], a.port, a.frontEnd.secure, from)
}

// passedHeaders are what calls say that pass on what the requests say which they serve.
type passedHeaders struct {
	all []forwarded // by class of the call
	of  [][]uint16  // class, by source and class of what is served
}

// passHeaders resolves what calls pass on, once all sources are known: callers of callers take
// several rounds.
func (p *Plane) passHeaders() error {
	for range MaxDepth {
		changed := false
		for i := range p.sources {
			s := &p.sources[i]
			if s.call == nil || !s.call.PassesOn || s.balancer == None {
				continue
			}
			again, err := p.passHeadersAt(s)
			if err != nil {
				return err
			}
			changed = changed || again
		}
		if !changed {
			break
		}
	}
	return nil
}

// passHeadersAt does so for one caller, and reports whether it has learned something.
func (p *Plane) passHeadersAt(s *source) (changed bool, err error) {
	was := s.passed.all
	h := passedHeaders{all: []forwarded{{}}, of: make([][]uint16, len(p.sources))}
	for k := range p.sources {
		parent := &p.sources[k]
		if !p.reaches(parent, s.service) {
			continue
		}
		kinds := 1
		if parent.way != nil {
			kinds = int(parent.way.kinds)
		} else if parent.cfg != nil {
			kinds = len(parent.cfg.Classes)
		}
		for class := range kinds {
			f := p.shows(parent, class)
			at := slices.Index(h.all, f)
			if at < 0 {
				at = len(h.all)
				h.all = append(h.all, f)
			}
			h.of[k] = append(h.of[k], uint16(at))
		}
	}
	s.passed, s.passes = h, true
	if slices.Equal(was, h.all) {
		return false, nil
	}
	classes := make([]RequestClass, len(h.all))
	for i, f := range h.all {
		classes[i] = s.call.Class
		classes[i].Headers, classes[i].Forwarded = append(slices.Clone(s.call.Class.Headers), f.headers()...), f.addresses
	}
	return true, p.newWayOf(s, classes)
}

// reaches reports whether requests of a source may come to a service.
func (p *Plane) reaches(s *source, service int) bool {
	in := func(group int) bool { return p.targetGroups[group].cfg.Service == service }
	switch {
	case s.way != nil:
		return slices.ContainsFunc(s.way.actions, func(a classAction) bool { return slices.ContainsFunc(a.groups, in) })
	case s.to == ToTargetGroup:
		return in(s.target)
	case s.to == ToFunction:
		return p.cfg.Functions[s.target].Service == service
	}
	return true
}

// passedClass is the class of a call for a request.
func (s *source) passedClass(of *request) uint16 {
	classes := s.passed.of[of.source]
	if len(classes) == 0 {
		return 0
	}
	return classes[int(of.class)%len(classes)]
}
