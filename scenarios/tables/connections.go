package tables

import (
	"headroom/model/dataplane"
	"headroom/scenarios/schema"
)

// refuseKeeping refuses what clients can keep of their connections only before an
// Application Load Balancer.
func (l *loader) refuseKeeping(t *schema.Table, w *dataplane.Workload) {
	keys := []string{"connection_duration", "http2_streams"}
	if w.Clients.GRPC {
		keys = append(keys, "grpc")
	}
	if w.To != dataplane.ToLoadBalancer || w.Target < 0 || w.Target >= len(l.cfg.LoadBalancers) {
		for _, key := range keys {
			if t.Has(key) && w.To != 0 && w.To != dataplane.ToLoadBalancer {
				t.Mistake(key, "must not be given without a load balancer: nobody else keeps connections apart", "")
			}
		}
		return
	}
	lb := &l.cfg.LoadBalancers[w.Target]
	for _, key := range keys {
		if t.Has(key) && lb.Network() {
			t.Mistake(key, "must not be given before a Network Load Balancer, which knows no requests", "")
			return
		}
	}
	secure := false
	for _, listener := range lb.AllListeners() {
		secure = secure || listener.Secure
	}
	for _, key := range keys[1:] {
		if !secure && t.Has(key) {
			t.Mistake(key, "must not be given without an HTTPS listener: clients speak HTTP/2 to no other", "")
		}
	}
}
