package dataplane

import (
	"cmp"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"headroom/model"
	"headroom/model/routing"
	"headroom/sim"
)

// Ports of listeners.
const (
	PortHTTP  = 80
	PortHTTPS = 443
)

// Listener is a port of a load balancer, with rules of its own.
type Listener struct {
	Port         int
	Protocol     Protocol      // of a Network Load Balancer
	Idle         sim.Time      // of its TCP flows; 0: 350 s
	Secure       bool          // HTTPS: each new connection begins with a handshake
	Certificates []Certificate // of a secure one, which has at least one: the first is the default one
	Default      Action
	Rules        []Rule // ascending priority
}

// Protocol is what a listener of a Network Load Balancer takes.
type Protocol uint8

// Protocols. TCPUDP is TCP where the workload does not say otherwise.
const (
	TCP Protocol = iota + 1
	UDP
	TCPUDP
	TLS
)

// number is that of an IP header.
func (p Protocol) number() uint8 {
	if p == UDP {
		return 17
	}
	return 6
}

// part is what its flows are billed as.
func (p Protocol) part() uint8 {
	switch p {
	case UDP:
		return model.FlowsUDP
	case TLS:
		return model.FlowsTLS
	}
	return model.FlowsTCP
}

// After how long without a packet a flow ends, of TCP where nothing else is said.
const (
	IdleTCP = 350 * sim.Second
	IdleUDP = 120 * sim.Second

	MinIdleTCP = 60 * sim.Second
	MaxIdleTCP = 6000 * sim.Second
)

// idle is after how long a silent flow ends.
func (l *Listener) idle() sim.Time {
	if l.Protocol == UDP {
		return IdleUDP
	}
	return cmp.Or(l.Idle, IdleTCP)
}

// Certificate proves names to clients.
type Certificate struct {
	Domains []string // exact names, or *.example.com for one label more
	Expires sim.Time // from then on handshakes fail; [sim.Never] of one that is renewed
}

// names reports how well a certificate fits a host: 2 by its name, 1 by a wildcard,
// 0 not at all.
func (c *Certificate) names(host string) int {
	best := 0
	for _, domain := range c.Domains {
		_, parent, _ := strings.Cut(host, ".")
		switch {
		case strings.EqualFold(domain, host):
			return 2
		case parent != "" && !strings.HasPrefix(host, ".") && strings.EqualFold(domain, "*."+parent):
			best = 1
		}
	}
	return best
}

// expiry is until when clients that ask for a host get a certificate that they accept:
// that which names it best, of those the one that lasts longest; 0 if none names it.
// Who asks for no host gets the default one.
func (l *Listener) expiry(host string) sim.Time {
	if host == "" {
		return l.Certificates[0].Expires
	}
	best, until := 0, sim.Time(0)
	for i := range l.Certificates {
		c := &l.Certificates[i]
		if fit := c.names(host); fit > best || fit > 0 && fit == best && c.Expires > until {
			best, until = fit, c.Expires
		}
	}
	return until
}

// names reports whether a certificate of the listener that clients of a port reach is for a
// host, or none is needed.
func (lb *LoadBalancer) names(port int, host string) bool {
	i := lb.ListenerFor(port)
	if i == None || host == "" {
		return true
	}
	l := lb.AllListeners()[i]
	return !l.Secure || slices.ContainsFunc(l.Certificates, func(c Certificate) bool { return c.names(host) > 0 })
}

// serves reports whether a listener knows a host: by a certificate or a rule.
func (l *Listener) serves(host string) bool {
	if slices.ContainsFunc(l.Certificates, func(c Certificate) bool { return c.names(host) > 0 }) {
		return true
	}
	return slices.ContainsFunc(l.Rules, func(r Rule) bool {
		return slices.ContainsFunc(r.Hosts, func(pattern string) bool { return routing.CompileHost(pattern).Match(host) })
	})
}

// AllListeners lists the listeners of a load balancer: first that which Default and
// Rules describe, unless Default is empty.
func (lb *LoadBalancer) AllListeners() []Listener {
	if lb.Default.empty() && len(lb.Listeners) > 0 {
		return lb.Listeners
	}
	first := Listener{Port: cmp.Or(int(lb.Port), PortHTTP), Default: lb.Default, Rules: lb.Rules}
	if lb.Network() {
		first.Protocol = TCP
	}
	return append([]Listener{first}, lb.Listeners...)
}

// ListenerFor is the listener that clients of a port reach, [None] if there is none. 0
// is the port that they choose by themselves: 443 if that is secure, or the first.
func (lb *LoadBalancer) ListenerFor(port int) int {
	all := lb.AllListeners()
	wanted := cmp.Or(port, PortHTTPS)
	i := slices.IndexFunc(all, func(l Listener) bool { return l.Port == wanted && (port != 0 || l.Secure) })
	if i < 0 && port == 0 {
		return 0
	}
	return max(i, None)
}

