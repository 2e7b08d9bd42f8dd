package cloud

import (
	"headroom/model"
	"headroom/sim"
	"headroom/sim/stat"
)

// Code is the HTTP status that a failed request ends with.
type Code uint8

// Codes, in the order in which outcomes list them.
const (
	Code460     Code = iota // client closed before the response
	Code502                 // refused, unreachable, or the target died
	Code503                 // no registered target
	Code504                 // no response within the idle timeout
	CodeConnect             // no answer from the load balancer's node
	CodeFixed               // fixed response of 500 or above
	codeCount
)

// Codes lists every code.
func Codes() []Code { return []Code{Code460, Code502, Code503, Code504, CodeConnect, CodeFixed} }

// String returns the code as metric labels write it.
func (c Code) String() string {
	return [...]string{"460", "502", "503", "504", "timeout", "fixed"}[c]
}

// Outcome is what one replication showed: facts and usage.
type Outcome struct {
	Config      *Config
	Replication int
	Events      int64
	Overtaken   int64 // events whose entity had gone: cancelled timers and departures
	Routes      []RouteOutcome
	Groups      []GroupOutcome
	Fleets      []FleetOutcome
	Targets     []TargetGroupOutcome
	HostPools   []HostPoolOutcome
	Tenants     []TenantOutcome
	Spot        SpotOutcome
	Activities  []Activity
	Ledger      *model.Ledger
}

// RouteOutcome is the traffic of one workload through one target group.
type RouteOutcome struct {
	Workload     int
	TargetGroup  int // None: no target group was reached (fixed responses, a dead node)
	LoadBalancer int // None: without one

	// Counts of the whole run.
	Arrived, Completed, InFlight int64
	Failed                       [codeCount]int64
	Retried                      int64 // attempts that were retries
	SpotLost                     int64 // failed because their Spot instance was reclaimed

	// Of requests that arrived after the warm-up.
	Latency           *stat.Histogram // ns, of completed ones
	Wait              stat.Tally      // ns, of those that entered service
	Waited            int64           // of those, how many waited
	MeasuredCompleted int64
	MeasuredFailed    int64

	// Per minute of the run, by the minute in which the request ended
	// (Arrivals: in which it arrived).
	Arrivals  []int64
	Completes []int64
	Failures  []int64
	LatencyNs []int64 // sum over Completes
}

// GroupOutcome is one Auto Scaling group.
type GroupOutcome struct {
	InServiceMean              float64 // time-weighted over the whole run
	InServiceMin, InServiceMax int64
	DesiredMax                 int64
	DesiredMean                float64
	Launched, Terminated       int64
	LaunchFailed               int64
	ScalingActivities          int64
	SpotInterruptions          int64
	BlockedByCooldown          int64   // decisions of simple scaling that had to wait
	Lost                       int64   // members lost to faults
	BusyVCPUSeconds            float64 // spent on requests
	PoweredVCPUSeconds         float64 // of instances in service
	// Per minute.
	DesiredSeries, InServiceSeries []int64
	CPUSeries                      []float64 // mean utilization of the minute, 0..1
}

// FleetOutcome is one [instance.NAME].
type FleetOutcome struct {
	BusyVCPUSeconds, PoweredVCPUSeconds float64
	Failed                              int64 // instances lost to faults
}

// TargetGroupOutcome is the health of one target group.
type TargetGroupOutcome struct {
	HealthyMean float64
	HealthyMin  int64
}

// HostPoolOutcome is one pool of hosts over all its zones.
type HostPoolOutcome struct {
	Hosts           int
	UsedMean        float64 // hosts with an instance aboard, time-weighted
	UsedMax         int64
	CPUAllocated    float64 // reserved / installed, time-weighted
	MemoryAllocated float64
	UsedSeries      []int64
}

// TenantOutcome is one instance workload.
type TenantOutcome struct {
	Launched, Terminated, LaunchFailed, Interrupted int64
	RunningMean                                     float64
	RunningMax                                      int64
}

// SpotOutcome is the Spot market over all pools.
type SpotOutcome struct {
	Interruptions int64
	RequestsLost  int64
}

// Activity is one line of the activity history.
type Activity struct {
	At, Until sim.Time // Until: when it was complete; At for an instantaneous one
	Subject   string   // "autoscaling_group.web"
	Kind      string   // "launch", "terminate", "set-desired", "interruption", "capacity-short", "fault", …
	Detail    string   // "desired 4 -> 7"
	Cause     string   // "policy cpu50: alarm high, metric 80.00"
	Instance  int32    // None when no single one is concerned
}
