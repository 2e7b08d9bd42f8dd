package dataplane

import (
	"headroom/model"
	"headroom/sim"
	"headroom/sim/slab"
)

// endFlowsOfUnhealthy has the flows of a target that just became unhealthy reset: at once, when its
// target group has had them drain, or never.
func (p *Plane) endFlowsOfUnhealthy(h slab.Handle) {
	t := p.targets.Get(h)
	flows := &p.targetGroups[t.group].cfg.Flows
	t.failedAt = p.kernel.Now()
	if t.rotating && t.rotatesIn == nil || flows.KeepUnhealthy && flows.UnhealthyDrain == 0 { // the scope fails open
		return
	}
	p.scheduleAfter(flows.UnhealthyDrain, handled(flowsAreReset, h))
}

// onFlowsAreReset ends the flows of a target by RST, as a load balancer does with one that is
// unhealthy: requests on them fail.
func (p *Plane) onFlowsAreReset(ev model.Event) {
	t := p.targets.Get(ev.Handle())
	if t == nil || t.rotating && t.rotatesIn == nil || t.draining || // it recovered, or the scope fails open
		p.kernel.Now()-t.failedAt < p.targetGroups[t.group].cfg.Flows.UnhealthyDrain { // or failed anew
		p.meter.overtaken()
		return
	}
	target := indexOf(ev.Handle())
	p.settle(t.server, p.kernel.Now())
	p.endHeld(t.server, true)
	p.endFlowsOf(target, true)
	if p.targets.at(target).inFlight > 0 {
		p.evictTarget(target)
	}
}

// endFlowsAtDrain ends the flows of a target whose deregistration delay is over. Requests
// on them go on, unless the target group terminates connections.
func (p *Plane) endFlowsAtDrain(target uint32) {
	t := p.targets.at(target)
	flows := &p.targetGroups[t.group].cfg.Flows
	if !flows.On {
		return
	}
	server := t.server
	p.settle(server, p.kernel.Now())
	p.endHeld(server, flows.Terminate)
	p.endFlowsOf(target, flows.Terminate)
	if flows.Terminate {
		return
	}
	for _, i := range append(p.aboard(server), p.waitingFor(target)...) {
		if r := p.requests.at(i); r.target == target {
			r.target = noIndex
			p.targets.at(target).inFlight--
		}
	}
}

// endFlowsOf ends the flows of a target, by RST or in peace, but those of nodes that still send to it. Those
// that carry a request end with it.
func (p *Plane) endFlowsOf(target uint32, reset bool) {
	h, now := p.targets.handle(target), p.kernel.Now()
	p.leaveFastPathNow(p.targets.at(target).server) // whose flows have no record
	for fh, f := range p.flows.All() {
		if f.target != h || p.targets.at(target).sentBy(f.zone) {
			continue
		}
		s := &p.sources[f.source]
		switch f.state {
		case flowIsBusy:
			f.state = flowIsCut
		case flowIsFree:
			p.cut(&p.poolOf(s, f.owner).chain, indexOf(fh), pooledLinks)
			fallthrough
		case flowIsDone:
			if reset {
				p.balancers[s.flows.balancer].counts.FlowsReset++
			}
			p.cut(&s.flows.silent, indexOf(fh), silentLinks)
			p.endFlow(indexOf(fh), now)
		}
	}
}

// leaveCarrier ends what a request has to do with what carries it: a flow or a WebSocket.
func (p *Plane) leaveCarrier(i uint32, r *request, at sim.Time) {
	if p.sources[r.source].flows.on {
		p.alight(i, r, at)
		return
	}
	p.leaveSocket(i, r, at)
}

// asCarrierFails is how a client of a Network Load Balancer, or of a WebSocket, sees a
// failure: there is no HTTP that could tell it more.
func (p *Plane) asCarrierFails(i uint32, r *request, code Code) Code {
	s := &p.sources[r.source]
	if s.sockets.on {
		return p.asSocketFails(i, r, code)
	}
	if code == Code460 {
		p.giveUpFlow(i, s)
	}
	switch code {
	case Code500, Code502, Code503, Code504, CodeFixed, CodeRedirects, Code463, Code464, Code400, Code403, Code408, Code414, Code561:
		if s.flows.relayed {
			p.told(i, s)
			return code
		}
	}
	return p.flowsFail(s, 1, code)
}

// flowsFail counts how the flows of n requests fail at their Network Load Balancer, and returns what their
// clients see: the flow is reset, or nobody opens one.
func (p *Plane) flowsFail(s *source, n int64, code Code) Code {
	switch code {
	case Code502, Code504:
		p.balancers[s.flows.balancer].counts.FlowsReset += n
		return CodeReset
	case Code503:
		return CodeRefused
	case CodeReset:
		p.balancers[s.flows.balancer].counts.FlowsReset += n
	}
	return code
}

// told keeps the flow of a request open that an Application Load Balancer behind it answers.
func (p *Plane) told(i uint32, s *source) {
	if s.flows.relayed && p.carriers[i] != noIndex {
		p.flows.at(p.carriers[i]).told = true
	}
}

// hangUpFlows ends the flows that a client does not use: it has gone.
func (p *Plane) hangUpFlows(s *source, owner uint32) {
	for {
		id := p.takeFlow(s, owner)
		switch {
		case id == noIndex:
			return
		case p.flows.at(id).state == flowIsForgotten:
			p.flows.Free(p.flows.handle(id))
		default:
			p.endFlow(id, p.kernel.Now())
		}
	}
}
