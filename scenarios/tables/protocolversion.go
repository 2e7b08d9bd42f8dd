package tables

import (
	"fmt"

	"headroom/model/dataplane"
	"headroom/model/health"
	"headroom/scenarios/schema"
	"headroom/scenarios/tree"
)

// protocolVersions are those of target groups of Application Load Balancers.
var protocolVersions = map[string]dataplane.Version{"HTTP1": dataplane.HTTP1, "HTTP2": dataplane.HTTP2, "GRPC": dataplane.GRPC}

// What a target group checks that speaks gRPC, and what applications answer there: that they
// know no such method. Elsewhere they answer that all is well.
const (
	grpcPath          = "/AWS.ALB/healthcheck"
	grpcUnimplemented = 12
)

func versionKeys() []schema.Key {
	return []schema.Key{
		schema.Row("protocol_version", schema.OneOf("HTTP1: HTTP/1.1, into which HTTP/2 of clients is turned", "HTTP2: HTTP/2, of clients who speak it or gRPC", "GRPC: gRPC, of clients who speak it, or HTTP/2 by POST"), `"HTTP1"`, "how an Application Load Balancer asks its targets; what clients speak otherwise is answered 464. HTTP2 and GRPC need HTTPS listeners"),
	}
}

// readVersion reads how targets are asked, and sets what a check by gRPC asks for.
func readVersion(t *schema.Table) dataplane.Version {
	const key = "protocol_version"
	version := protocolVersions[t.Choice(key)]
	if version == dataplane.HTTP1 {
		return version
	}
	kind := t.Node.Table["target_type"]
	switch {
	case takesFlows(t) || takesPackets(t):
		t.Reject(key, schema.Fault{Rule: `must not be given without protocol "HTTP"`, Code: invalidConfiguration})
		return dataplane.HTTP1
	case kind != nil && kind.Is("lambda"):
		t.Reject(key, schema.Fault{Rule: "must be HTTP1 of a function", Code: invalidConfiguration})
		return dataplane.HTTP1
	case version == dataplane.GRPC:
		assumeCheckOf(t, map[string]any{"path": grpcPath, "matcher": fmt.Sprint(grpcUnimplemented)})
	}
	return version
}

// checkKind is what checks the targets of a group.
func checkKind(t *schema.Table, version dataplane.Version) health.Kind {
	switch {
	case takesPackets(t):
		return health.GWLB
	case takesFlows(t):
		return health.NLBHTTP
	case version == dataplane.GRPC:
		return health.GRPC
	}
	return health.ALB
}

// grpcAnswer is the gRPC status with which applications answer a check.
func grpcAnswer(path string) int {
	if path == grpcPath {
		return grpcUnimplemented
	}
	return 0
}

// matchedByAnswer is the matcher of a target group whose applications give, or do not give, the one answer that
// its own wants, of a kind that statuses of HTTP do not tell.
func matchedByAnswer(matched bool) health.Matcher {
	if matched {
		return nil
	}
	return health.Matcher{{From: 299, To: 299}} // nobody answers that
}

// refuseVersions refuses actions of a listener that target groups of HTTP/2 and gRPC do not
// have: only HTTPS listeners forward to them.
func (l *loader) refuseVersions(o *schema.Table, listener *dataplane.Listener) {
	if listener.Secure {
		return
	}
	actions := []dataplane.Action{listener.Default}
	for i := range listener.Rules {
		actions = append(actions, listener.Rules[i].Action)
	}
	for i, a := range actions {
		key := "rule"
		if i == 0 {
			key = "default_action"
		}
		for _, f := range a.Forward {
			if f.TargetGroup >= 0 && l.cfg.TargetGroups[f.TargetGroup].Version != dataplane.HTTP1 && o.Sound(key) {
				g := l.tables["target_group"][f.TargetGroup]
				o.Reject(key, schema.Fault{
					Rule: "must not forward to " + g.Path + " but from an HTTPS listener: its protocol_version is " + tree.Quote(g.Choice("protocol_version")), Code: "IncompatibleProtocols",
				})
			}
		}
	}
}
