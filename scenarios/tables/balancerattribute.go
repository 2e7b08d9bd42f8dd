package tables

import (
	"headroom/model/dataplane"
	"headroom/scenarios/schema"
)

// forwardedModes are what a load balancer does with X-Forwarded-For.
var forwardedModes = map[string]dataplane.ForwardedMode{"append": dataplane.AppendForwarded, "preserve": dataplane.PreserveForwarded, "remove": dataplane.RemoveForwarded}

// silent is an attribute of aws_lb, or of aws_lb_listener, that nothing here depends on.
type silent struct {
	key    string
	is     schema.Type
	read   func(t *schema.Table, key string) (unusual bool)
	preset string
	why    string
}

func flagged(t *schema.Table, key string) bool { return t.Flag(key) }
func chosen(t *schema.Table, key string) bool  { return t.Choice(key) != "defensive" }
func written(t *schema.Table, key string) bool { return t.Text(key) != "" }

// silentAttributes are those of load balancers.
var silentAttributes = []silent{
	{"enable_deletion_protection", schema.Flag(), flagged, "false", "nothing here deletes a load balancer"},
	{"drop_invalid_header_fields", schema.Flag(), flagged, "false", "no client here sends invalid headers"},
	{"desync_mitigation_mode", schema.OneOf("monitor: they pass", "defensive: those that are dangerous do not", "strictest: none passes"), chosen, `"defensive"`, "no client here sends malformed requests"},
	{"preserve_host_header", schema.Flag(), flagged, "false", "applications here do not look at the host"},
	{"enable_xff_client_port", schema.Flag(), flagged, "false", "applications here do not look at the port of clients"},
	{"enable_tls_version_and_cipher_suite_headers", schema.Flag(), flagged, "false", "applications here do not look at the cipher of clients"},
	{"enable_waf_fail_open", schema.Flag(), flagged, "false", "there is no web application firewall here"},
}

// silentOfListener are those of listeners.
var silentOfListener = []silent{
	{"ssl_policy", schema.Text(), written, "", "a handshake takes as long by every policy"},
}

// silentKeys are the rows of attributes that change nothing.
func silentKeys(attributes []silent) (keys []schema.Key) {
	for _, s := range attributes {
		keys = append(keys, schema.Row(s.key, s.is, s.preset, "changes nothing: "+s.why))
	}
	return keys
}

// attributeKeys are the attributes of load balancers, as Terraform has them.
func attributeKeys() []schema.Key {
	return append(silentKeys(silentAttributes), []schema.Key{
		schema.Row("xff_header_processing_mode", schema.OneOf("append: the address that a request comes from is added", "preserve: it stays as it comes", "remove: it is taken away"), `"append"`, "application: what becomes of X-Forwarded-For on the way to targets, which pass it on in calls with forwarded_headers; the next load balancer answers 463 where it has more than 30 addresses"),
		schema.Row("enable_http2", schema.Flag(), "true", "application: whether clients may speak HTTP/2; otherwise their connections carry one request at a time"),
	}...)
}

// readAttributes reads the attributes of a load balancer, and says which of them change nothing.
func (l *loader) readAttributes(t *schema.Table, lb *dataplane.LoadBalancer) {
	lb.Forwarded, lb.OldHTTP = forwardedModes[t.Choice("xff_header_processing_mode")], !t.Flag("enable_http2")
	if lb.Network() || lb.IsGateway() {
		const rule = "must not be given but of an Application Load Balancer: the others know no requests"
		if lb.Forwarded != dataplane.AppendForwarded {
			t.Reject("xff_header_processing_mode", schema.Fault{Rule: rule, Code: invalidConfiguration})
		}
		if lb.OldHTTP && t.Sound("enable_http2") {
			t.Reject("enable_http2", schema.Fault{Rule: rule, Code: invalidConfiguration})
		}
	}
	l.readSilent(t, silentAttributes)
}

// readSilent warns of attributes that are given and change nothing.
func (l *loader) readSilent(t *schema.Table, attributes []silent) {
	for _, s := range attributes {
		if s.read(t, s.key) && t.Sound(s.key) {
			l.warnAt(t.Node.Table[s.key], t.PathOf(s.key)+": has no effect: "+s.why)
		}
	}
}
