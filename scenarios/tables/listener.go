package tables

import (
	"fmt"
	"slices"
	"strings"

	"headroom/model/controlplane"
	"headroom/model/dataplane"
	"headroom/model/routing"
	"headroom/scenarios/schema"
	"headroom/scenarios/tree"
	"headroom/sim"
)

// Where the keys of all rules and of all actions are described.
const (
	rulePattern   = "load_balancer.NAME.rule[]"
	actionPattern = "load_balancer.NAME.default_action"
)

// listenerKeys are those of the listeners of a load balancer: of the one that its own
// table describes, and of others.
func listenerKeys() []schema.Key {
	return slices.Concat(
		schema.Within("default_action", "ValidationError", actionKeys()),
		schema.Within("rule[]", "ValidationError", listenerRuleKeys()),
		schema.Within("listener[]", "ValidationError", slices.Concat(flowListenerKeys(), silentKeys(silentOfListener), []schema.Key{
			schema.Row("port", schema.Whole(1, dataplane.MaxPort), schema.Required, "where it listens; clients choose by clients.port"),
			schema.Row("protocol", schema.OneOf("HTTP: plain", "HTTPS: each new connection begins with a handshake", "TCP: connections, of a Network Load Balancer", "UDP: packets", "TCP_UDP: both on one port", "TLS: connections that begin with a handshake"), `"HTTP"`, "how clients speak to it; TCP is the default of a Network Load Balancer"),
			schema.Row("certificates", schema.List(), "", "HTTPS: what proves names; the first is that of clients who ask for none"),
			schema.Row("certificates[].domains", schema.Texts(), schema.Required, "names, *.example.com for any one label; a client whose host none of them names breaks off"),
			schema.Row("certificates[].expires", schema.Instant(), "", "from then on clients break off, unless it is renewed; never without"),
			schema.Row("certificates[].renew", schema.Flag(), "false", "whether ACM renews it 60 days before it expires, for 395 days; the same as validation_method = \"DNS\""),
			schema.Row("certificates[].validation_method", schema.OneOf("DNS: ACM has issued it and renews it", "EMAIL: ACM has issued it and asks for approval 45 days before it expires, which nobody gives", "NONE: it is imported"), "", "how ACM knows that its domains are yours; DNS with renew = true, else NONE"),
			schema.Row("certificates[].imported", schema.Flag(), "", "whether somebody else has issued it: ACM warns 45 days before it expires, and never renews it; the default where nothing renews it"),
			schema.Row("default_action", schema.Inner().Like(actionPattern), schema.Required, "what becomes of a request that matches no rule"),
			schema.Row("rule", schema.List().Like(rulePattern), "", "its rules"),
		})))
}

// readListeners reads the listener that the table of a load balancer describes, if it
// has one, and the others.
func (l *loader) readListeners(t *schema.Table, lb *dataplane.LoadBalancer) {
	others := t.Each("listener")
	switch {
	case t.Has("default_action") || len(others) == 0:
		if !t.Has("default_action") && !t.Broken {
			t.Add(schema.Fault{Path: t.PathOf("default_action"), Rule: "is required"}, t.Node, "default_action")
		}
		lb.Default = l.action(t, "default_action", false)
		lb.Rules = l.readRules(t, false)
		l.refuseVersions(t, &dataplane.Listener{Default: lb.Default, Rules: lb.Rules})
	case t.Has("rule"):
		t.Wrong("rule", "needs default_action, or to be among those of a listener")
	}
	t.Pass("default_action", "rule")
	ports := map[int]bool{}
	if t.Has("default_action") {
		ports[dataplane.PortHTTP] = true
	}
	certificates := 0
	for _, o := range others {
		listener := dataplane.Listener{Port: o.Whole("port"), Secure: o.Choice("protocol") == "HTTPS"}
		if protocols[o.Choice("protocol")] != 0 {
			o.Reject("protocol", schema.Fault{Rule: "must be HTTP or HTTPS of an Application Load Balancer", Code: "UnsupportedProtocol"})
		}
		o.Mode = "to an Application Load Balancer"
		if o.Sound("port") && ports[listener.Port] {
			o.Reject("port", schema.Fault{Rule: "must be of one listener of the load balancer", Code: "DuplicateListener"})
		}
		ports[listener.Port] = true
		listener.Certificates = l.readCertificates(o, listener.Secure)
		certificates += max(0, len(listener.Certificates)-1)
		listener.Default = l.action(o, "default_action", listener.Secure)
		listener.Rules = l.readRules(o, listener.Secure)
		l.refuseVersions(o, &listener)
		l.readSilent(o, silentOfListener)
		o.Done()
		lb.Listeners = append(lb.Listeners, listener)
	}
	l.checkQuotas(t, lb, certificates)
}

// checkQuotas refuses more of a load balancer than AWS allows.
func (l *loader) checkQuotas(t *schema.Table, lb *dataplane.LoadBalancer, certificates int) {
	rules, groups := 0, map[int]bool{}
	for _, one := range lb.AllListeners() {
		rules += len(one.Rules)
	}
	for _, a := range lb.Actions() {
		for _, f := range a.Forward {
			groups[f.TargetGroup] = true
		}
	}
	key := "listener"
	if len(lb.Listeners) == 0 {
		key = "rule"
	}
	for _, quota := range []struct {
		got, most  int
		what, code string
	}{
		{rules, routing.MaxRules, "rules", "TooManyRules"},
		{len(lb.AllListeners()), dataplane.MaxListeners, "listeners", "TooManyListeners"},
		{certificates, dataplane.MaxCertificates - 1, "certificates beside the first ones", "TooManyCertificates"},
		{len(groups), maxGroups, "target groups", "TooManyTargetGroups"},
	} {
		if quota.got > quota.most {
			t.Reject(key, schema.Fault{Rule: fmt.Sprintf("must be at most %d %s of a load balancer", quota.most, quota.what), Got: fmt.Sprint(quota.got), Code: quota.code})
		}
	}
}

