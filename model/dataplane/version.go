package dataplane

// Version is the protocol in which an Application Load Balancer asks the targets of a group
// (protocol_version).
type Version uint8

// Versions. The load balancer turns HTTP/2 of clients into HTTP/1.1, and nothing else into
// another.
const (
	HTTP1 Version = iota
	HTTP2
	GRPC
)

// versions are those of the target groups; nil if all are HTTP/1.1.
func (t *Traffic) versions() (all []Version) {
	for i := range t.TargetGroups {
		if t.TargetGroups[i].Version != HTTP1 {
			for k := range t.TargetGroups {
				all = append(all, t.TargetGroups[k].Version)
			}
			return all
		}
	}
	return nil
}

// speaks is the protocol of clients at a listener.
func (f *wayfinder) speaks(secure bool) Version {
	switch {
	case !secure || f.lb.OldHTTP || f.clients.Streams == 0 && !f.clients.GRPC:
		return HTTP1
	case f.clients.GRPC:
		return GRPC
	}
	return HTTP2
}

// takes reports whether targets of a version can be asked for what clients have asked in
// another, by a method (Target groups for your Application Load Balancers, "Protocol version"):
// HTTP/1.1 takes HTTP/2, HTTP/2 takes gRPC, and gRPC takes HTTP/2 by POST.
func (v Version) takes(asked Version, method string) bool {
	switch v {
	case HTTP2:
		return asked != HTTP1
	case GRPC:
		return asked == GRPC || asked == HTTP2 && method == "POST"
	default:
		return asked != GRPC
	}
}

// rejects is with what a load balancer answers a request before its rules have their say: what
// its client has done wrong, too many addresses in X-Forwarded-For, or a protocol that its targets do not speak.
func (f *wayfinder) rejects(at *address, a *classAction) Code {
	if at.class.Rejected != 0 {
		return at.class.Rejected
	}
	if at.class.Forwarded > MaxForwardedFor {
		return Code463
	}
	asked := f.speaks(at.secure)
	for _, g := range a.groups {
		version := HTTP1
		if f.versions != nil {
			version = f.versions[g]
		}
		if !version.takes(asked, at.class.Method) {
			return Code464
		}
	}
	return 0
}
