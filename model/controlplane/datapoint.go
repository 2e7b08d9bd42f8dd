package controlplane

import (
	"fmt"
	"math"

	"headroom/sim"
	"headroom/sim/stat"
)

// measure computes one datapoint of a metric over the period that ends now.
func (cp *Plane) measure(m *Metric, c int) datapoint {
	switch {
	case m.Math != nil:
		return cp.compute(m.Math, c)
	case m.Kind.counted():
		return datapoint{value: cp.countMembers(m), ok: true}
	case m.Kind.OfGroup():
		return cp.measureGroup(m, c)
	}
	return cp.measureTargets(m, c)
}

// measureGroup aggregates over the members that were counted, in service and
// warm, for the whole period.
func (cp *Plane) measureGroup(m *Metric, c int) datapoint {
	now, period := cp.kernel.Now(), cp.clocks[c].period
	var all spread
	all.keeps = m.Statistic == Percentile
	for _, in := range cp.membersOf(&cp.groups[m.Subject]) {
		if m.Kind.ofChecks() && in.inService() {
			cp.countChecks(in)
			all.addChecks(in.failed.of(m.Kind)-in.marks[c].failed.of(m.Kind), period)
			continue
		}
		if !in.inService() || in.warmUntil > now-period || m.Kind.ofCredits() && in.account.mode == 0 ||
			m.Kind == MemoryUsed && in.profile == "" && !in.isTask() { // an agent without a role publishes nothing
			continue
		}
		if m.Kind.ofCredits() {
			all.add(in.credits(m.Kind, cp.data.Burst(in.server), c))
			continue
		}
		all.add(in.usage(m.Kind, usedIn{c, period, cp.frame.Types[in.order.typ].VCPUs}))
	}
	if m.Statistic == Percentile {
		return datapoint{value: percentile(all.values, m.Percent), ok: all.n > 0}
	}
	return datapoint{value: all.aggregate(m.Statistic), ok: all.n > 0}
}

// usedIn is the clock of a metric, its period, and the vCPUs that it is about.
type usedIn struct {
	clock  int
	period sim.Time
	vcpus  int
}

// usage is one instance's value of a metric since the mark of a clock: CPU and memory in
// percent, network in bytes a minute.
func (in *instance) usage(k MetricKind, u usedIn) float64 {
	used, mark := &in.use, &in.marks[u.clock]
	minutes := u.period.Seconds() / 60
	switch k {
	case NetworkIn:
		return float64(used.In-mark.In) / minutes
	case NetworkOut:
		return float64(used.Out-mark.Out) / minutes
	case MemoryUsed:
		return math.Round(1e8*(used.Memory-mark.Memory)/float64(u.period)) / 1e6
	case CPUUtilization:
		percent := 100 * float64(used.Busy-mark.Busy) / (float64(u.period) * float64(u.vcpus))
		return math.Round(percent*1e6) / 1e6 // departures are rounded up to whole nanoseconds
	}
	panic(fmt.Sprintf("controlplane: metric %d is not of an instance", k))
}

// measureTargets computes a target group's metric. Counters are always
// reported; a response time needs a response.
func (cp *Plane) measureTargets(m *Metric, c int) datapoint {
	counts := cp.data.TargetCounts(m.Subject)
	mark := cp.clocks[c].marks[m.Subject]
	requests := float64(counts.Requests - mark.Requests)
	healthy := (counts.HealthyArea - mark.HealthyArea) / float64(cp.clocks[c].period)
	switch m.Kind {
	case RequestCount:
		return datapoint{value: requests, ok: requests > 0}
	case RequestCountPerTarget:
		if healthy == 0 {
			return datapoint{}
		}
		return datapoint{value: requests / healthy, ok: true}
	case TargetResponseTime:
		n := counts.Responses - mark.Responses
		if n == 0 {
			return datapoint{}
		}
		if m.Statistic != Average {
			return datapoint{value: m.timeOf(cp.data.Times(m.Subject, cp.clocks[c].timesOf(m.Subject))), ok: true}
		}
		return datapoint{value: counts.Latency.Minus(mark.Latency).Float64() / float64(sim.Second) / float64(n), ok: true}
	case RequestsInFlight, RequestsQueued:
		waiting, all := cp.data.TargetRequests(m.Subject)
		if m.Kind == RequestsQueued {
			all = waiting
		}
		return datapoint{value: float64(all), ok: true}
	case UnHealthyHostCount:
		return datapoint{value: float64(counts.Unhealthy), ok: true}
	case HealthyHostCount:
		return datapoint{value: healthy, ok: true}
	}
	panic(fmt.Sprintf("controlplane: metric %d is not of a target group", m.Kind))
}

// timeOf is the statistic of response times that a metric asks for, in seconds.
func (m *Metric) timeOf(times *stat.Histogram) float64 {
	q := m.Percent / 100
	switch m.Statistic {
	case Minimum:
		return float64(times.Min()) / float64(sim.Second)
	case Maximum:
		q = 1
	}
	return float64(times.Quantile(q)) / float64(sim.Second)
}

// BasicPeriod is the length of EC2's datapoints without detailed monitoring.
const BasicPeriod = 5 * sim.Minute

// published is the length of the datapoints that a metric has for someone who asks
// for a period.
func (cp *Plane) published(m *Metric, period sim.Time) sim.Time {
	if m.Math != nil {
		longest := period
		for i := range m.Math.Terms {
			longest = max(longest, cp.published(&m.Math.Terms[i], period))
		}
		return longest
	}
	if m.Kind == MemoryUsed || m.Interval > 0 { // a custom metric: the agent publishes it every minute
		return period
	}
	if m.Kind.counted() || m.Kind.ofChecks() { // every minute, whatever the monitoring of instances
		return period
	}
	if m.Kind.ofCredits() || m.Kind.OfGroup() && !cp.detailed(m.Subject) {
		return max(period, BasicPeriod)
	}
	return period
}

func (cp *Plane) detailed(group int) bool {
	return cp.cfg.LaunchTemplates[cp.cfg.Groups[group].Template].Detailed
}

// recordTimes has the data plane keep the response times of the target groups of a metric that
// is a percentile of them, or the least or most.
func (cp *Plane) recordTimes(m *Metric, c int) {
	for _, part := range m.parts() {
		if part.Kind != TargetResponseTime || part.Statistic == Average || cp.clocks[c].timesOf(part.Subject) != None {
			continue
		}
		cp.clocks[c].times = append(cp.clocks[c].times, timesRecord{part.Subject, cp.data.RecordTimes(part.Subject)})
	}
}

// timesRecord is which record of a target group's response times a clock has.
type timesRecord struct{ group, record int }

// timesOf returns the record of a target group; None if there is none.
func (c *clock) timesOf(group int) int {
	for _, r := range c.times {
		if r.group == group {
			return r.record
		}
	}
	return None
}
