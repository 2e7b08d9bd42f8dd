package tables

import (
	"headroom/model/dataplane"
	"headroom/scenarios/schema"
	"headroom/scenarios/tree"
)

// plainToHTTPS is what applications answer who are asked plain HTTP where they speak HTTPS, as Apache, nginx and Go do.
const plainToHTTPS = 400

// speaksTLS reports whether the nodes of a load balancer encrypt again what a TLS listener has decrypted.
func speaksTLS(t *schema.Table) bool { return t.Node.Table["protocol"].Is("TLS") }

// speaksHTTPS reports whether the nodes of a load balancer speak HTTPS to the targets of a group.
func speaksHTTPS(t *schema.Table) bool {
	n := t.Node.Table["protocol"]
	return n != nil && n.Is("HTTPS")
}

// assumeHTTPS has the targets of such a group be checked by HTTPS. The API's own default is HTTP, with which they are
// never healthy.
func assumeHTTPS(t *schema.Table) { assumeCheckOf(t, map[string]any{"protocol": "HTTPS"}) }

// checkedPlain reports whether a check asks HTTP on the port where its target speaks HTTPS.
func checkedPlain(t *schema.Table) bool {
	n := t.Node.Table["health_check"]
	if n == nil || n.Form != tree.TableForm || !speaksHTTPS(t) {
		return false
	}
	port := n.Table["port"]
	return n.Table["protocol"].Is("HTTP") && (port == nil || port.Is("traffic-port"))
}

// assumePort is where targets that speak HTTPS are asked if nobody says.
func (l *loader) assumePort(t *schema.Table, tg *dataplane.TargetGroup) {
	if tg.Secure && !t.Has("port") && (tg.Service < 0 || l.cfg.Services[tg.Service].Port == 0) {
		tg.Port = dataplane.PortHTTPS
	}
}
