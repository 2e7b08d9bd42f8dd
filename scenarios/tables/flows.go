package tables

import (
	"fmt"
	"slices"
	"strings"

	"headroom/model/dataplane"
	"headroom/scenarios/schema"
	"headroom/scenarios/tree"
	"headroom/sim"
)

// What a Network Load Balancer adds to each response: see realisticLatency.
const (
	realisticFlowLatency = 500 * sim.Microsecond
	seedFlowLatency      = 100 * sim.Millisecond
)

// protocols are those of listeners and target groups that take connections.
var protocols = map[string]dataplane.Protocol{"TCP": dataplane.TCP, "UDP": dataplane.UDP, "TCP_UDP": dataplane.TCPUDP, "TLS": dataplane.TLS}

// zoneAffinity is the share of DNS answers that name the node of the client's zone.
var zoneAffinity = map[string]float64{"any_availability_zone": 0, "partial_availability_zone_affinity": 0.85, "availability_zone_affinity": 1}

// flowGroupKeys are those of target groups of Network Load Balancers.
func flowGroupKeys() []schema.Key {
	return []schema.Key{
		schema.Row("protocol", schema.OneOf("HTTP: of an Application Load Balancer", "HTTPS: the same, by connections that begin with a handshake", "TCP: connections, of a Network Load Balancer", "UDP: packets of one address and port belong together", "TCP_UDP: both", "TLS: connections that a listener decrypts, and its node encrypts again for the target", "GENEVE: packets, of a Gateway Load Balancer"), `"HTTP"`, "what its targets take: requests, or connections of a Network Load Balancer"),
		schema.Row("connection_termination", schema.Flag(), "false", "connections: whether they end with the deregistration delay; otherwise they go on until the instance ends"),
		schema.Row("target_health_state", schema.Inner(), "", "connections of TCP and TLS: what becomes of those to a target that is unhealthy"),
		schema.Row("target_health_state.enable_unhealthy_connection_termination", schema.Flag(), "true", "whether they are reset at once; otherwise they go on, and no new ones come"),
		schema.Row("target_health_state.unhealthy_draining_interval", schema.Quantity(schema.Seconds, 0, 360_000), "0", "after so long they are reset, unless the target has recovered; 0: they are not"),
		schema.Row("registration_delay", schema.Quantity(schema.Seconds, 0, 3600), "60", "connections: how long the registration of a target takes, before its first check"),
		schema.Row("max_connections_per_target", schema.Whole(1, 1e9), "55000", "connections: at once to one target, or with preserve_client_ip = false from one node to it; more are port allocation errors"),
		schema.Row("preserve_client_ip", schema.Flag(), "(true; target_type ip and ecs: of UDP and TCP_UDP)", "connections: whether targets, and their security groups, see the addresses of clients; otherwise those of the load balancer"),
		schema.Row("target_type", schema.OneOf("instance: instances", "ip: their addresses", "alb: an Application Load Balancer, to which TCP connections go on", "lambda: a function, of an Application Load Balancer", "ecs: the addresses of tasks of a [container_service.NAME], and of nobody else"), `"instance"`, "what its targets are named by"),
		schema.Row("load_balancer", schema.Name("load_balancer"), "(required with target_type alb)", "target_type alb: the Application Load Balancer behind the Network Load Balancer; its listener of the same port takes the connections"),
	}
}

// flowListenerKeys are those of listeners of Network Load Balancers.
func flowListenerKeys() []schema.Key {
	return []schema.Key{
		schema.Row("alpn_policy", schema.OneOf(alpnPolicies...), `"None"`, "TLS: which protocol it agrees on with clients, in the same handshake: that takes no time of its own"),
		schema.Row("tcp_idle_timeout_seconds", schema.Quantity(schema.Seconds, 60, 6000), "350", "TCP: after so long without a packet the connection is forgotten, and the next packet gets an RST"),
	}
}

