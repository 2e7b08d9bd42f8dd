package controlplane

import (
	"headroom/model/alarm"
	"headroom/model/scaling"
	"headroom/sim"
)

// PolicyKind decides the mechanism around a policy: who waits for a cooldown,
// whose launches warm up.
type PolicyKind uint8

// Policy kinds.
const (
	SimpleScaling PolicyKind = iota + 1
	StepScaling
	TargetTrackingScaling
)

// ScalingPolicy is one dynamic scaling policy of a group. It is invoked by the
// actions of Config.Alarms; a target tracking policy has a high and a low alarm
// of its own there.
type ScalingPolicy struct {
	Name     string
	Kind     PolicyKind
	Policy   scaling.Policy
	Cooldown sim.Time // simple scaling; -1: the group's default
	Warmup   sim.Time // step and target tracking; -1: the group's default
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
	Side          scaling.Breach // which alarm of a target tracking policy this is
}

// MetricKind is a CloudWatch metric that the simulator publishes.
type MetricKind uint8

// Metrics. Those of instances are averaged over the counted instances of a
// group; those of load balancing are of a target group.
const (
	CPUUtilization        MetricKind = iota + 1 // percent
	NetworkIn                                   // bytes per instance and minute
	NetworkOut                                  // bytes per instance and minute
	RequestCountPerTarget                       // requests per target
	RequestCount                                // requests
	TargetResponseTime                          // seconds
	HealthyHostCount                            // targets
	UnHealthyHostCount                          // targets
)

// OfGroup reports whether the metric belongs to an Auto Scaling group rather
// than to a target group.
func (k MetricKind) OfGroup() bool { return k <= NetworkOut }

// Metric is one published number over time.
type Metric struct {
	Kind      MetricKind
	Subject   int // group or target group
	Statistic Statistic
}

// Schedule is one scheduled action of a group.
type Schedule struct {
	Name string
	scaling.Schedule
}
