package dataplane

import (
	"headroom/model"
	"headroom/sim"
)

// Access is what the access log of an Application Load Balancer says of a request.
type Access struct {
	Arrived sim.Time
	Ended   sim.Time // when its client had the response, or gave up
	// Target is from its arrival until the load balancer had the response of its target;
	// Never: the target gave none.
	Target sim.Time

	Source       int // that it is of: workloads first, then call steps
	LoadBalancer int
	Priority     int    // of the rule that it met; 0: the default one
	Action       string // that this had
	Asked        *RequestClass
	Port         int
	Secure       bool
	Multiplexed  bool // by HTTP/2
	Socket       bool // it opened a WebSocket

	TargetGroup int // None: it was sent to none
	Server      int // number of the target's server, which another may have after it; None
	ServerPort  int // 0: nobody said

	Status       int // that the load balancer answered
	TargetStatus int // that its target answered; 0: none
	In, Out      model.Bytes
}

// LogAccess has every request that comes to an Application Load Balancer told when it
// has ended, as its access log would have it: what gets no connection is not in it, and
// messages of WebSockets are not. It is asked for before the first event. Requests are
// told in the order in which their ends are counted.
func (p *Plane) LogAccess(tell func(*Access)) {
	p.accessLog = tell
	p.findWays() // none is short
}

// BeCopy makes a plane that was copied with all that it leads to one of its own: its
// functions were the original's, and nobody hears of what ends in it.
func (p *Plane) BeCopy() {
	p.bind()
	if p.accessLog != nil {
		p.accessLog = func(*Access) {}
	}
}

// logged tells a request that has ended: served by the server whose response came at an
// instant, or with a code.
func (p *Plane) logged(i uint32, r *request, end Access) {
	s := &p.sources[r.source]
	if s.balancer == None || s.lb.cfg.Network() || s.lb.cfg.Gateway != 0 || s.sockets.on && p.isMessage(i) {
		return
	}
	action := &s.way.actions[r.class]
	asked := &s.way.asked[r.class%s.way.kinds]
	end.Arrived, end.Source, end.LoadBalancer, end.Priority, end.Action = r.arrived, int(r.source), s.balancer, action.priority, action.name()
	end.Asked, end.Port, end.Secure = &asked.class, asked.port, asked.secure
	end.Multiplexed, end.Socket = asked.secure && s.clients.Streams > 0, s.sockets.on
	end.TargetGroup, end.Server = int(r.group), None
	if r.target != noIndex {
		end.Server, end.ServerPort = int(r.server), int(p.targetGroups[r.group].cfg.Port)
	}
	end.In, end.Out = r.requestBytes(), r.responseBytes()
	if end.TargetStatus == 0 && end.Target == sim.Never {
		end.Out = 0
	}
	p.accessLog(&end)
}

// okay is the status of a response that nobody said more of.
const okay = 200

// logServed tells a request that its server answered at an instant.
func (p *Plane) logServed(i uint32, r *request, at, hop sim.Time) {
	s := p.servers.at(r.server)
	p.logged(i, r, Access{Ended: at + hop, Target: at - r.arrived + p.crossing(r, s.zoneFor(r)) + s.travel, Status: okay, TargetStatus: okay})
}

// countFailed counts an attempt that ends now without a response.
func (p *Plane) countFailed(i uint32, r *request, code Code) {
	if p.accessLog != nil {
		p.logFailed(i, r, code)
	}
	p.meter.failed(p.kernel.Now(), r, code)
}

// logFailed tells a request that ended without a response that is one.
func (p *Plane) logFailed(i uint32, r *request, code Code) {
	s := &p.sources[r.source]
	if s.balancer == None || r.phase == connecting || r.phase == inspecting {
		return
	}
	end := Access{Ended: p.kernel.Now(), Target: sim.Never}
	switch code {
	case CodeFixed, CodeRedirects:
		end.Status = s.way.actions[r.class].status
	case codeReclaimed:
		end.Status = 502
	default:
		if end.Status = code.status(); end.Status == 0 {
			return
		}
	}
	if code == Code500 || p.meter.cause == CauseApplication {
		end.TargetStatus, end.Target = end.Status, end.Ended-r.arrived
	}
	p.logged(i, r, end)
}

// name is what access logs call the action.
func (a *classAction) name() string {
	switch {
	case a.forward != nil:
		return "forward"
	case a.status >= 300 && a.status < 400:
		return "redirect"
	case a.status > 0:
		return "fixed-response"
	}
	return "-"
}

// status returns the HTTP status that a load balancer answers with; 0 for a code that is
// none, or is none of a load balancer's.
func (c Code) status() int {
	switch c {
	case Code460, Code463, Code464, Code413:
		return [...]int{Code460: 460, Code463: 463, Code464: 464, Code413: 413}[c]
	case Code400, Code403, Code408, Code414, Code561:
		return [...]int{Code400: 400, Code403: 403, Code408: 408, Code414: 414, Code561: 561}[c]
	case Code500, Code502, Code503, Code504:
		return [...]int{Code500: 500, Code502: 502, Code503: 503, Code504: 504}[c]
	}
	return 0
}
