package controlplane

import (
	"headroom/model/alarm"
	"headroom/model/scaling"
	"headroom/sim"
)

// ScalingPolicy is one dynamic scaling policy of a group, AWS's or your own. It is
// invoked by the actions of Config.Alarms (of which those that its mechanism brings
// along must be there too), and at instants of its own if its policy is a
// [scaling.Waker].
type ScalingPolicy struct {
	Name   string
	Spec   scaling.Spec
	Inputs []Input // the metrics whose history it sees
	// Cooldowns are those of a policy of Application Auto Scaling, of an ECS service; nil of
	// other groups.
	Cooldowns *scaling.Cooldowns
}

// Input is a metric whose history a policy sees, in datapoints of a period. That of
// a group with basic monitoring is 300 s at least.
type Input struct {
	Metric Metric
	Period sim.Time
}

// Alarm is one CloudWatch alarm.
type Alarm struct {
	Name    string
	Metric  Metric
	Config  alarm.Config
	Actions []AlarmAction // invoked while the alarm is in ALARM
}

// AlarmAction invokes one policy of one group.
type AlarmAction struct {
	Group, Policy int
	Side          scaling.Breach // which side of its policy this is
}

// MetricKind is a CloudWatch metric that the simulator publishes.
type MetricKind uint8

// Metrics. Those of instances are averaged over the counted instances of a
// group; those of load balancing are of a target group.
const (
	CPUUtilization               MetricKind = iota + 1 // percent
	NetworkIn                                          // bytes per instance and minute
	NetworkOut                                         // bytes per instance and minute
	CPUCreditUsage                                     // credits spent in the period
	CPUCreditBalance                                   // credits at its end
	CPUSurplusCreditBalance                            // credits owed at its end
	CPUSurplusCreditsCharged                           // credits charged in the period
	MemoryUsed                                         // percent of the RAM, as the CloudWatch agent has it
	StatusCheckFailed                                  // status checks of an instance, one a minute, any of which failed
	StatusCheckFailedSystem                            // the same of what it runs on
	StatusCheckFailedInstance                          // the same of itself
	StatusCheckFailedAttachedEBS                       // the same of its volumes
	RequestCountPerTarget                              // requests per target
	RequestCount                                       // requests
	TargetResponseTime                                 // seconds
	HealthyHostCount                                   // targets
	UnHealthyHostCount                                 // targets
	RequestsInFlight                                   // that a target group has at the end of the period
	RequestsQueued                                     // of them, that wait in line at a target
	GroupMinSize                                       // the group's, as it is now
	GroupMaxSize                                       // the same
	GroupDesiredCapacity                               // the same
	GroupInServiceInstances                            // instances in service, warm or not
	GroupPendingInstances                              // on their way there, or held by a launch hook
	GroupStandbyInstances                              // on standby
	GroupTerminatingInstances                          // on their way out
	GroupTotalInstances                                // all four together
	ReservedByTasks                                    // CapacityProviderReservation: percent of its instances that tasks need
	Computed                                           // of other metrics, see [Math]
)

// OfGroup reports whether the metric belongs to an Auto Scaling group rather
// than to a target group.
func (k MetricKind) OfGroup() bool { return k <= StatusCheckFailedAttachedEBS || k.counted() }

// counted reports whether the group itself is counted, and not its instances measured.
func (k MetricKind) counted() bool { return k >= GroupMinSize && k <= ReservedByTasks }

// Custom reports whether CloudWatch has no such metric: whoever wants it publishes it.
func (k MetricKind) Custom() bool { return k == RequestsInFlight || k == RequestsQueued }

// ofCredits reports whether only instances with CPU credits have the metric, every five
// minutes whatever their monitoring.
func (k MetricKind) ofCredits() bool { return k >= CPUCreditUsage && k <= CPUSurplusCreditsCharged }

// ofChecks reports whether it is about status checks, which every instance has every minute.
func (k MetricKind) ofChecks() bool {
	return k >= StatusCheckFailed && k <= StatusCheckFailedAttachedEBS
}

// Metric is one published number over time.
type Metric struct {
	Kind      MetricKind
	Subject   int // group or target group
	Statistic Statistic
	Percent   float64  // of Statistic Percentile: 0 to 100
	Interval  sim.Time // how often it is published as a metric of your own; 0: as AWS publishes it
	Math      *Math    // of Kind Computed
}

// GroupMetric is a metric of a group itself, by CloudWatch's name.
type GroupMetric struct {
	Name string
	Kind MetricKind
}

// Math is a number that is computed from other metrics, datapoint by datapoint (CloudWatch
// User Guide, "Use metric math").
type Math struct {
	Terms      []Metric
	Expression *alarm.Expression // over the terms, in their order
}

// Basic reports whether a part of the metric is of the instances of groups, which publish it
// every five minutes if the test says that they are not monitored in detail.
func (m *Metric) Basic(detailed func(group int) bool) bool {
	for _, part := range m.parts() {
		if part.Kind <= MemoryUsed && part.Interval == 0 && !detailed(part.Subject) {
			return true
		}
	}
	return false
}

// parts returns the metrics that are measured for a metric: its terms, or itself.
func (m *Metric) parts() []Metric {
	if m.Math == nil {
		return []Metric{*m}
	}
	var all []Metric
	for i := range m.Math.Terms {
		all = append(all, m.Math.Terms[i].parts()...)
	}
	return all
}

// Schedule is one scheduled action of a group.
type Schedule struct {
	Name string
	scaling.Schedule
}
