package tables

import (
	"slices"

	"headroom/model/dataplane"
	"headroom/scenarios/schema"
	"headroom/scenarios/tree"
	"headroom/sim"
)

// Latencies that a load balancer adds: our estimates of what one and another zone
// take, and what the simulator of which this one is the successor took.
const (
	realisticLatency = 5 * sim.Millisecond
	crossZoneLatency = 500 * sim.Microsecond
	seedLatency      = 400 * sim.Millisecond
)

// starts are how large load balancers are at first.
var starts = map[string]dataplane.Start{"warm": dataplane.WarmStart, "cold": dataplane.ColdStart}

func loadBalancerKeys() []schema.Key {
	return schema.Within("load_balancer.NAME", "ValidationError", slices.Concat([]schema.Key{
		schema.Row("load_balancer_type", schema.OneOf("application: HTTP requests, by host and path", "network: connections and packets, by their addresses and ports", "gateway: packets by way of appliances, before another load balancer"), `"application"`, "what kind of load balancer"),
		schema.Row("internal", schema.Flag(), "false", "without public addresses"),
		schema.Row("availability_zones", schema.Texts(), "(all zones of the scenario)", "zones with a node; an Application Load Balancer has two or more"),
		regionKey(),
		schema.Row("subnets", schema.Names("subnet"), "", "subnets of the nodes, instead of availability_zones"),
		schema.Row("subnet_mapping", schema.List(), "", "subnets of the nodes and their Elastic IPs, instead of subnets").Coded(schema.NoCode),
		schema.Row("subnet_mapping[].subnet_id", schema.Name("subnet"), schema.Required, "subnet of a node, one in each zone").Coded(schema.NoCode),
		schema.Row("subnet_mapping[].allocation_id", schema.Name("elastic_ip"), "", "network: its public address for good").Coded(schema.NoCode),
		schema.Row("elastic_ips", schema.Either("table of Elastic IPs by zone", schema.TableOf(schema.Name("elastic_ip"))), "", `network: public addresses of the nodes for good, { a = "one" }`),
		schema.Row("enable_cross_zone_load_balancing", schema.Flag(), "true", "whether nodes use targets of other zones; false for network, and what crosses is paid for there"),
		schema.Row("idle_timeout", schema.Quantity(schema.Seconds, 1, 4000), "60", "application: a target that answers later is given up: 504; and how long silent connections are kept"),
		schema.Row("client_keep_alive", schema.Quantity(schema.Seconds, 60, 604800), "3600", "application: how long silent connections of clients are kept, unless idle_timeout is shorter"),
		schema.Row("latency", latencies(), `"realistic"`, "added to each response: realistic (5ms, network 0.5ms, and 0.5ms between zones), seed (400ms, network 100ms), or a duration"),
		schema.Row("start", schema.OneOf("warm: it has served before, and has the size that the first minute asks for", "cold: it is new, and grows from its first size"), `"warm"`, "how large its nodes are at first: a new connection that finds its node too small is rejected"),
		schema.Row("minimum_load_balancer_capacity", schema.Inner(), "", "what its nodes have at least, from the start on"),
		schema.Row("minimum_load_balancer_capacity.capacity_units", schema.Whole(1, dataplane.MaxUnits), schema.Required, "capacity units (LCU) of the whole load balancer, which are billed even if fewer are used"),
		schema.Row("dns_record_client_routing_policy", schema.OneOf("any_availability_zone: any node", "partial_availability_zone_affinity: 85% to the node of the client's zone", "availability_zone_affinity: the node of the client's zone"), `"any_availability_zone"`, "network: which node clients in a zone of the region, which are services, are told"),
		schema.Row("dns_ttl", schema.Quantity(schema.Seconds, 0, 86400), `"60s"`, "how long clients keep the addresses of nodes, each since another instant"),
		schema.Row("client_connect_timeout", schema.Quantity(schema.Seconds, 0, 86400), `"21s"`, "how long a client waits for a node that is down"),
		schema.Row("gateway", schema.Name("load_balancer"), "", "the Gateway Load Balancer, by whose endpoints all that clients send comes here, and all answers go"),
		schema.Row("tcp_idle_timeout_seconds", schema.Quantity(schema.Seconds, 60, 6000), "350", "gateway: after so long without a packet a flow is forgotten, and may go to another appliance"),
		schema.Row("mtu", schema.Whole(576, dataplane.MostPacket), "8500", "gateway: the largest packet that passes, in bytes: larger ones are dropped, and nobody tells who sent them"),
		schema.Row("default_action", schema.Inner(), "(required without listener)", "what becomes of a request that matches no rule, on port 80"),
		schema.Row("rule", schema.List(), "", "rules of port 80"),
		schema.Row("listener", schema.List(), "", "ports with rules of their own"),
	}, attributeKeys(), longCacheKeys("dns_ttl"), zonalShiftKeys(), membershipKeys("security_groups", ""), listenerKeys()))
}

