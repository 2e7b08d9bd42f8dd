package tables

import (
	"fmt"
	"slices"
	"strings"

	"headroom/model/dataplane"
	"headroom/scenarios/schema"
)

// connectCall verifies that a call brings the demand that its callees take, and
// none that nobody takes.
func (l *loader) connectCall(c callStep) {
	call := &l.cfg.Services[c.service].Steps[c.step].Call
	callees := l.servedBy(call.To, call.Target)
	taker := slices.IndexFunc(callees, l.takesDemand)
	switch given := c.demand.Has("cpu"); {
	case taker >= 0 && !given:
		c.demand.Add(schema.Fault{
			Path: c.demand.PathOf("cpu"), Rule: fmt.Sprintf("is required: service.%s takes the demand of its requests", l.cfg.Services[callees[taker]].Name),
		}, c.at.Node, "cpu")
	case taker < 0 && given && len(callees) > 0 && l.tables["service"][callees[0]].Sound("steps"):
		c.demand.Mistake("cpu", fmt.Sprintf(`must not be given: service.%s has steps of its own and none with cpu = "demand"`, l.cfg.Services[callees[0]].Name), "")
	}
}

// name says what a call step asks, and by which way.
func (l *loader) nameOf(to dataplane.DestinationKind, target int) string {
	switch to {
	case dataplane.ToLoadBalancer:
		return "load_balancer." + l.cfg.LoadBalancers[target].Name
	case dataplane.ToTargetGroup:
		if tg := &l.cfg.TargetGroups[target]; tg.Discovered {
			return tg.Name
		}
		return "target_group." + l.cfg.TargetGroups[target].Name
	case dataplane.ToAddress:
		return l.cfg.Addresses[target].Name
	case dataplane.ToFunction:
		return "function." + l.cfg.Functions[target].Name
	case dataplane.ToInstances:
		return "instance." + l.cfg.Instances[target].Name
	default:
		return "nothing"
	}
}

// callGraph searches the calls of services depth first.
type callGraph struct {
	*loader
	calls [][]callStep // by service
	open  []bool       // on the chain
	depth []int        // calls below that wait for each other; -1: not known yet
	chain []string

	circles bool // one is found
}

// checkCycles reports services that call themselves, by whatever way, at the step
// that closes the circle, and chains of calls that are too deep. It says whether none goes in a circle.
func (l *loader) checkCycles() bool {
	g := &callGraph{
		loader: l, calls: make([][]callStep, len(l.cfg.Services)),
		open: make([]bool, len(l.cfg.Services)), depth: make([]int, len(l.cfg.Services)),
	}
	for i := range g.depth {
		g.depth[i] = -1
	}
	for _, c := range l.calls {
		g.calls[c.service] = append(g.calls[c.service], c)
	}
	for i := range g.depth {
		g.visit(i)
	}
	return !g.circles
}

// visit returns how deep the calls of a service go.
func (g *callGraph) visit(service int) int {
	if g.depth[service] >= 0 {
		return g.depth[service]
	}
	name := "service." + g.cfg.Services[service].Name
	g.open[service], g.chain = true, append(g.chain, name)
	deepest := 0
	for _, c := range g.calls[service] {
		call := &g.cfg.Services[service].Steps[c.step].Call
		g.chain = append(g.chain, g.nameOf(call.To, call.Target))
		for _, callee := range g.servedBy(call.To, call.Target) {
			if g.open[callee] {
				back := "service." + g.cfg.Services[callee].Name
				circle := append(slices.Clone(g.chain[slices.Index(g.chain, back):]), back)
				g.circles = true
				c.at.Mistake("call", "must not lead back to where it comes from: "+strings.Join(circle, " -> "), "")
				continue
			}
			deepest = max(deepest, 1+g.visit(callee))
		}
		g.chain = g.chain[:len(g.chain)-1]
	}
	g.open[service], g.chain = false, g.chain[:len(g.chain)-1]
	if deepest == dataplane.MaxDepth+1 { // said once, where it begins to be too much
		t := g.tables["service"][service]
		t.Add(schema.Fault{
			Path: t.PathOf("steps"), Rule: fmt.Sprintf("must not wait for more than %d calls within calls, got %d", dataplane.MaxDepth, deepest),
		}, t.Node, "steps")
	}
	g.depth[service] = deepest
	return deepest
}
