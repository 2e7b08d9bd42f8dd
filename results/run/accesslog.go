package run

import (
	"cmp"
	"net/netip"
	"strconv"
	"time"

	"headroom/model/cloud"
	"headroom/model/dataplane"
	"headroom/scenarios/imports/accesslog"
	"headroom/sim"
)

// LogsAccess reports whether a config has an Application Load Balancer.
func LogsAccess(cfg *cloud.Config) bool {
	for i := range cfg.LoadBalancers {
		if lb := &cfg.LoadBalancers[i]; !lb.Network() && lb.Gateway == 0 {
			return true
		}
	}
	return false
}

// logger writes what ended as the access logs of Application Load Balancers.
type logger struct {
	cfg  *cloud.Config
	to   *accesslog.Writer
	urls map[asked]string
	line accesslog.Line
	port int // of the next connection of a client
}

// asked is what an address that requests ask for is made of.
type asked struct {
	scheme, host, path, query string
	port                      int
}

// AccessLog returns what writes the requests of a replication of a config as the access
// logs of its Application Load Balancers. Addresses in it stand for something, but are
// nobody's: clients are of 198.18.0.0/15, each source of requests one, unless they say
// from where they come; targets are of 10.0.0.0/8, by the number of their server.
func AccessLog(cfg *cloud.Config, to *accesslog.Writer) func(*dataplane.Access) {
	l := &logger{cfg: cfg, to: to, urls: map[asked]string{}}
	return l.tell
}

func (l *logger) tell(a *dataplane.Access) {
	line := &l.line
	line.Kind, line.LoadBalancer = kindOf(a), l.cfg.LoadBalancers[a.LoadBalancer].Name
	line.Created, line.Ended = l.instant(a.Arrived), l.instant(a.Ended)
	line.Client, line.Target = l.client(a), netip.AddrPort{}
	if a.Server >= 0 {
		line.Target = netip.AddrPortFrom(numbered(10, a.Server+1), uint16(cmp.Or(a.ServerPort, 80)))
	}
	line.Processing = [3]time.Duration{-1, -1, -1}
	if a.Target != sim.Never {
		line.Processing = [3]time.Duration{0, time.Duration(a.Target), time.Duration(a.Ended - a.Arrived - a.Target)}
	}
	line.Status, line.TargetStatus = a.Status, a.TargetStatus
	line.In, line.Out = int64(a.In), int64(a.Out)
	line.Method, line.URL = cmp.Or(a.Asked.Method, "GET"), l.url(a)
	line.TargetGroup, line.Domain = "", ""
	if a.TargetGroup >= 0 {
		line.TargetGroup = l.cfg.TargetGroups[a.TargetGroup].Name
	}
	if a.Secure {
		line.Domain = l.host(a)
	}
	line.Priority, line.Action = a.Priority, a.Action
	l.to.Write(line)
}

// kindOf is the type of a request or connection.
func kindOf(a *dataplane.Access) string {
	switch {
	case a.Socket && a.Secure:
		return "wss"
	case a.Socket:
		return "ws"
	case a.Multiplexed:
		return "h2"
	case a.Secure:
		return "https"
	}
	return "http"
}

// instant is a time of the calendar to the nearest microsecond, which is what logs have.
func (l *logger) instant(at sim.Time) time.Time {
	return l.cfg.Start.Add(time.Duration(at)).Round(time.Microsecond)
}

// client is the address and a port of who asks.
func (l *logger) client(a *dataplane.Access) netip.AddrPort {
	const first, count = 1024, 64512
	l.port = (l.port + 1) % count
	address := a.Asked.Source
	if !address.IsValid() {
		address = numbered(198, 18<<16+a.Source+1)
	}
	return netip.AddrPortFrom(address, uint16(first+l.port))
}

// numbered is an address by its last three bytes.
func numbered(first byte, rest int) netip.Addr {
	return netip.AddrFrom4([4]byte{first, byte(rest >> 16), byte(rest >> 8), byte(rest)})
}

// host is the name that a request asks for.
func (l *logger) host(a *dataplane.Access) string {
	return cmp.Or(a.Asked.Host, l.cfg.LoadBalancers[a.LoadBalancer].Name+".example")
}

// url is the whole address that a request asks for.
func (l *logger) url(a *dataplane.Access) string {
	key := asked{"http", l.host(a), a.Asked.Path, a.Asked.Query, cmp.Or(a.Port, 80)}
	if a.Secure {
		key.scheme = "https"
	}
	url, known := l.urls[key]
	if !known {
		url = key.scheme + "://" + key.host + ":" + strconv.Itoa(key.port) + cmp.Or(key.path, "/")
		if key.query != "" {
			url += "?" + key.query
		}
		l.urls[key] = url
	}
	return url
}