// latencies are what a load balancer can add to each response.
func latencies() schema.Type {
	return schema.Either("realistic | seed | duration",
		schema.OneOf("realistic: 5ms, network 0.5ms, and 0.5ms between zones", "seed: 400ms, network 100ms"), schema.Quantity(schema.Seconds, 0, 3600))
}

// readScheme reports whether the nodes of a load balancer have public addresses.
func readScheme(t *schema.Table) bool {
	const key = "internal"
	if t.Choice("load_balancer_type") != "gateway" {
		return !t.Flag(key)
	}
	if t.Pass(key); t.Has(key) {
		t.Reject(key, schema.Fault{Rule: "must not be given of a Gateway Load Balancer: it has no scheme", Code: "ValidationError"})
	}
	return false
}

// readLoadBalancers reads the load balancers, then the DNS names that lead to them.
func (l *loader) readLoadBalancers() {
	l.cfg.LoadBalancers = make([]dataplane.LoadBalancer, len(l.tables["load_balancer"]))
	for i, t := range l.tables["load_balancer"] {
		lb := &l.cfg.LoadBalancers[i]
		if kind := t.Decider("load_balancer_type"); kind == "network" || kind == "gateway" {
			t.Assume("enable_cross_zone_load_balancing", false)
		}
		*lb = dataplane.LoadBalancer{
			Name: t.Name, Kind: t.Choice("load_balancer_type"),
			PublicIPs:      readScheme(t),
			DNSTTL:         t.Duration("dns_ttl"),
			LongCache:      readLongCache(t, "dns_ttl"),
			ConnectTimeout: t.Duration("client_connect_timeout"),
			Growth:         dataplane.Growth{Start: starts[t.Choice("start")]},
		}
		if m := t.Within("minimum_load_balancer_capacity"); m != nil {
			lb.Growth.Units = m.Whole("capacity_units")
			m.Done()
		}
		lb.End = l.end(l.readGroupsOf(t, "security_groups", ""), l.wholeVPC(), lb.PublicIPs)
		mapped := l.readSubnetMapping(t)
		lb.Subnets, lb.Zones = l.places(t, "subnets", false)
		l.checkSubnets(t, lb)
		lb.Elastic = len(l.readNodeAddresses(t, lb, mapped))
		if lb.PublicIPs && !lb.IsGateway() && !l.vpc.internet {
			t.Reject("internal", schema.Fault{Rule: "must be true without [internet_gateway]: nothing leads to its public addresses", Code: "InvalidSubnet"})
		}
		l.readAttributes(t, lb)
		lb.Latency, lb.CrossLatency = latency(t, lb)
		where := "availability_zones"
		if t.Has("subnets") {
			where = "subnets"
		}
		if t.Sound(where) && len(lb.Zones) < 2 && !lb.Network() && !lb.IsGateway() {
			t.Wrong(where, "must be two zones or more for an Application Load Balancer")
		}
		if t.Has("gateway") {
			lb.Gateway = t.Reference("gateway") + 1
		}
		t.Pass("gateway")
		switch {
		case lb.IsGateway():
			t.Mode = "to a Gateway Load Balancer"
			l.readGateway(t, lb)
		case lb.Network():
			t.Mode = "to a Network Load Balancer"
			l.readNetworkBalancer(t, lb)
		default:
			lb.IdleTimeout, lb.ClientKeepAlive = t.Duration("idle_timeout"), t.Duration("client_keep_alive")
			t.Mode = "to an Application Load Balancer"
			l.readListeners(t, lb)
			l.refuseFlows(t, lb)
		}
		l.adopt(t, i)
		l.readZonalShift(t, i)
		t.Done()
	}
	l.checkRelays()
	l.readRecords()
}

