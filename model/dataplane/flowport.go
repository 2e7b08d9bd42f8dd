package dataplane

// A load balancer that shows its own address to a target has as many ports there as a
// target takes flows by one; one that preserves the client's address shares those of the
// target among all its nodes.

// countFlow counts flows of a target, by a node.
func (p *Plane) countFlow(target uint32, node uint8, change int32) {
	t := p.targets.at(target)
	t.flows += change
	p.countAtNode(t, node, change)
}

// countAtNode counts flows of a target whose nodes have their own ports, by the node.
func (p *Plane) countAtNode(t *target, node uint8, change int32) {
	g := &p.targetGroups[t.group]
	if !g.translates() {
		return
	}
	at := int(t.local)*len(p.frame.Zones) + int(node)
	for at >= len(g.nodeFlows) {
		g.nodeFlows = append(g.nodeFlows, 0)
	}
	g.nodeFlows[at] += change
}

// translates reports whether the targets of a group see the address of the load balancer.
func (g *targetGroup) translates() bool { return g.cfg.Flows.On && !g.cfg.Flows.PreserveClientIP }

// flowsAt is how many flows a target has that share the ports of a new one, exactly where
// that is as many as may be.
func (p *Plane) flowsAt(target uint32, node uint8, most int) int {
	if p.sharing(target, node) >= most {
		p.settle(p.targets.at(target).server, p.kernel.Now())
		p.endAllSilentFlows()
	}
	return p.sharing(target, node)
}

func (p *Plane) sharing(target uint32, node uint8) int {
	t := p.targets.at(target)
	g := &p.targetGroups[t.group]
	if !g.translates() {
		flows := t.flows
		if f := &p.fastPaths[t.server]; f.target == target {
			flows += f.asked - f.ended
		}
		return int(flows)
	}
	if at := int(t.local)*len(p.frame.Zones) + int(node); at < len(g.nodeFlows) {
		return int(g.nodeFlows[at])
	}
	return 0
}

// forgetPorts gives the number of a target that has gone to another.
func (p *Plane) forgetPorts(t *target) {
	g := &p.targetGroups[t.group]
	for z := range p.frame.Zones {
		if at := int(t.local)*len(p.frame.Zones) + z; at < len(g.nodeFlows) {
			g.nodeFlows[at] = 0
		}
	}
}
