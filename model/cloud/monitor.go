package cloud

import (
	"math"

	"headroom/model/alarm"
	"headroom/sim"
)

// clock is a metric period that some alarm needs: datapoints of its length end
// at its multiples.
type clock struct{ period sim.Time }

// basicPeriod is the length of EC2's datapoints without detailed monitoring.
const basicPeriod = 5 * sim.Minute

// watch is the state of one alarm.
type watch struct {
	cfg     *Alarm
	clock   int // of its own period
	source  int // of the datapoints that its metric publishes
	window  alarm.Window
	state   alarm.State
	staged  []datapoint // published, not visible yet
	from    sim.Time    // where the period of the newest visible datapoint began
	invoked sim.Time    // when its actions last ran
}

// datapoint is one value of a metric.
type datapoint struct {
	from    sim.Time // its period's beginning
	visible sim.Time
	value   float64
	ok      bool
}

// newWatches prepares the alarms and the clocks that they share.
func (w *World) newWatches() {
	for i := range w.cfg.Alarms {
		cfg := &w.cfg.Alarms[i]
		source := w.published(&cfg.Metric, cfg.Config.Period)
		w.watches = append(w.watches, watch{
			cfg:     cfg,
			clock:   w.clockOf(cfg.Config.Period),
			source:  w.clockOf(source),
			window:  alarm.NewWindow(cfg.Config.EvaluationPeriods),
			state:   alarm.InsufficientData,
			invoked: -sim.Hour,
		})
	}
}

// published is the length of the datapoints that a metric has for someone who asks
// for a period.
func (w *World) published(m *Metric, period sim.Time) sim.Time {
	if m.Kind.OfGroup() && !w.detailed(m.Subject) {
		return max(period, basicPeriod)
	}
	return period
}

func (w *World) detailed(group int) bool {
	return w.cfg.LaunchTemplates[w.cfg.Groups[group].Template].Detailed
}

func (w *World) clockOf(period sim.Time) int {
	for i, c := range w.clocks {
		if c.period == period {
			return i
		}
	}
	w.clocks = append(w.clocks, clock{period})
	return len(w.clocks) - 1
}

// startMonitoring schedules the first period of each clock, the longest first:
// where periods end together, a short one may read what the long one found.
func (w *World) startMonitoring() {
	for i := range w.clocks {
		w.schedule(w.clocks[i].period, indexed(periodEnds, i))
	}
	for i := range w.watches {
		w.schedule(alarm.EvaluationInterval(w.watches[i].cfg.Config.Period)+w.cfg.PublicationDelay,
			indexed(alarmEvaluates, i))
	}
}

// onPeriodEnds publishes a datapoint of every alarm of this clock and begins
// the next period.
func (w *World) onPeriodEnds(ev event) {
	now := w.kernel.Now()
	c := ev.index()
	for i := range w.watches {
		a := &w.watches[i]
		period := w.clocks[a.clock].period
		if a.source == c {
			p := w.measure(&a.cfg.Metric, c)
			p.from = now - w.clocks[c].period
			a.stage(p, now+w.cfg.PublicationDelay)
		} else if a.clock == c && now%w.clocks[a.source].period != 0 && period < w.clocks[a.source].period {
			a.stage(datapoint{}, now+w.cfg.PublicationDelay) // basic monitoring publishes less often
		}
	}
	w.publishInputs(c)
	w.markUsage(c)
	w.scheduleAfter(w.clocks[c].period, ev)
}

func (a *watch) stage(p datapoint, visible sim.Time) {
	p.visible = visible
	a.staged = append(a.staged, p)
}

// measure computes one datapoint of a metric over the period that ends now.
func (w *World) measure(m *Metric, c int) datapoint {
	if m.Kind.OfGroup() {
		return w.measureGroup(m, c)
	}
	return w.measureTargets(m, c)
}

// measureGroup aggregates over the members that were counted, in service and
// warm, for the whole period.
func (w *World) measureGroup(m *Metric, c int) datapoint {
	now, period := w.kernel.Now(), w.clocks[c].period
	var all spread
	for _, h := range w.groups[m.Subject].members {
		in := w.instances.Get(h)
		if in.life != serving || in.warmUntil > now-period {
			continue
		}
		in.station.advance(now)
		all.add(in.usage(m.Kind, c, period, w.cfg.Types[in.order.typ].VCPUs))
	}
	return datapoint{value: all.aggregate(m.Statistic), ok: all.n > 0}
}

