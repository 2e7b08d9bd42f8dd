package tables

import (
	"headroom/model/dataplane"
	"headroom/scenarios/schema"
)

// websocketKeys say what clients do whose connections are WebSockets.
func websocketKeys() []schema.Key {
	return []schema.Key{
		schema.Row("websocket", schema.Inner(), "", "each arrival is a client who upgrades its connection to an Application Load Balancer and sends messages over it, each a request: all of them go to the target of the first, through its draining and its failing checks"),
		schema.Row("websocket.lifetime", schema.Law(schema.Seconds), schema.Required, "from the first message of a client to its end"),
		schema.Row("websocket.interval", schema.Law(schema.Seconds), schema.Required, "from the answer to a message to the next message; longer than the idle_timeout of the load balancer, and that closes the connection"),
		schema.Row("websocket.reconnect", schema.Flag(), "true", "whether a client whose connection was closed opens another, by the rules and with any target, with its next message"),
	}
}

// readWebsocket reads what clients do whose connections are WebSockets.
func (l *loader) readWebsocket(t *schema.Table, w *dataplane.Workload, c *dataplane.Clients) {
	if !t.Has("websocket") {
		return
	}
	in := t.Inside("websocket")
	s := dataplane.Websocket{Lifetime: l.law(in, "lifetime"), Interval: l.law(in, "interval"), Reconnect: in.Flag("reconnect")}
	if s.Interval != nil && s.Interval.Mean() < dataplane.MinThink.Seconds() {
		in.Mistake("interval", "must have a mean of at least "+dataplane.MinThink.String(), "")
	}
	if s.Lifetime != nil && s.Lifetime.Mean() <= 0 {
		in.Mistake("lifetime", "must be longer than 0", "")
	}
	in.Done()
	for _, other := range []struct {
		key   string
		given bool
	}{
		{"retry", c.RetryAttempts > 0}, {"requests_per_connection", c.PerConnection > 1},
		{"sessions", t.Has("sessions")}, {"users", t.Has("users")},
		{"connection_duration", t.Has("connection_duration")}, {"http2_streams", t.Has("http2_streams")}, {"keep_alive", t.Has("keep_alive")},
	} {
		if other.given {
			t.Mistake(other.key, "must not be given beside websocket, whose clients send one message after the other over one connection", "")
		}
	}
	switch lb := l.balancerOf(w); {
	case w.To == 0:
	case w.Record > 0:
		t.Mistake("websocket", "must not be given with a dns_record: give its load balancer", "")
	case lb == nil && w.To != dataplane.ToLoadBalancer, lb != nil && lb.Network():
		t.Mistake("websocket", "must not be given without an Application Load Balancer: nobody else upgrades connections", "")
	case w.Rows != nil:
		t.Mistake("websocket", "must not be given with columns of a trace, which has a row for each arrival and none for messages", "")
	}
	w.Websocket, c.StayPut = s, true
}

// balancerOf is the load balancer that a workload goes to; nil without, or if it is faulty.
func (l *loader) balancerOf(w *dataplane.Workload) *dataplane.LoadBalancer {
	if w.To != dataplane.ToLoadBalancer || w.Target < 0 || w.Target >= len(l.cfg.LoadBalancers) {
		return nil
	}
	return &l.cfg.LoadBalancers[w.Target]
}
