package cloud

import (
	"headroom/model"
	"headroom/model/routing"
	"headroom/sim"
)

// balancer is the state of one load balancer: which of its nodes clients know,
// what its rules say, and its use in the present clock hour.
type balancer struct {
	cfg      *LoadBalancer
	dns      []model.Zone // nodes that clients are sent to
	changing bool         // a change of dns is on its way
	groups   []int        // target groups that it forwards to
	owner    int32
	hour     balancerHour
}

// balancerHour accumulates a model.BalancerHour. active is Σ (end − start) of
// connections, kept as Σ end − Σ start so that a running sum is exact at any
// instant: ∫ active dt = active + open × now.
type balancerHour struct {
	from        sim.Time
	connections int64
	evaluations int64
	processed   model.Bytes
	out         model.Bytes
	open        int64
	active      sim.Time
}

// classAction is what a balancer's rules say about one class of requests.
type classAction struct {
	forward     *routing.Weighted // nil: fixed response
	groups      []int
	status      int
	evaluations int64 // beyond the first ten rules
}

// freeRules are the rule evaluations of a request that cost nothing.
const freeRules = 10

// newActions resolves the rules for each class of a workload once; the weighted
// turn of an action is shared by all classes that reach it.
func newActions(cfg *LoadBalancer, classes []RequestClass) ([]classAction, error) {
	all := make([]classAction, 0, len(cfg.Rules)+1)
	rules := make([]routing.Rule, 0, len(cfg.Rules))
	for i, r := range cfg.Rules {
		all = append(all, newAction(&cfg.Rules[i].Action))
		rules = append(rules, routing.Rule{
			Priority: r.Priority, HostHeaders: r.Hosts, PathPatterns: r.Paths, Action: i,
		})
	}
	all = append(all, newAction(&cfg.Default))
	compiled, err := routing.CompileRules(rules, len(cfg.Rules))
	if err != nil {
		return nil, err
	}
	actions := make([]classAction, len(classes))
	for i, class := range classes {
		action, processed := compiled.Match(class.Host, class.Path)
		actions[i] = all[action]
		actions[i].evaluations = max(0, int64(processed)-freeRules)
	}
	return actions, nil
}

func newAction(a *Action) classAction {
	if len(a.Forward) == 0 {
		return classAction{status: a.Status}
	}
	weights := make([]int, len(a.Forward))
	groups := make([]int, len(a.Forward))
	for i, f := range a.Forward {
		weights[i], groups[i] = f.Weight, f.TargetGroup
	}
	return classAction{forward: routing.NewWeighted(weights...), groups: groups}
}

// balance takes a request through a load balancer: node, rule, target group.
func (w *World) balance(i uint32, r *request) {
	t := &w.traffic[r.workload]
	b := &w.balancers[t.balancer]
	zone := b.dns[0]
	if len(b.dns) > 1 {
		zone = b.dns[t.nodes.Below(len(b.dns))]
	}
	r.zone = uint8(zone)
	action := &t.actions[r.class]
	b.opened(w.kernel.Now(), r, t.connects(), action.evaluations)
	switch {
	case w.zoneDown[zone] > 0:
		w.meter.arrived(r.arrived, r)
		r.phase = hanging
		w.scheduleAfter(b.cfg.ConnectTimeout, handled(requestGivesUp, w.requests.handle(i)))
	case action.forward != nil:
		choice, ok := action.forward.Next()
		if !ok { // every target group has weight 0
			w.meter.arrived(r.arrived, r)
			w.fail(i, Code503)
			return
		}
		w.forward(i, r, scopeOf{group: action.groups[choice], zone: int(zone)})
	case action.status >= 500:
		w.meter.arrived(r.arrived, r)
		w.fail(i, CodeFixed)
	default:
		w.meter.arrived(r.arrived, r)
		w.meter.completed(w.kernel.Now(), r, b.cfg.Latency)
		w.leave(r)
		w.free(i)
	}
}

// connects reports whether the next request opens a new connection.
func (t *traffic) connects() bool {
	t.opened++
	if t.opened < int64(t.cfg.Clients.PerConnection) {
		return false
	}
	t.opened = 0
	return true
}

func (b *balancer) opened(now sim.Time, r *request, connects bool, evaluations int64) {
	h := &b.hour
	h.open++
	h.active -= now
	h.evaluations += evaluations
	h.processed += model.Bytes(r.in)
	if connects {
		h.connections++
	}
}

// closed ends a request at the balancer; a response counts as data out.
func (b *balancer) closed(now sim.Time, r *request) {
	b.hour.open--
	b.hour.active += now
	if r.phase == answered {
		b.hour.processed += model.Bytes(r.out)
		b.hour.out += model.Bytes(r.out)
	}
}

// hop is the balancer's share of a request's latency.
func (w *World) hop(r *request, in *instance) sim.Time {
	b := w.traffic[r.workload].balancer
	if b == None {
		return 0
	}
	cfg := w.balancers[b].cfg
	if in.zone != model.Zone(r.zone) {
		return cfg.Latency + cfg.CrossLatency
	}
	return cfg.Latency
}

// scopeOf names a target group as the node of a zone sees it.
type scopeOf struct{ group, zone int }

// forward picks a target of a group for a request that reached the node of a
// zone.
func (w *World) forward(i uint32, r *request, to scopeOf) {
	r.group = int16(to.group)
	w.meter.arrived(r.arrived, r)
	g := &w.targetGroups[to.group]
	g.count.requests++
	s := &g.scopes[0]
	if !g.cfg.CrossZone {
		s = &g.scopes[to.zone]
	}
	local, ok := s.policy.Pick(to.zone)
	if !ok {
		w.fail(i, Code503)
		return
	}
	s.policy.Began(local)
	r.target = g.locals[local]
	t := w.targets.at(r.target)
	t.inFlight++
	r.instance = t.instance
	w.offer(i, r)
}

// release ends a request's hold on its target.
func (w *World) release(target uint32) {
	t := w.targets.at(target)
	t.inFlight--
	w.targetGroups[t.group].scopes[t.scope].policy.Ended(int(t.local))
	if t.draining && t.inFlight == 0 {
		w.scheduleAfter(0, handled(targetIsDrained, w.targets.handle(target)))
	}
}

// reconsiderNodes lets clients learn, after the life of a DNS answer, which
// zones still have something to offer.
func (w *World) reconsiderNodes(b int) {
	if lb := &w.balancers[b]; !lb.changing {
		lb.changing = true
		w.scheduleAfter(lb.cfg.DNSTTL, indexed(nodesChange, b))
	}
}

// onNodesChange applies what health says of the zones now.
func (w *World) onNodesChange(ev event) {
	b := &w.balancers[ev.index()]
	b.changing = false
	b.dns = b.dns[:0]
	for _, z := range b.cfg.Zones {
		if w.nodeIsGood(b, z) {
			b.dns = append(b.dns, z)
		}
	}
	if len(b.dns) == 0 {
		b.dns = append(b.dns, b.cfg.Zones...)
	}
}

// nodeIsGood reports whether a zone's node is up and every target group that it
// serves has a healthy target in its scope.
func (w *World) nodeIsGood(b *balancer, z model.Zone) bool {
	if w.zoneDown[z] > 0 {
		return false
	}
	for _, g := range b.groups {
		tg := &w.targetGroups[g]
		if !tg.cfg.CrossZone && tg.scopes[z].healthy == 0 {
			return false
		}
	}
	return true
}
