package scaling

import (
	"fmt"
	"slices"
	"strings"
)

// Process is what a group does of itself, and may be told not to do. Values combine as sets
// (Amazon EC2 Auto Scaling User Guide, "Suspend and resume processes").
type Process uint16

// Processes of a group.
const (
	Launch Process = 1 << iota
	Terminate
	AddToLoadBalancer
	AlarmNotification
	AZRebalance
	HealthCheck
	InstanceRefresh
	ReplaceUnhealthy
	ScheduledActions

	AllProcesses = 1<<iota - 1
)

// ProcessKind is a line of the table of processes.
type ProcessKind struct {
	Process     Process
	Name        string // AWS's
	Description string // of what stops with it
}

// Processes returns the table of processes.
func Processes() []ProcessKind {
	return []ProcessKind{
		{Launch, "Launch", "nothing is launched; what is unhealthy ends, and is replaced when this is resumed"},
		{Terminate, "Terminate", "nothing is ended; a rebalance may leave the group a tenth above max_size"},
		{AddToLoadBalancer, "AddToLoadBalancer", "what is launched meanwhile is in no target group, also later"},
		{AlarmNotification, "AlarmNotification", "alarms do not reach the policies"},
		{AZRebalance, "AZRebalance", "zones stay out of balance"},
		{HealthCheck, "HealthCheck", "nothing is found unhealthy"},
		{InstanceRefresh, "InstanceRefresh", "a refresh does not begin its next batch"},
		{ReplaceUnhealthy, "ReplaceUnhealthy", "what is unhealthy stays, and what has ended is not replaced"},
		{ScheduledActions, "ScheduledActions", "scheduled actions are left out, and not made up for"},
	}
}

// ParseProcess returns the process of AWS's name.
func ParseProcess(name string) (Process, error) {
	for _, p := range Processes() {
		if p.Name == name {
			return p.Process, nil
		}
	}
	return 0, fmt.Errorf("unknown process %q", name)
}

// Has reports whether any of some processes is in the set.
func (p Process) Has(some Process) bool { return p&some != 0 }

// String lists the names of the processes in the set.
func (p Process) String() string {
	if p == AllProcesses {
		return "all processes"
	}
	var names []string
	for _, k := range Processes() {
		if p.Has(k.Process) {
			names = append(names, k.Name)
		}
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}