// maxGroups is how many target groups a load balancer may forward to.
const maxGroups = 100

// readCertificates reads what a listener proves its names with.
func (l *loader) readCertificates(t *schema.Table, secure bool) (all []dataplane.Certificate) {
	for _, c := range t.Each("certificates") {
		certificate := dataplane.Certificate{Domains: c.Texts("domains")}
		for _, domain := range certificate.Domains {
			if !isDomain(strings.TrimPrefix(domain, "*.")) {
				c.Reject("domains", schema.Fault{Rule: `must be names such as "shop.com" and "*.shop.com", of letters, digits and hyphens`, Got: tree.Quote(domain)})
			}
		}
		if c.Sound("domains") && len(certificate.Domains) == 0 {
			c.Wrong("domains", "must name a domain")
		}
		certificate.Expires = l.expiry(t, c, certificate.Domains)
		c.Done()
		all = append(all, certificate)
	}
	switch {
	case secure && len(all) == 0 && !t.Faulty("certificates"):
		t.Add(schema.Fault{Path: t.PathOf("certificates"), Rule: "is required of HTTPS and TLS: certificates = [{ domains = [\"shop.com\"] }]", Code: "CertificateNotFound"}, t.Node, "certificates")
	case !secure && len(all) > 0 && t.Sound("protocol"):
		t.Wrong("certificates", `must be given of HTTPS and TLS only`)
	}
	return all
}

// isDomain reports whether a text is a domain name: labels of 1 to 63 letters, digits and hyphens,
// neither of whose ends is a hyphen, and 253 characters in all. (ACM, RequestCertificate, DomainName.)
func isDomain(name string) bool {
	for label := range strings.SplitSeq(name, ".") {
		if n := len(label); n < 1 || n > 63 || label[0] == '-' || label[n-1] == '-' {
			return false
		}
	}
	return len(name) <= 253 && strings.IndexFunc(name, func(c rune) bool {
		return (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' && c != '.'
	}) < 0
}

// expiry reads until when a certificate is good, by itself and by its renewals.
func (l *loader) expiry(t, c *schema.Table, domains []string) sim.Time {
	given := c.Has("expires")
	expires, method := c.Instant("expires"), l.validation(c)
	if !given {
		return sim.Never
	}
	if !c.Sound("expires") || len(domains) == 0 {
		return sim.Never
	}
	certificate := controlplane.Certificate{
		Owner: t.Path, Name: fmt.Sprintf("%s on port %d", domains[0], t.Whole("port")), Validation: method,
		Expires: sim.Time(min(max(expires.Sub(l.cfg.Start), -sim.Horizon.Duration()), sim.Horizon.Duration())),
	}
	if owner, _, ok := strings.Cut(t.Path, ".listener"); ok {
		certificate.Owner = owner
	}
	l.cfg.Certificates = append(l.cfg.Certificates, certificate)
	fails, at := certificate.Fails(), expires.Format("2006-01-02 15:04:05")
	switch {
	case fails >= l.cfg.Duration && method != controlplane.Imported && certificate.Expires > controlplane.CertificateValidity:
		l.warnAt(c.Node, fmt.Sprintf("%s: expires %s: ACM issues certificates for 395 days", c.Path, at))
	case fails >= l.cfg.Duration:
	case certificate.Expires <= 0:
		l.warnAt(c.Node, fmt.Sprintf("%s: expired before the run, at %s: handshakes fail", c.Path, at))
	default:
		l.warnAt(c.Node, fmt.Sprintf("%s: expires during the run, at %s: from then on handshakes fail; renew = true has ACM renew it", c.Path, at))
	}
	return fails
}

// validation reads by what a certificate is renewed.
func (l *loader) validation(c *schema.Table) controlplane.Validation {
	says := func(key string) bool { return c.Has(key) && c.Sound(key) }
	chosen, lasting := says("validation_method"), !c.Has("expires")
	kept, issued := says("renew"), says("imported")
	renewed, imported := c.Flag("renew"), c.Flag("imported")
	method := map[string]controlplane.Validation{"DNS": controlplane.ByDNS, "EMAIL": controlplane.ByEmail}[c.Choice("validation_method")]
	issued = issued && !imported
	switch {
	case imported && renewed:
		c.Reject("renew", schema.Fault{Rule: "must not be true with imported = true: ACM does not renew what it did not issue", Code: "ValidationException"})
	case imported && method != controlplane.Imported:
		c.Reject("validation_method", schema.Fault{Rule: `must be "NONE" with imported = true: ACM does not validate what it did not issue`, Code: "ValidationException"})
	case chosen && renewed && method != controlplane.ByDNS:
		c.Reject("renew", schema.Fault{Rule: "must not be true with validation_method = " + tree.Quote(c.Choice("validation_method")) + ": ACM renews by itself what DNS validates", Code: "ValidationException"})
	case chosen && kept && !renewed && method == controlplane.ByDNS:
		c.Mistake("renew", `must not be false with validation_method = "DNS": ACM renews what is in use`, "")
	case chosen && issued && method == controlplane.Imported:
		c.Mistake("imported", `must not be false with validation_method = "NONE"`, "")
	case lasting && renewed:
		c.Mistake("renew", "needs expires", "")
	case lasting && method != controlplane.Imported:
		c.Mistake("validation_method", "needs expires", "")
	case !chosen && (renewed || issued && !kept):
		return controlplane.ByDNS
	}
	return method
}
