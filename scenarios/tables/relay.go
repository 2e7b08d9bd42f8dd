package tables

import (
	"fmt"

	"headroom/model/cloud"
	"headroom/model/dataplane"
	"headroom/model/health"
	"headroom/scenarios/schema"
	"headroom/scenarios/tree"
)

// invalidTarget is Elastic Load Balancing's code for what cannot be a target.
const invalidTarget = "InvalidTarget"

// respellRelay takes what Terraform's attachment says of a target into its key, and a list of
// one of them. A target group has one load balancer as its target.
func respellRelay(t *schema.Table) {
	respellKeys(t.Node, relayTable)
	if n := t.Node.Table["load_balancer"]; n != nil && n.Form == tree.ListForm {
		if len(n.List) == 1 {
			t.Node.Table["load_balancer"] = n.List[0]
			return
		}
		t.Reject("load_balancer", schema.Fault{Rule: "must be one load balancer", Got: fmt.Sprint(len(n.List)), Code: tooManyTargets})
	}
}

// relays reports whether the target of a target group is a load balancer.
func relays(t *schema.Table) bool {
	n := t.Node.Table["target_type"]
	return n != nil && n.Is("alb")
}

// readRelay reads a target group whose target is an Application Load Balancer. Which checks
// it has by default is AWS's: HTTP, every 30 s, for 6 s.
func (l *loader) readRelay(t *schema.Table) dataplane.TargetGroup {
	t.Mode = `with target_type "alb"`
	t.Choice("target_type")
	if protocol := t.Choice("protocol"); protocol != "TCP" && !t.Faulty("protocol") {
		t.Reject("protocol", schema.Fault{Rule: `must be "TCP" with target_type "alb"`, Code: invalidConfiguration})
	}
	assumeCheckOf(t, map[string]any{"protocol": "HTTP"})
	assumeFlowCheck(t)
	t.Assume("port", int64(dataplane.PortHTTP))
	t.Assume("preserve_client_ip", true)
	tg := dataplane.TargetGroup{
		Name: t.Name, Service: cloud.None, Algorithm: "round_robin", CrossZone: crossZone(t) != "false", Port: uint16(t.Whole("port")),
		HealthCheck: l.readHealthCheck(t.Inside("health_check"), health.NLBHTTP, false),
		Flows:       dataplane.FlowTargets{On: true, PreserveClientIP: true},
	}
	if tg.HealthCheck.Connects {
		t.Reject("health_check", schema.Fault{Path: t.PathOf("health_check") + ".protocol", Rule: "must be HTTP or HTTPS with target_type \"alb\"", Got: `"TCP"`, Code: invalidConfiguration})
	}
	if !t.Flag("preserve_client_ip") && t.Sound("preserve_client_ip") {
		t.Reject("preserve_client_ip", schema.Fault{Rule: `must be true with target_type "alb": it cannot be turned off`, Code: invalidConfiguration})
	}
	readUnhealthy(t, &tg)
	readGroupHealth(t, &tg)
	t.Require("load_balancer")
	if !t.Faulty("load_balancer") {
		tg.Balancer = t.Reference("load_balancer") + 1
	}
	t.Pass("load_balancer", "service")
	if t.Has("service") {
		t.Reject("service", schema.Fault{Rule: `must not be given with target_type "alb": its targets are not instances`, Code: schema.NoCode})
	}
	t.Done()
	return tg
}

// checkRelays refuses targets that are no Application Load Balancers with a listener of the
// port, or of another Region, whose virtual private cloud is another.
func (l *loader) checkRelays() {
	for i := range l.cfg.TargetGroups {
		tg, t := &l.cfg.TargetGroups[i], l.tables["target_group"][i]
		if tg.Balancer == 0 {
			continue
		}
		lb := &l.cfg.LoadBalancers[tg.Balancer-1]
		reject := func(key, rule string) {
			if t.Sound(key) {
				t.Reject(key, schema.Fault{Rule: rule, Code: invalidTarget})
			}
		}
		switch {
		case lb.Network():
			reject("load_balancer", "must be an Application Load Balancer")
		case lb.ListenerFor(int(tg.Port)) == cloud.None:
			reject("port", "must be that of a listener of load_balancer."+lb.Name)
		}
		owner, owned := l.owners[i]
		if !owned {
			continue
		}
		first := &l.cfg.LoadBalancers[owner]
		if l.cfg.Regions != nil && len(first.Zones) > 0 && len(lb.Zones) > 0 && l.cfg.RegionOf(first.Zones[0]) != l.cfg.RegionOf(lb.Zones[0]) {
			reject("load_balancer", "must be in the virtual private cloud of load_balancer."+first.Name)
		}
		for _, listener := range first.AllListeners() {
			for _, f := range listener.Default.Forward {
				if f.TargetGroup == i && listener.Protocol != dataplane.TCP && first.Network() {
					l.tables["load_balancer"][owner].Reject("listener", schema.Fault{
						Rule: fmt.Sprintf("must be of TCP where it forwards to %s, whose target is a load balancer", t.Path), Code: "IncompatibleProtocols",
					})
				}
			}
		}
	}
}