// latency reads what a load balancer adds to each response, and what another
// zone adds to that.
func latency(t *schema.Table, lb *dataplane.LoadBalancer) (own, cross sim.Time) {
	const key = "latency"
	n := t.Value(key)
	network := lb.Network()
	switch {
	case lb.IsGateway() && (n.Is("realistic") || n.Is("seed")):
		return realisticGatewayLatency, crossZoneLatency
	case network && n.Is("realistic"):
		return realisticFlowLatency, crossZoneLatency
	case network && n.Is("seed"):
		return seedFlowLatency, 0
	case n.Is("realistic"):
		return realisticLatency, crossZoneLatency
	case n.Is("seed"):
		return seedLatency, 0
	}
	seconds, rule := schema.ReadQuantity(n, schema.Seconds)
	if rule != "" || seconds < 0 || seconds > 3600 {
		t.Mistake(key, `must be "realistic", "seed" or a duration 0s..1h`, "")
	}
	return sim.Seconds(seconds), 0
}

// refuseOwnZones refuses a load balancer whose nodes keep to their zones, of a target group
// that keeps clients with their targets, and of a function, which is in every zone.
func (l *loader) refuseOwnZones(t, group *schema.Table, number int) {
	const key = "enable_cross_zone_load_balancing"
	g, lb := &l.cfg.TargetGroups[number], &l.cfg.LoadBalancers[l.owners[number]]
	switch {
	case g.CrossZone || t.Faulty(key):
	case g.Stickiness.Kind != 0:
		t.Wrong(key, "must be true where a target group has stickiness, as "+group.Path+" has")
	case isLambda(group) && !lb.Network() && !lb.IsGateway(): // which have no functions, as is said elsewhere
		t.Reject(key, schema.Fault{Rule: "must be true where a target is a function, as that of " + group.Path + " is", Code: invalidConfiguration})
	}
}

// adopt makes the target groups of a load balancer its own: none may have
// another, and theirs may follow its cross-zone setting.
func (l *loader) adopt(t *schema.Table, balancer int) {
	lb := &l.cfg.LoadBalancers[balancer]
	cross := t.Flag("enable_cross_zone_load_balancing")
	if l.owners == nil {
		l.owners = map[int]int{}
	}
	for _, a := range lb.Actions() {
		for _, f := range a.Forward {
			if f.TargetGroup < 0 {
				continue
			}
			tg := l.tables["target_group"][f.TargetGroup]
			if owner, ok := l.owners[f.TargetGroup]; ok && owner != balancer {
				key := "default_action"
				if !t.Has(key) {
					key = "listener"
				}
				t.Reject(key, schema.Fault{
					Rule: "must not share a target group with load_balancer." + l.cfg.LoadBalancers[owner].Name,
					Got:  tree.Quote(tg.Name), Code: "TargetGroupAssociationLimit",
				})
				continue
			}
			l.owners[f.TargetGroup] = balancer
			if tg.Node.Table["load_balancing_cross_zone_enabled"].Is(inherited) {
				l.cfg.TargetGroups[f.TargetGroup].CrossZone = cross
				l.refuseOwnZones(t, tg, f.TargetGroup)
			}
		}
	}
}