// alpnPolicies are those of TLS listeners.
var alpnPolicies = []string{"None: none", "HTTP1Only: HTTP/1.1 or HTTP/1.0", "HTTP2Only: HTTP/2", "HTTP2Optional: HTTP/1.1 rather than HTTP/2", "HTTP2Preferred: HTTP/2 rather than HTTP/1.1"}

// takesFlows reports whether a target group is of a Network Load Balancer.
func takesFlows(t *schema.Table) bool {
	n := t.Node.Table["protocol"]
	if n == nil {
		return false
	}
	word, _ := n.AsText()
	return protocols[word] != 0
}

// assumeFlows sets defaults that differ for connections, and refuses what they do not have.
func assumeFlows(t *schema.Table) {
	assumeFlowCheck(t)
	for _, refused := range []struct{ key, rule string }{
		{"load_balancing_algorithm_type", "must not be given: a Network Load Balancer picks targets by the hash of a connection"},
		{"load_balancing_anomaly_mitigation", "must not be given: it needs HTTP"},
		{"slow_start", "must not be given: a Network Load Balancer has none"},
	} {
		if t.Has(refused.key) {
			t.Reject(refused.key, schema.Fault{Rule: refused.rule, Code: invalidConfiguration})
			t.Pass(refused.key)
		}
	}
}

// readFlows reads how a target group of a Network Load Balancer treats connections.
func readFlows(t *schema.Table, tg *dataplane.TargetGroup) {
	protocol, kind := t.Choice("protocol"), t.Choice("target_type")
	if !takesFlows(t) {
		t.Mode = "to HTTP: it is of connections (protocol = \"TCP\")"
		return
	}
	tg.Flows = dataplane.FlowTargets{
		On:                true,
		Terminate:         t.Flag("connection_termination"),
		RegistrationDelay: t.Duration("registration_delay"),
		MostPerTarget:     t.Whole("max_connections_per_target"),
	}
	packets := protocol == "UDP" || protocol == "TCP_UDP"
	t.Assume("preserve_client_ip", kind != "ip" && kind != "ecs" || packets)
	tg.Flows.PreserveClientIP = t.Flag("preserve_client_ip")
	if packets && !tg.Flows.PreserveClientIP && t.Sound("preserve_client_ip") {
		t.Reject("preserve_client_ip", schema.Fault{Rule: "must be true with protocol " + tree.Quote(protocol) + ": it cannot be turned off", Code: invalidConfiguration})
	}
}

// readUnhealthy reads what becomes of the connections to targets that are unhealthy. A target group
// without connections may say what is so anyway, as Terraform does.
func readUnhealthy(t *schema.Table, tg *dataplane.TargetGroup) {
	const terminates, interval = "enable_unhealthy_connection_termination", "unhealthy_draining_interval"
	u := t.Within("target_health_state")
	if u == nil {
		return
	}
	keeps, drain := !u.Flag(terminates), u.Duration(interval)
	if protocol := t.Choice("protocol"); keeps && protocol != "TCP" && protocol != "TLS" && u.Sound(terminates) && t.Sound("protocol") {
		u.Reject(terminates, schema.Fault{Rule: "must be true with protocol " + tree.Quote(protocol) + ": it is of TCP and TLS", Code: invalidConfiguration})
	}
	if drain > 0 && !keeps && u.Sound(interval) {
		u.Reject(interval, schema.Fault{Rule: "must be 0 unless " + terminates + " is false", Code: invalidConfiguration})
	}
	u.Done()
	if tg.Flows.On && keeps {
		tg.Flows.KeepUnhealthy, tg.Flows.UnhealthyDrain = keeps, drain
	}
}

