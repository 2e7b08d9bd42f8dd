package tables

import (
	"fmt"
	"math"
	"slices"

	"headroom/model/cloud"
	"headroom/model/dataplane"
	"headroom/scenarios/schema"
	"headroom/scenarios/tree"
	"headroom/sim"
)

// realisticGatewayLatency is what a Gateway Load Balancer adds to a request and its response.
const realisticGatewayLatency = sim.Millisecond

// failovers are what becomes of flows whose appliance is no more, or unhealthy.
func failovers() schema.Type {
	return schema.OneOf("no_rebalance: they stay with it", "rebalance: they go to another")
}

// applianceKeys are those of target groups of Gateway Load Balancers.
func applianceKeys() []schema.Key {
	return []schema.Key{
		schema.Row("target_failover", schema.Inner(), "", "GENEVE: what becomes of flows whose appliance fails"),
		schema.Row("target_failover.on_deregistration", failovers(), `"no_rebalance"`, "when it is deregistered; the same as on_unhealthy"),
		schema.Row("target_failover.on_unhealthy", failovers(), `"no_rebalance"`, "when it is unhealthy; the same as on_deregistration"),
		schema.Row("appliance", schema.Inner(), "", "GENEVE: what an appliance can do with packets; one that is not said to be slow passes as many as come"),
		schema.Row("appliance.packets_per_second", schema.Quantity(schema.PerSecond, 1, 1e9), "", "packets that it passes"),
		schema.Row("appliance.gbps", schema.Quantity(schema.Number, 0.001, 1000), "", "Gbit/s that it passes, with the 64 bytes that GENEVE adds to a packet"),
		schema.Row("appliance.mtu", schema.Whole(576, 9216), fmt.Sprint(dataplane.UsualApplianceMTU), "largest packet of its interface, with the 64 bytes that GENEVE adds: what is larger is dropped"),
	}
}

// takesPackets reports whether a target group is of a Gateway Load Balancer.
func takesPackets(t *schema.Table) bool {
	n := t.Node.Table["protocol"]
	return n != nil && n.Is("GENEVE")
}

// assumePackets sets the defaults of checks of appliances: TCP on port 80.
func assumePackets(t *schema.Table) {
	assumeCheckOf(t, map[string]any{"port": int64(dataplane.PortHTTP)})
	assumeFlowCheck(t)
}

// readAppliances reads how a target group of a Gateway Load Balancer treats packets.
func readAppliances(t *schema.Table, tg *dataplane.TargetGroup) {
	if !takesPackets(t) {
		t.Pass("target_failover", "appliance")
		for _, key := range []string{"target_failover", "appliance"} {
			if t.Has(key) {
				t.Reject(key, schema.Fault{Rule: `must be given with protocol "GENEVE" only`, Code: invalidConfiguration})
			}
		}
		return
	}
	t.Choice("protocol")
	if kind := t.Choice("target_type"); kind != "instance" && kind != "ip" && t.Sound("target_type") {
		t.Reject("target_type", schema.Fault{Rule: `must be "instance" or "ip" with protocol "GENEVE"`, Code: invalidConfiguration})
	}
	tg.Flows = dataplane.FlowTargets{On: true, PreserveClientIP: true}
	a := dataplane.Appliances{On: true}
	if n := t.Node.Table["port"]; n != nil && t.Sound("port") && t.Whole("port") != dataplane.GenevePort {
		t.Wrong("port", "must be 6081 with protocol \"GENEVE\"")
	}
	f := t.Inside("target_failover")
	gone, ill := f.Choice("on_deregistration"), f.Choice("on_unhealthy")
	if gone != ill && f.Sound("on_deregistration", "on_unhealthy") {
		f.Reject("on_unhealthy", schema.Fault{Rule: "must be the same as on_deregistration", Got: tree.Quote(ill), Code: invalidConfiguration})
	}
	f.Done()
	a.Rebalance = ill == "rebalance"
	in := t.Inside("appliance")
	if in.Has("packets_per_second") {
		a.PacketRate = int64(math.Ceil(in.Quantity("packets_per_second")))
	}
	if in.Has("gbps") {
		a.ByteRate = int64(in.Quantity("gbps") * 1e9 / 8)
	}
	in.Pass("packets_per_second", "gbps")
	a.MTU = in.Whole("mtu")
	in.Done()
	a.Tuple = readTuple(t)
	for _, key := range []string{"connection_termination", "registration_delay", "max_connections_per_target", "preserve_client_ip", "load_balancing_algorithm_type", "slow_start", "load_balancing_anomaly_mitigation", "load_balancer", "target_group_health"} {
		if t.Has(key) {
			t.Reject(key, schema.Fault{Rule: `must not be given with protocol "GENEVE"`, Code: invalidConfiguration})
		}
		t.Pass(key)
	}
	if n := t.Node.Table["load_balancing_cross_zone_enabled"]; n != nil && !n.Is(inherited) {
		t.Reject("load_balancing_cross_zone_enabled", schema.Fault{Rule: `must not be given with protocol "GENEVE": say enable_cross_zone_load_balancing of the Gateway Load Balancer`, Code: invalidConfiguration})
	}
	t.Pass("port")
	tg.Appliances = a
}

