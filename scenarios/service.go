package scenarios

import (
	"fmt"

	"headroom/model/cloud"
)

// mostWaiting bounds the numbers of a service.
const mostWaiting = 1_000_000_000

func serviceKeys() []Key {
	return within("service.NAME", "", []Key{
		{"discipline", oneOf("ps", "fcfs"), `"ps"`, "ps: all requests share the vCPUs; fcfs: one request a worker, in order of arrival", ""},
		{"workers", whole(1, 100_000), "", "fcfs: requests in service at once, each on a vCPU of its own; one a vCPU without", ""},
		{"concurrency", loose(`integer or "unlimited"`), `"unlimited"`, "ps: requests in service at once", ""},
		{"backlog", loose(`integer or "unlimited"`), "1024", "requests that wait beyond that; one more is refused", ""},
		{"on_disconnect", oneOf("cancel", "finish"), `"cancel"`, "what becomes of a request whose client has gone", ""},
	})
}

func (l *loader) readServices() {
	l.cfg.Services = make([]cloud.Service, len(l.tables["service"]))
	for i, t := range l.tables["service"] {
		s := &l.cfg.Services[i]
		*s = cloud.Service{Name: t.name, Discipline: cloud.ProcessorSharing}
		discipline := t.choice("discipline")
		t.mode = "with discipline " + quote(discipline)
		switch discipline {
		case "fcfs":
			s.Discipline = cloud.FCFS
			s.Workers = t.whole("workers")
		case "ps":
			if s.Concurrency = t.limit("concurrency", 1); s.Concurrency == cloud.NoLimit {
				s.Concurrency = 0
			}
		default: // a fault already: neither key is to blame
			t.pass("workers")
			t.pass("concurrency")
		}
		s.Backlog = t.limit("backlog", 0)
		s.FinishAbandoned = t.choice("on_disconnect") == "finish"
		t.done()
	}
}

// limit reads a number of requests, or "unlimited".
func (t *table) limit(key string, least int64) int {
	n, _ := t.take(key, anyKind)
	switch v := n.scalar.(type) {
	case string:
		if v == "unlimited" {
			return cloud.NoLimit
		}
	case int64:
		if v >= least && v <= mostWaiting {
			return int(v)
		}
	}
	t.mistake(key, fmt.Sprintf(`must be integer %d..%d or "unlimited"`, least, mostWaiting), "")
	return 0
}

// connectServices verifies that every instance has a vCPU for each worker.
func (l *loader) connectServices() {
	for i, t := range l.tables["service"] {
		workers := l.cfg.Services[i].Workers
		if !t.sound("workers") {
			continue
		}
		for _, u := range l.users(i) {
			if u.typ < 0 || l.cfg.Types[u.typ].VCPUs >= workers {
				continue
			}
			typ := l.cfg.Types[u.typ]
			t.wrong("workers", fmt.Sprintf("must not exceed the vCPUs of %s (%s has %d): for more at once take discipline \"ps\" with concurrency",
				u.owner, typ.Name, typ.VCPUs))
			break
		}
	}
}

// user is an instance type that runs a service.
type user struct {
	owner string
	typ   int
}

// users lists who runs a service.
func (l *loader) users(service int) []user {
	var all []user
	for i := range l.cfg.Groups {
		if g := &l.cfg.Groups[i]; g.Service == service {
			for _, lt := range g.Types {
				all = append(all, user{"autoscaling_group." + g.Name, lt.Type})
			}
		}
	}
	for i := range l.cfg.Instances {
		if f := &l.cfg.Instances[i]; f.Service == service {
			all = append(all, user{"instance." + f.Name, f.Template.Type})
		}
	}
	return all
}
