package tables

import (
	"fmt"
	"slices"

	"headroom/model"
	"headroom/model/controlplane"
	"headroom/model/dataplane"
	"headroom/model/routing"
	"headroom/scenarios/schema"
	"headroom/scenarios/tree"
)

// readWeights reads how a rule divides its requests from an instant on.
func (l *loader) readWeights(t *schema.Table, a *controlplane.Action) {
	names := l.subjects(t, "load_balancer")
	t.Pass("weights", "port", "priority")
	if len(names) == 0 {
		return
	}
	if len(names) > 1 {
		t.Mistake("on", "must be one load balancer", "")
		return
	}
	balancer := t.Find("on", "load_balancer", names[0])
	if balancer < 0 {
		return
	}
	a.BalancerName, a.Weights.Balancer = names[0], balancer
	lb := &l.cfg.LoadBalancers[balancer]
	if lb.Network() || lb.IsGateway() {
		t.Reject("on", schema.Fault{Rule: "must be an Application Load Balancer: a listener of another forwards to one target group, and weights divide nothing", Code: "InvalidLoadBalancerAction"})
		return
	}
	action, of, ok := l.ruleMeant(t, lb)
	if a.Weights.Of = of; !ok {
		return
	}
	for _, f := range action.Forward {
		if f.TargetGroup < 0 { // which is said there
			t.Pass("weights")
			return
		}
		a.Weights.Weights = append(a.Weights.Weights, l.weightBefore(a, f))
		a.Weights.Names = append(a.Weights.Names, l.cfg.TargetGroups[f.TargetGroup].Name)
	}
	const key = "weights"
	before := slices.Clone(a.Weights.Weights)
	n := t.Value(key)
	if n == nil || n.Form != tree.TableForm || len(n.Table) == 0 {
		t.Mistake(key, "must be a table of weights by target group: { web = 90, new = 10 }", "")
		return
	}
	n.Inline = true
	for _, name := range n.Keys() {
		weight, whole := n.Table[name].AsWhole()
		k := slices.Index(a.Weights.Names, name)
		switch {
		case k < 0:
			t.Reject(key, schema.Fault{Rule: "must be of target groups that the rule forwards to", Got: tree.Quote(name), Hint: t.Hint(name, a.Weights.Names), Code: schema.NoCode})
		case !whole || weight < 0 || weight > routing.MaxWeight:
			t.Reject(key, schema.Fault{Rule: fmt.Sprintf("must be 0..%d", routing.MaxWeight), Got: n.Table[name].Got()})
		default:
			a.Weights.Weights[k] = int(weight)
		}
	}
	if only := action.Forward; len(only) == 1 && t.Sound(key) && a.Weights.Weights[0] > 0 && before[0] > 0 {
		l.warnAt(n, t.PathOf(key)+": has no effect: the rule forwards to one target group")
	}
}

// weightBefore is what a target group has before an action: what the last of those above it
// in the file gives it, or the rule.
func (l *loader) weightBefore(a *controlplane.Action, f dataplane.Forward) int {
	weight := f.Weight
	for i := range l.cfg.Actions {
		b := &l.cfg.Actions[i]
		if b.Do != controlplane.SetWeights || b.Weights.Balancer != a.Weights.Balancer || b.Weights.Of != a.Weights.Of {
			continue
		}
		if k := len(a.Weights.Weights); k < len(b.Weights.Weights) {
			weight = b.Weights.Weights[k]
		}
	}
	return weight
}

// ruleMeant finds the rule that an action is done to.
func (l *loader) ruleMeant(t *schema.Table, lb *dataplane.LoadBalancer) (dataplane.Action, model.RuleName, bool) {
	all := lb.AllListeners()
	var of model.RuleName
	if t.Has("port") {
		port := t.Whole("port")
		of.Listener = slices.IndexFunc(all, func(one dataplane.Listener) bool { return one.Port == port })
		if of.Listener < 0 {
			t.Wrong("port", "must be that of a listener of the load balancer")
			return dataplane.Action{}, of, false
		}
	} else if len(all) > 1 {
		t.Add(schema.Fault{Path: t.PathOf("port"), Rule: "is required: the load balancer has several listeners"}, t.Node, "port")
		return dataplane.Action{}, of, false
	}
	listener := &all[of.Listener]
	action := listener.Default
	of.Rule = len(listener.Rules)
	key := "on"
	if t.Has("priority") {
		key = "priority"
		priority := t.Whole(key)
		of.Rule = slices.IndexFunc(listener.Rules, func(r dataplane.Rule) bool { return r.Priority == priority })
		if of.Rule < 0 {
			t.Wrong(key, "must be that of a rule of the listener")
			return action, of, false
		}
		action = listener.Rules[of.Rule].Action
	}
	if len(action.Forward) == 0 {
		if t.Sound(key) {
			t.Wrong(key, "must lead to a rule that forwards to target groups")
		}
		return action, of, false
	}
	return action, of, true
}