// Actions lists all that the rules of a load balancer may lead to.
func (lb *LoadBalancer) Actions() []Action {
	var all []Action
	for _, l := range lb.AllListeners() {
		all = append(all, l.Default)
		for i := range l.Rules {
			all = append(all, l.Rules[i].Action)
		}
	}
	return all
}

// redirects reports whether some action sends clients elsewhere.
func (lb *LoadBalancer) redirects() bool {
	return slices.ContainsFunc(lb.Actions(), func(a Action) bool { return a.Redirect != nil })
}

// Rule sends requests that meet every given condition to its action. An
// empty condition is met by everything.
type Rule struct {
	Priority int
	Paths    []string // patterns of path_pattern
	Hosts    []string // patterns of host_header
	Methods  []string // of http_request_method
	Sources  []netip.Prefix
	Headers  []routing.HeaderCondition
	Queries  []routing.QueryCondition
	Action   Action
}

// priority is that of a rule of the listener, counted from 0; 0: of the default one.
func (l *Listener) priority(rule int) int {
	if rule < len(l.Rules) {
		return l.Rules[rule].Priority
	}
	return 0
}

// Routing returns the conditions of a rule in the words of package routing.
func (r *Rule) Routing() routing.Rule {
	return routing.Rule{
		Priority: r.Priority, HostHeaders: r.Hosts, PathPatterns: r.Paths, Methods: r.Methods,
		Sources: r.Sources, Headers: r.Headers, Queries: r.Queries,
	}
}

// Action ends the rules for a request: a forward to target groups by weight, a
// redirect, or a fixed response.
type Action struct {
	Forward  []Forward
	Redirect *Redirect
	Status   int // fixed response, when there is neither
	// Sticky is how long a client stays with the target group that Forward chose for it,
	// by the cookie AWSALBTG; 0: it does not.
	Sticky sim.Time
}

func (a *Action) empty() bool { return len(a.Forward) == 0 && a.Redirect == nil && a.Status == 0 }

// Forward is one weighted target group of an action.
type Forward struct {
	TargetGroup int
	Weight      int
}

// Redirect sends clients to another address, whose parts may have the placeholders
// #{protocol}, #{host}, #{port}, #{path} and #{query} for those of the request; an
// empty part is the request's.
type Redirect struct {
	Status                            int // 301 or 302
	Protocol, Host, Port, Path, Query string
}

// Changes reports whether a redirect leads elsewhere than where it comes from, as AWS
// asks: by another protocol, host, port or path.
func (r *Redirect) Changes() bool {
	same := func(part, own string) bool { return part == "" || part == own }
	return !same(r.Protocol, "#{protocol}") || !same(r.Host, "#{host}") || !same(r.Port, "#{port}") || !same(r.Path, "/#{path}")
}

// address is where a request goes.
type address struct {
	secure bool
	port   int
	class  RequestClass
	hops   int // redirects that led there
	origin int // the class of the source that they began with
}

// apply returns where a redirect sends a request. Clients ask there by GET, as browsers
// do, unless they asked by HEAD.
func (r *Redirect) apply(from address) address {
	path, query, _ := strings.Cut(from.class.Path, "?")
	query = strings.Trim(query+"&"+from.class.Query, "&")
	protocol := map[bool]string{false: "HTTP", true: "HTTPS"}[from.secure]
	fill := strings.NewReplacer("#{protocol}", strings.ToLower(protocol), "#{host}", from.class.Host,
		"#{port}", strconv.Itoa(from.port), "#{path}", strings.TrimPrefix(path, "/"), "#{query}", query)
	to := from
	to.secure = strings.EqualFold(fill.Replace(cmp.Or(r.Protocol, "#{protocol}")), "HTTPS")
	to.port, _ = strconv.Atoi(fill.Replace(cmp.Or(r.Port, "#{port}")))
	to.class.Host = fill.Replace(cmp.Or(r.Host, "#{host}"))
	to.class.Path = fill.Replace(cmp.Or(r.Path, "/#{path}"))
	to.class.Query = fill.Replace(cmp.Or(r.Query, "#{query}"))
	if to.class.Method != "HEAD" {
		to.class.Method = "GET"
	}
	return to
}

// portFor is the port that a source asks.
func (lb *LoadBalancer) portFor(s *source) uint16 {
	port := s.asks(nil).port
	if l := lb.ListenerFor(port); l != None {
		port = lb.AllListeners()[l].Port
	}
	return uint16(port)
}

// forwards lists the target groups of a load balancer's actions.
func (lb *LoadBalancer) forwards() []int {
	var groups []int
	for _, a := range lb.Actions() {
		for _, f := range a.Forward {
			if f.TargetGroup != None {
				groups = append(groups, f.TargetGroup)
			}
		}
	}
	return groups
}