// readFlowListeners reads the listeners of a Network Load Balancer: the table itself
// describes one of TCP on port 80.
func (l *loader) readFlowListeners(t *schema.Table, lb *dataplane.LoadBalancer) {
	others := t.Each("listener")
	if t.Has("rule") {
		t.Reject("rule", schema.Fault{Rule: "must not be given: a Network Load Balancer sees no requests", Code: invalidConfiguration})
		t.Pass("rule")
	}
	if t.Has("default_action") || len(others) == 0 {
		if !t.Has("default_action") && !t.Broken {
			t.Add(schema.Fault{Path: t.PathOf("default_action"), Rule: "is required"}, t.Node, "default_action")
		}
		lb.Default = l.flowAction(t)
	}
	t.Pass("default_action")
	ports := map[int]bool{dataplane.PortHTTP: t.Has("default_action")}
	certificates := 0
	for _, o := range others {
		o.Assume("protocol", "TCP")
		listener := dataplane.Listener{Port: o.Whole("port"), Protocol: protocols[o.Choice("protocol")]}
		listener.Secure = listener.Protocol == dataplane.TLS
		if listener.Protocol == 0 && o.Sound("protocol") {
			o.Reject("protocol", schema.Fault{Rule: "must be TCP, UDP, TCP_UDP or TLS of a Network Load Balancer", Code: "UnsupportedProtocol"})
		}
		if o.Sound("port") && ports[listener.Port] {
			o.Reject("port", schema.Fault{Rule: "must be of one listener of the load balancer", Code: "DuplicateListener"})
		}
		ports[listener.Port] = true
		listener.Certificates = l.readCertificates(o, listener.Secure)
		certificates += max(0, len(listener.Certificates)-1)
		if o.Has("rule") {
			o.Reject("rule", schema.Fault{Rule: "must not be given: a Network Load Balancer sees no requests", Code: invalidConfiguration})
			o.Pass("rule")
		}
		if o.Has("tcp_idle_timeout_seconds") && (listener.Protocol == dataplane.TLS || listener.Protocol == dataplane.UDP) {
			o.Reject("tcp_idle_timeout_seconds", schema.Fault{Rule: fmt.Sprintf("must not be given with protocol %s: it is fixed", tree.Quote(o.Choice("protocol"))), Code: invalidConfiguration})
		}
		l.readALPN(o, listener.Protocol)
		l.readSilent(o, silentOfListener)
		if listener.Protocol == dataplane.TCP || listener.Protocol == dataplane.TCPUDP {
			listener.Idle = o.Duration("tcp_idle_timeout_seconds")
		}
		o.Pass("tcp_idle_timeout_seconds")
		listener.Default = l.flowAction(o)
		l.checkProtocols(o, &listener)
		o.Done()
		lb.Listeners = append(lb.Listeners, listener)
	}
	l.checkQuotas(t, lb, certificates)
}

// readALPN reads which protocol a TLS listener agrees on with its clients.
func (l *loader) readALPN(o *schema.Table, protocol dataplane.Protocol) {
	const key = "alpn_policy"
	if o.Choice(key) != "None" && o.Sound(key) && protocol != dataplane.TLS && o.Sound("protocol") {
		o.Reject(key, schema.Fault{Rule: "must not be given with protocol " + tree.Quote(o.Choice("protocol")) + ": only TLS has it", Code: invalidConfiguration})
	}
}

// takenFrom are the protocols of target groups that a listener may forward to.
var takenFrom = map[dataplane.Protocol][]string{
	dataplane.TCP: {"TCP", "TCP_UDP"}, dataplane.UDP: {"UDP", "TCP_UDP"}, dataplane.TCPUDP: {"TCP_UDP"}, dataplane.TLS: {"TCP", "TLS"},
}

