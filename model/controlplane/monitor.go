package controlplane

import (
	"slices"

	"headroom/model"
	"headroom/model/alarm"
	"headroom/sim"
	"headroom/sim/stat"
)

// clock is a metric period that some alarm needs: datapoints of its length end
// at its multiples.
type clock struct {
	period  sim.Time
	charges bool                 // somebody asks what was charged in a period
	checks  bool                 // somebody asks which status checks failed in one
	marks   []model.TargetCounts // by target group, at the start of the period
	times   []timesRecord        // of response times, that are this clock's
}

// datapoint is one value of a metric.
type datapoint struct {
	from    sim.Time // its period's beginning
	visible sim.Time
	value   float64
	ok      bool
	earlier []alarm.Value // what has become known of the periods before, the newest first
}

// publication is the datapoints of a metric on their way to who reads it.
type publication struct {
	staged []datapoint // published, not visible yet
	newest datapoint   // that is visible and has a value
}

func (q *publication) stage(p datapoint, visible sim.Time) {
	p.visible = visible
	q.staged = append(q.staged, p)
}

// take removes the oldest datapoint that has become visible.
func (q *publication) take(now sim.Time) (p datapoint, ok bool) {
	if len(q.staged) == 0 || q.staged[0].visible > now {
		return datapoint{}, false
	}
	p = q.staged[0]
	q.staged = append(q.staged[:0], q.staged[1:]...)
	if p.ok {
		q.newest = p
	}
	return p, true
}

// series is what alarms see of a metric that look at it in the same period.
type series struct {
	metric Metric
	clock  int // of the period of the alarms
	source int // of the datapoints that the metric publishes
	publication
	lookedAt sim.Time // when an alarm last looked,
	seen     int      // and how many of those staged it saw first
}

// seriesKey tells series apart.
type seriesKey struct {
	metric        Metric
	clock, source int
}

// watch is an alarm at work.
type watch struct {
	series  int
	state   alarm.State
	invoked sim.Time // when its actions last ran
	window  alarm.Window
	actions []watchAction
	cfg     *Alarm
}

// watchAction is an action of an alarm, with what its policy last said to it.
type watchAction struct {
	AlarmAction
	streak
}

// newWatches prepares the alarms, and the series and clocks that they share.
func (cp *Plane) newWatches() {
	known := map[seriesKey]int{}
	for i := range cp.cfg.Alarms {
		cfg := &cp.cfg.Alarms[i]
		source := cp.published(&cfg.Metric, cfg.Config.Period)
		key := seriesKey{cfg.Metric, cp.clockOf(cfg.Config.Period), cp.clockOf(source)}
		k, ok := known[key]
		if !ok {
			k = len(cp.series)
			known[key] = k
			cp.series = append(cp.series, series{metric: cfg.Metric, clock: key.clock, source: key.source, lookedAt: -1})
			cp.askOf(&cfg.Metric, key.source)
		}
		w := watch{
			series: k, state: alarm.InsufficientData, invoked: -sim.Hour, window: alarm.NewWindow(cfg.Config),
			actions: make([]watchAction, len(cfg.Actions)), cfg: cfg,
		}
		for n, a := range cfg.Actions {
			w.actions[n].AlarmAction = a
		}
		cp.watches = append(cp.watches, w)
	}
}

// askOf has noted at the end of each period of a clock what a metric is made of.
func (cp *Plane) askOf(m *Metric, source int) {
	c := &cp.clocks[source]
	for _, part := range m.parts() {
		c.charges = c.charges || part.Kind == CPUSurplusCreditsCharged
		c.checks = c.checks || part.Kind.ofChecks()
	}
	cp.recordTimes(m, source)
}

func (cp *Plane) clockOf(period sim.Time) int {
	for i, c := range cp.clocks {
		if c.period == period {
			return i
		}
	}
	cp.clocks = append(cp.clocks, clock{period: period, marks: make([]model.TargetCounts, cp.targetGroups)})
	return len(cp.clocks) - 1
}

