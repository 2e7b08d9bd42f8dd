package dataplane

import (
	"headroom/model"
	"headroom/sim"
	"headroom/sim/stat"
)

// minutePoints are the points of the latency distribution that are kept by minute.
var minutePoints = [...]float64{0.5, 0.95, 0.99}

// MinutePoints are the median and the 95th and 99th percentile of a part's latency by
// minute, ns; [NoLatency] where nothing was answered, none for a part that never was.
type MinutePoints [len(minutePoints)][]int64

// NoLatency stands for a minute without responses.
const NoLatency = -1

// Minutes are the points of all requests of workloads, and of each part.
type Minutes struct {
	All                                          MinutePoints
	Workloads, TargetGroups, Balancers, Services []MinutePoints // by index; services as those who are asked
}

// timeline follows the latencies of parts by minute, from what the histograms of
// routes got in it: a request knows nothing of it.
type timeline struct {
	minutes Minutes
	tallies []*minuteTally
	parts   [][]int          // of tallies, by route
	seen    []stat.Histogram // by route, as of the last turn
	early   []stat.Histogram // the same before the warm-up had ended
	fresh   stat.Histogram   // what one route got
	turned  int              // minutes that are over
}

// minuteTally is a part's minute that is being added up, and where its points go.
type minuteTally struct {
	latency stat.Histogram
	points  *MinutePoints
}

// newTimeline prepares to follow the routes of a meter.
func (p *Plane) newTimeline() {
	l := &timeline{
		seen: make([]stat.Histogram, len(p.meter.routes)), early: make([]stat.Histogram, len(p.meter.routes)),
		minutes: Minutes{
			Workloads: make([]MinutePoints, len(p.cfg.Workloads)), TargetGroups: make([]MinutePoints, len(p.targetGroups)),
			Balancers: make([]MinutePoints, len(p.balancers)), Services: make([]MinutePoints, len(p.cfg.Services)),
		},
	}
	places := map[*MinutePoints]int{}
	for i := range p.meter.routes {
		r := &p.meter.routes[i]
		var parts []int
		if r.Latency != nil {
			if p.meter.warmup > 0 {
				r.Early = new(stat.Histogram)
			}
			for _, to := range l.minutes.of(r) {
				at, known := places[to]
				if !known {
					at = len(l.tallies)
					places[to] = at
					l.tallies = append(l.tallies, &minuteTally{points: to})
				}
				parts = append(parts, at)
			}
		}
		l.parts = append(l.parts, parts)
	}
	p.timeline = l
	if len(l.tallies) > 0 {
		p.schedule(sim.Minute-1, indexed(minuteEnds, 0))
	}
}

// of lists where the points of a route go.
func (m *Minutes) of(r *RouteOutcome) (all []*MinutePoints) {
	if r.Workload != None {
		all = append(all, &m.All, &m.Workloads[r.Workload])
	}
	if r.TargetGroup != None {
		all = append(all, &m.TargetGroups[r.TargetGroup])
	}
	if r.LoadBalancer != None {
		all = append(all, &m.Balancers[r.LoadBalancer])
	}
	if r.Callee != None {
		all = append(all, &m.Services[r.Callee])
	}
	return all
}

// onMinuteEnds is the last instant of a minute, after all that happens in it.
func (p *Plane) onMinuteEnds(ev model.Event) {
	p.housekeeping++
	p.settleAll()
	p.timeline.turn(p.meter.routes)
	p.schedule(p.kernel.Now()+sim.Minute, ev)
}

// turn takes the points of the minute that ends.
func (l *timeline) turn(routes []RouteOutcome) {
	for i := range routes {
		r := &routes[i]
		if len(l.parts[i]) == 0 {
			continue
		}
		l.take(i, r.Latency, &l.seen[i])
		if r.Early != nil {
			l.take(i, r.Early, &l.early[i])
		}
	}
	for _, t := range l.tallies {
		for k, q := range minutePoints {
			point := int64(NoLatency)
			if t.latency.Count() > 0 {
				point = t.latency.Quantile(q)
			}
			t.points[k] = append(t.points[k], point)
		}
		t.latency.Set(&stat.Histogram{})
	}
	l.turned++
}

// take adds what a route got to the minute of its parts.
func (l *timeline) take(route int, latency, seen *stat.Histogram) {
	if latency.Count() == seen.Count() {
		return
	}
	l.fresh.SetSince(latency, seen)
	seen.Set(latency)
	for _, part := range l.parts[route] {
		l.tallies[part].latency.Merge(&l.fresh)
	}
}

// outcome returns the points of so many minutes, and of the instant after them.
func (l *timeline) outcome(routes []RouteOutcome, minutes int) *Minutes {
	if l == nil {
		return nil
	}
	for l.turned <= minutes {
		l.turn(routes)
	}
	return &l.minutes
}