// checkProtocols refuses a listener whose target group speaks another protocol.
func (l *loader) checkProtocols(o *schema.Table, listener *dataplane.Listener) {
	const key = "default_action"
	for _, f := range listener.Default.Forward {
		if f.TargetGroup < 0 || !l.cfg.TargetGroups[f.TargetGroup].Flows.On || l.guessed[f.TargetGroup] || listener.Protocol == 0 || o.Faulty(key) {
			continue
		}
		g := l.tables["target_group"][f.TargetGroup]
		if got, _ := g.Node.Table["protocol"].AsText(); !slices.Contains(takenFrom[listener.Protocol], got) {
			o.Reject(key, schema.Fault{
				Rule: fmt.Sprintf("must forward to a target group of protocol %s from a listener of %s, as %s is not", strings.Join(takenFrom[listener.Protocol], " or "), o.Choice("protocol"), g.Path),
				Got:  tree.Quote(got), Code: "IncompatibleProtocols",
			})
		}
	}
}

// flowAction reads where a listener sends connections: to one target group of them.
func (l *loader) flowAction(t *schema.Table) dataplane.Action {
	const key = "default_action"
	a := l.action(t, key, false)
	n := t.Node.Table[key]
	switch {
	case n == nil || n.Form != tree.TableForm || t.Faulty(key):
	case n.Table["redirect"] != nil || n.Table["fixed_response"] != nil:
		t.Reject(key, schema.Fault{Rule: "must forward: a Network Load Balancer gives no answers", Code: invalidConfiguration})
	case len(a.Forward) > 1:
		t.Reject(key, schema.Fault{Rule: "must forward to one target group", Code: "TooManyTargetGroups"})
	}
	for _, f := range a.Forward {
		if f.TargetGroup >= 0 && !l.cfg.TargetGroups[f.TargetGroup].Flows.On && !l.guessed[f.TargetGroup] {
			t.Reject(key, schema.Fault{
				Rule: "must forward to a target group of protocol TCP, UDP, TCP_UDP or TLS, as " + l.cfg.TargetGroups[f.TargetGroup].Name + " is not",
				Code: "IncompatibleProtocols",
			})
		}
	}
	return a
}

// readNetworkBalancer reads what only Network Load Balancers have.
func (l *loader) readNetworkBalancer(t *schema.Table, lb *dataplane.LoadBalancer) {
	lb.ZoneAffinity = zoneAffinity[t.Choice("dns_record_client_routing_policy")]
	if lb.IdleTimeout = 0; t.Has("idle_timeout") {
		t.Reject("idle_timeout", schema.Fault{Rule: "must not be given of a Network Load Balancer: its listeners have tcp_idle_timeout_seconds", Code: invalidConfiguration})
	}
	if t.Has("client_keep_alive") {
		t.Reject("client_keep_alive", schema.Fault{Rule: "must not be given of a Network Load Balancer: its listeners have tcp_idle_timeout_seconds", Code: invalidConfiguration})
	}
	if t.Has("tcp_idle_timeout_seconds") {
		t.Reject("tcp_idle_timeout_seconds", schema.Fault{Rule: "must be given of a listener: each of a Network Load Balancer has its own", Code: invalidConfiguration})
	}
	t.Pass("idle_timeout", "client_keep_alive", "tcp_idle_timeout_seconds")
	l.readFlowListeners(t, lb)
	for i := range lb.Listeners {
		lb.IdleTimeout = max(lb.IdleTimeout, lb.Listeners[i].Idle, dataplane.IdleTCP)
	}
}

// refuseFlows refuses target groups of connections behind an Application Load Balancer; not behind one that
// stands for a type which is none.
func (l *loader) refuseFlows(t *schema.Table, lb *dataplane.LoadBalancer) {
	if t.Faulty("load_balancer_type") {
		return
	}
	for _, a := range lb.Actions() {
		for _, f := range a.Forward {
			if f.TargetGroup >= 0 && l.cfg.TargetGroups[f.TargetGroup].Flows.On {
				tg := l.tables["target_group"][f.TargetGroup]
				if !tg.Faulty("protocol") {
					tg.Reject("protocol", schema.Fault{Rule: `must be "HTTP" or "HTTPS" behind an Application Load Balancer`, Code: "IncompatibleProtocols"})
				}
			}
		}
	}
}