// startMonitoring schedules the first period of each clock, the longest first:
// where periods end together, a short one may read what the long one found.
func (cp *Plane) startMonitoring() {
	for i := range cp.clocks {
		cp.schedule(cp.clocks[i].period, indexed(periodEnds, i))
	}
	for i := range cp.watches {
		interval := alarm.EvaluationInterval(cp.watches[i].cfg.Config.Period)
		k := slices.IndexFunc(cp.rounds, func(r round) bool { return r.interval == interval })
		if k < 0 {
			k = len(cp.rounds)
			cp.rounds = append(cp.rounds, round{interval: interval})
			cp.schedule(interval+cp.cfg.PublicationDelay, indexed(alarmsEvaluate, k))
		}
		cp.rounds[k].watches = append(cp.rounds[k].watches, i)
	}
}

// round is the alarms that look in the same instants, in their order.
type round struct {
	interval sim.Time
	watches  []int
}

// onPeriodEnds publishes a datapoint of every metric of this clock and begins
// the next period.
func (cp *Plane) onPeriodEnds(ev model.Event) {
	c := ev.Index()
	cp.data.Settle()
	for _, in := range cp.instances.All() {
		in.use = cp.useOf(in)
	}
	cp.publishSeries(c)
	cp.publishInputs(c)
	cp.markUsage(c)
	cp.scheduleAfter(cp.clocks[c].period, ev)
}

// publishSeries stages a datapoint of every series of a clock.
func (cp *Plane) publishSeries(c int) {
	now := cp.kernel.Now()
	visible, from := now+cp.cfg.PublicationDelay, now-cp.clocks[c].period
	for i := range cp.series {
		s := &cp.series[i]
		if s.source == c {
			p := cp.measure(&s.metric, c)
			p.from = from
			s.stage(p, visible)
		} else if s.clock == c && now%cp.clocks[s.source].period != 0 && cp.clocks[c].period < cp.clocks[s.source].period {
			s.stage(datapoint{}, visible) // basic monitoring publishes less often
		}
	}
}

// markUsage notes where the next period of a clock begins.
func (cp *Plane) markUsage(c int) {
	for _, in := range cp.instances.All() {
		in.marks[c].ServerUse = in.use
		if cp.clocks[c].charges && in.account.mode != 0 {
			in.marks[c].charged = cp.data.Burst(in.server).Charged
		}
		if cp.clocks[c].checks {
			cp.countChecks(in)
			in.marks[c].failed = in.failed
		}
	}
	for i := range cp.clocks[c].marks {
		cp.clocks[c].marks[i] = cp.data.TargetCounts(i)
	}
	for _, r := range cp.clocks[c].times {
		*cp.data.Times(r.group, r.record) = stat.Histogram{}
	}
}

// onAlarmsEvaluate lets the alarms of a round look, one after another: each counts as an event.
func (cp *Plane) onAlarmsEvaluate(ev model.Event) {
	r := &cp.rounds[ev.Index()]
	cp.scheduleAfter(r.interval, ev)
	cp.together += int64(len(r.watches) - 1)
	for _, i := range r.watches {
		cp.evaluate(i)
	}
}

// Together returns how many events others have played along with them.
func (cp *Plane) Together() int64 { return cp.together }

// evaluate lets an alarm look at what has become visible. Its Auto Scaling actions run
// when it enters ALARM and once a minute while it stays.
func (cp *Plane) evaluate(i int) {
	now := cp.kernel.Now()
	a := &cp.watches[i]
	s := &cp.series[a.series]
	for _, p := range s.look(now) {
		a.window.Push(p.value, p.ok)
		for k, v := range p.earlier {
			a.window.Revise(k+2, v.Value, v.OK)
		}
	}
	before := a.state
	a.state = alarm.Evaluate(&a.window, before)
	if a.state != before {
		cp.noteAlarm(a)
	}
	if a.state != alarm.Alarm {
		cp.recordSilence(i)
		return
	}
	if a.state == before && now < a.invoked+sim.Minute {
		return
	}
	a.invoked = now
	for k := range a.actions {
		cp.invoke(i, k)
	}
}

// look returns the datapoints that have become visible since the instant before in which
// alarms looked at the series.
func (s *series) look(now sim.Time) []datapoint {
	if s.lookedAt != now {
		s.staged = slices.Delete(s.staged, 0, s.seen)
		for s.lookedAt, s.seen = now, 0; s.seen < len(s.staged) && s.staged[s.seen].visible <= now; s.seen++ {
			if p := &s.staged[s.seen]; p.ok {
				s.newest = *p
			}
		}
	}
	return s.staged[:s.seen]
}