// spread collects the values that one datapoint aggregates.
type spread struct {
	sum, low, high float64
	n              int
}

func (s *spread) add(v float64) {
	if s.n == 0 || v < s.low {
		s.low = v
	}
	if s.n == 0 || v > s.high {
		s.high = v
	}
	s.sum += v
	s.n++
}

func (s *spread) aggregate(by Statistic) float64 {
	switch by {
	case Minimum:
		return s.low
	case Maximum:
		return s.high
	case Sum:
		return s.sum
	}
	return s.sum / float64(max(1, s.n))
}

// usage is one instance's value of a metric since the mark of a clock: CPU in
// percent, network in bytes a minute.
func (in *instance) usage(k MetricKind, c int, period sim.Time, vcpus int) float64 {
	mark := &in.marks[c]
	minutes := period.Seconds() / 60
	switch k {
	case NetworkIn:
		return float64(in.in-mark.in) / minutes
	case NetworkOut:
		return float64(in.out-mark.out) / minutes
	}
	percent := 100 * float64(in.station.busy-mark.busy) / (float64(period) * float64(vcpus))
	return math.Round(percent*1e6) / 1e6 // departures are rounded up to whole nanoseconds
}

// measureTargets computes a target group's metric. Counters are always
// reported; a response time needs a response.
func (w *World) measureTargets(m *Metric, c int) datapoint {
	g := &w.targetGroups[m.Subject]
	now, period := w.kernel.Now(), w.clocks[c].period
	mark := g.marks[c]
	requests := float64(g.count.requests - mark.requests)
	healthy := (g.healthy.Area(now).Float64() - mark.healthyArea) / float64(period)
	switch m.Kind {
	case RequestCount:
		return datapoint{value: requests, ok: requests > 0}
	case RequestCountPerTarget:
		if healthy == 0 {
			return datapoint{}
		}
		return datapoint{value: requests / healthy, ok: true}
	case TargetResponseTime:
		n := g.count.responses - mark.responses
		if n == 0 {
			return datapoint{}
		}
		return datapoint{value: (g.count.latency - mark.latency).Seconds() / float64(n), ok: true}
	case UnHealthyHostCount:
		return datapoint{value: float64(g.registered() - int(g.healthy.Value())), ok: true}
	}
	return datapoint{value: healthy, ok: true}
}

func (g *targetGroup) registered() int {
	n := 0
	for i := range g.scopes {
		n += g.scopes[i].registered
	}
	return n
}

// markUsage notes where the next period of a clock begins.
func (w *World) markUsage(c int) {
	now := w.kernel.Now()
	for _, in := range w.instances.All() {
		in.station.advance(now)
		in.marks[c] = usageMark{busy: in.station.busy, in: in.in, out: in.out}
	}
	for i := range w.targetGroups {
		g := &w.targetGroups[i]
		g.marks[c] = g.count
		g.marks[c].healthyArea = g.healthy.Area(now).Float64()
	}
}

// onAlarmEvaluates lets an alarm look at what has become visible. Its Auto
// Scaling actions run when it enters ALARM and once a minute while it stays.
func (w *World) onAlarmEvaluates(ev event) {
	now := w.kernel.Now()
	a := &w.watches[ev.index()]
	w.scheduleAfter(alarm.EvaluationInterval(a.cfg.Config.Period), ev)
	k := 0
	for k < len(a.staged) && a.staged[k].visible <= now {
		a.window.Push(a.staged[k].value, a.staged[k].ok)
		if a.staged[k].ok {
			a.from = a.staged[k].from
		}
		k++
	}
	a.staged = append(a.staged[:0], a.staged[k:]...)
	before := a.state
	a.state = alarm.Evaluate(a.cfg.Config, &a.window, before)
	if a.state != before {
		w.meter.alarmTurns(w, a)
	}
	if a.state != alarm.Alarm || a.state == before && now < a.invoked+sim.Minute {
		return
	}
	a.invoked = now
	for _, action := range a.cfg.Actions {
		w.invoke(a, action)
	}
}

// responded counts a response.
func (g *targetGroup) responded(latency sim.Time) {
	g.count.responses++
	g.count.latency += latency
}