// readTuple reads what packets must have in common to go to one appliance.
func readTuple(t *schema.Table) (tuple dataplane.Tuple) {
	s := t.Within("stickiness")
	if s == nil {
		return dataplane.FiveTuple
	}
	switch s.Decider("type") {
	case "source_ip_dest_ip_proto":
		tuple = dataplane.ThreeTuple
	case "source_ip_dest_ip":
		tuple = dataplane.TwoTuple
	default:
		s.Reject("type", schema.Fault{Rule: "must be source_ip_dest_ip_proto or source_ip_dest_ip of packets", Code: invalidConfiguration})
	}
	if !s.Flag("enabled") {
		tuple = dataplane.FiveTuple
	}
	s.Done()
	return tuple
}

// readGateway reads a Gateway Load Balancer: it takes all packets, and has no listener to
// speak of.
func (l *loader) readGateway(t *schema.Table, lb *dataplane.LoadBalancer) {
	for _, key := range []string{"listener", "rule", "idle_timeout", "client_keep_alive", "security_groups", "subnet_mapping", "elastic_ips", "minimum_load_balancer_capacity", "dns_record_client_routing_policy", "gateway"} {
		if t.Has(key) {
			t.Reject(key, schema.Fault{Rule: "must not be given of a Gateway Load Balancer: it takes all packets on all ports", Code: invalidConfiguration})
		}
		t.Pass(key)
	}
	lb.Growth = dataplane.Growth{}
	lb.IdleTimeout, lb.MTU = t.Duration("tcp_idle_timeout_seconds"), t.Whole("mtu")
	t.Require("default_action")
	lb.Default = l.action(t, "default_action", false)
	good := len(lb.Default.Forward) == 1
	for _, f := range lb.Default.Forward {
		good = good && (f.TargetGroup < 0 || l.cfg.TargetGroups[f.TargetGroup].Appliances.On || l.guessed[f.TargetGroup] || l.refuseProtocol(f.TargetGroup))
	}
	if !good && t.Sound("default_action") {
		t.Reject("default_action", schema.Fault{Rule: `must forward to one target group, of protocol "GENEVE"`, Code: "IncompatibleProtocols"})
	}
}

// refuseProtocol refuses the protocol of a target group of connections behind a Gateway Load
// Balancer, and reports whether it is one.
func (l *loader) refuseProtocol(group int) bool {
	t := l.tables["target_group"][group]
	if !l.cfg.TargetGroups[group].Flows.On {
		return false
	}
	if t.Sound("protocol") {
		t.Reject("protocol", schema.Fault{Rule: `must be "GENEVE" behind a Gateway Load Balancer`, Code: "IncompatibleProtocols"})
	}
	return true
}

// checkGateways refuses ways through what is no Gateway Load Balancer, and to one.
func (l *loader) checkGateways() {
	for i := range l.cfg.LoadBalancers {
		lb, t := &l.cfg.LoadBalancers[i], l.tables["load_balancer"][i]
		if t.Faulty("load_balancer_type") {
			continue
		}
		for _, a := range lb.Actions() {
			for _, f := range a.Forward {
				if f.TargetGroup >= 0 && l.cfg.TargetGroups[f.TargetGroup].Appliances.On && !l.guessed[f.TargetGroup] && !lb.IsGateway() && !t.Faulty("default_action") && !t.Faulty("listener") {
					key := "default_action"
					if !t.Has(key) {
						key = "listener"
					}
					t.Reject(key, schema.Fault{Rule: "must not forward to target_group." + l.cfg.TargetGroups[f.TargetGroup].Name + ", whose protocol GENEVE only a Gateway Load Balancer speaks", Code: "IncompatibleProtocols"})
				}
			}
		}
		if lb.Gateway == 0 {
			continue
		}
		next := &l.cfg.LoadBalancers[lb.Gateway-1]
		switch {
		case l.tables["load_balancer"][lb.Gateway-1].Faulty("load_balancer_type"):
		case !next.IsGateway():
			t.Reject("gateway", schema.Fault{Rule: "must be a load balancer of type gateway", Got: tree.Quote(next.Name), Code: schema.NoCode})
		case l.cfg.Regions != nil && len(lb.Zones) > 0 && len(next.Zones) > 0 && l.cfg.RegionOf(lb.Zones[0]) != l.cfg.RegionOf(next.Zones[0]):
			t.Reject("gateway", schema.Fault{Rule: "must be in the same Region", Got: tree.Quote(next.Name), Code: schema.NoCode})
		}
	}
	l.refuseAsking()
}

// refuseAsking refuses requests to what answers none.
func (l *loader) refuseAsking() {
	asked := func(to dataplane.DestinationKind, target int) *dataplane.LoadBalancer {
		if to != dataplane.ToLoadBalancer || target < 0 || !l.cfg.LoadBalancers[target].IsGateway() {
			return nil
		}
		return &l.cfg.LoadBalancers[target]
	}
	for i := range l.cfg.Workloads {
		w := &l.cfg.Workloads[i]
		at := slices.IndexFunc(l.tables["workload"], func(t *schema.Table) bool { return t.Name == w.Name })
		if lb := asked(w.To, w.Target); lb != nil && at != cloud.None {
			l.tables["workload"][at].Reject("to", schema.Fault{Rule: fmt.Sprintf("must not be load_balancer.%s, which answers nobody: say gateway = %q of the load balancer behind it", lb.Name, lb.Name), Code: schema.NoCode})
		}
	}
}
