package cloud

// The words of both planes, for the tests of both.

import (
	"headroom/model"
	"headroom/model/controlplane"
	"headroom/model/dataplane"
)

type (
	Service            = dataplane.Service
	Discipline         = dataplane.Discipline
	HealthCheck        = dataplane.HealthCheck
	TargetGroup        = dataplane.TargetGroup
	LoadBalancer       = dataplane.LoadBalancer
	Rule               = dataplane.Rule
	Action             = dataplane.Action
	Forward            = dataplane.Forward
	DestinationKind    = dataplane.DestinationKind
	Workload           = dataplane.Workload
	RequestRows        = dataplane.RequestRows
	RequestClass       = dataplane.RequestClass
	Clients            = dataplane.Clients
	Code               = dataplane.Code
	RouteOutcome       = dataplane.RouteOutcome
	TargetGroupOutcome = dataplane.TargetGroupOutcome
	HostPool           = controlplane.HostPool
	Need               = controlplane.Need
	VolumeSpec         = model.VolumeSpec
	Volume             = controlplane.Volume
	LaunchTemplate     = controlplane.LaunchTemplate
	LaunchTimes        = controlplane.LaunchTimes
	Fleet              = controlplane.Fleet
	Group              = controlplane.Group
	LaunchType         = controlplane.LaunchType
	MixedInstances     = controlplane.MixedInstances
	SpotPool           = controlplane.SpotPool
	SpotWalk           = controlplane.SpotWalk
	InstanceWorkload   = controlplane.InstanceWorkload
	TenantSize         = controlplane.TenantSize
	TenantRow          = controlplane.TenantRow
	Statistic          = controlplane.Statistic
	FaultKind          = controlplane.FaultKind
	Fault              = controlplane.Fault
	ScalingPolicy      = controlplane.ScalingPolicy
	Input              = controlplane.Input
	Alarm              = controlplane.Alarm
	AlarmAction        = controlplane.AlarmAction
	MetricKind         = controlplane.MetricKind
	Metric             = controlplane.Metric
	Schedule           = controlplane.Schedule
	GroupOutcome       = controlplane.GroupOutcome
	FleetOutcome       = controlplane.FleetOutcome
	HostPoolOutcome    = controlplane.HostPoolOutcome
	TenantOutcome      = controlplane.TenantOutcome
	Activity           = controlplane.Activity
)

const (
	ProcessorSharing      = dataplane.ProcessorSharing
	FCFS                  = dataplane.FCFS
	NoLimit               = dataplane.NoLimit
	ToLoadBalancer        = dataplane.ToLoadBalancer
	ToTargetGroup         = dataplane.ToTargetGroup
	ToInstances           = dataplane.ToInstances
	Average               = controlplane.Average
	Minimum               = controlplane.Minimum
	Maximum               = controlplane.Maximum
	Sum                   = controlplane.Sum
	ZoneOutage            = controlplane.ZoneOutage
	HostFailure           = controlplane.HostFailure
	ZonePartition         = controlplane.ZonePartition
	InstanceTermination   = controlplane.InstanceTermination
	SpotInterruption      = controlplane.SpotInterruption
	ApplicationFault      = controlplane.ApplicationFault
	VolumeFailure         = controlplane.VolumeFailure
	OfTargetGroup         = controlplane.OfTargetGroup
	CPUUtilization        = controlplane.CPUUtilization
	NetworkIn             = controlplane.NetworkIn
	NetworkOut            = controlplane.NetworkOut
	RequestCountPerTarget = controlplane.RequestCountPerTarget
	RequestCount          = controlplane.RequestCount
	TargetResponseTime    = controlplane.TargetResponseTime
	HealthyHostCount      = controlplane.HealthyHostCount
	UnHealthyHostCount    = controlplane.UnHealthyHostCount
)
