package tables

import (
	"fmt"

	"headroom/model/dataplane"
	"headroom/model/network"
	"headroom/scenarios/schema"
)

// mostWaiting bounds the numbers of a service.
const mostWaiting = 1_000_000_000

func serviceKeys() []schema.Key {
	return schema.Within("service.NAME", "", []schema.Key{
		schema.Row("discipline", schema.OneOf("ps: all requests share the vCPUs", "fcfs: one request a worker, in order of arrival"), `"ps"`, "ps: all requests share the vCPUs; fcfs: one request a worker, in order of arrival"),
		schema.Row("workers", schema.Whole(1, 100_000), "", "fcfs: requests in service at once, one a vCPU without; more than vCPUs share them"),
		schema.Row("concurrency", limit(1), `"unlimited"`, "ps: requests in service at once"),
		schema.Row("backlog", limit(0), "1024", "requests that wait beyond that; one more is refused"),
		schema.Row("errors", schema.Inner(), "", "the application's own failures"),
		schema.Row("errors.rate", schema.Quantity(schema.Share, 0, 1), "0", "share of the requests that it fails"),
		schema.Row("errors.code", schema.Whole(500, 504), "500", "status of the answer: 500, 502, 503 or 504"),
		schema.Row("errors.latency", schema.Quantity(schema.Seconds, 0, 3600), `"0s"`, "CPU time of a request that fails; 0s: as one that does not"),
		schema.Row("port", schema.Whole(1, network.MaxPort), "", "where its application listens; wherever it is asked without"),
		schema.Row("keep_alive_timeout", schema.Quantity(schema.Seconds, 0.01, year), "(longer than load balancers do)", "how long its application keeps the silent connection of an Application Load Balancer; below its idle_timeout some requests meet one that it closes: 502"),
		schema.Row("tls_handshake", schema.Quantity(schema.Seconds, 0, 60), `"1ms"`, "CPU time of a TLS handshake: each new connection of a load balancer to a target group of protocol HTTPS or TLS takes one, before the first CPU time of the request that opens it, and two round trips"),
		schema.Row("on_disconnect", schema.OneOf("cancel: it is given up", "finish: it is served all the same"), `"cancel"`, "what becomes of a request whose client has gone"),
	})
}

// limit is a number of requests, or none.
func limit(least float64) schema.Type {
	return schema.Either(`integer or "unlimited"`, schema.Whole(least, mostWaiting), schema.OneOf("unlimited: as many as come"))
}

func (l *loader) readServices() {
	l.cfg.Services = make([]dataplane.Service, len(l.tables["service"]))
	l.steps = make([][]*schema.Table, len(l.cfg.Services))
	l.volumeOf = make([]string, len(l.cfg.Services))
	l.diskUses = make([][]diskUse, len(l.cfg.Services))
	l.bandwidths = make([]string, len(l.cfg.Services))
	l.swaps = make([]*schema.Table, len(l.cfg.Services))
	for i, t := range l.tables["service"] {
		s := &l.cfg.Services[i]
		*s = dataplane.Service{Name: t.Name, Discipline: dataplane.ProcessorSharing}
		switch t.Decider("discipline") {
		case "fcfs":
			s.Discipline = dataplane.FCFS
			s.Workers = t.Whole("workers")
		case "ps":
			if s.Concurrency = readLimit(t, "concurrency", 1); s.Concurrency == dataplane.NoLimit {
				s.Concurrency = 0
			}
		}
		s.Backlog = readLimit(t, "backlog", 0)
		if t.Has("errors") {
			e := t.Inside("errors")
			s.Errors = readErrors(e)
			e.Done()
		}
		t.Pass("errors")
		s.Port = uint16(t.Whole("port"))
		s.KeepAlive, s.Handshake = t.Duration("keep_alive_timeout"), t.Duration("tls_handshake")
		s.FinishAbandoned = t.Choice("on_disconnect") == "finish"
		s.Async = t.Flag("async")
		l.steps[i] = t.Each("steps")
		l.volumeOf[i] = t.Text("volume")
		s.Cache = l.readCache(t, i)
		s.Memory = l.readHolding(t, i)
		l.bandwidths[i] = t.Choice("bandwidth")
		t.Done()
	}
}

// readLimit reads a number of requests, or "unlimited".
func readLimit(t *schema.Table, key string, least int64) int {
	n := t.Value(key)
	if n.Is("unlimited") {
		return dataplane.NoLimit
	}
	if v, ok := n.AsWhole(); ok && v >= least && v <= mostWaiting {
		return int(v)
	}
	t.Mistake(key, fmt.Sprintf(`must be integer %d..%d or "unlimited"`, least, mostWaiting), "")
	return 0
}
