package controlplane

import "strings"

// Caller is who called the control plane for what stands in the history.
type Caller uint8

// Callers. The zero Caller is nobody: what happened by itself.
const (
	Operator         Caller = iota + 1 // by an action, or a table of the scenario
	AutoScaling                        // for a group
	EC2                                // of its own accord
	LifecycleManager                   // Amazon Data Lifecycle Manager, for a schedule of snapshots
)

// Sources of calls: the services that are called.
const (
	sourceEC2         = "ec2.amazonaws.com"
	sourceAutoScaling = "autoscaling.amazonaws.com"
	sourceECS         = "ecs.amazonaws.com"
	sourceELB         = "elasticloadbalancing.amazonaws.com"
	sourceEFS         = "elasticfilesystem.amazonaws.com"
	sourceZonalShift  = "arc-zonal-shift.amazonaws.com"
)

// Call is a call of the control plane, as CloudTrail names it.
type Call struct {
	Name    string // "RunInstances"
	Source  string // "ec2.amazonaws.com"
	Code    string // why it was refused; empty: it was not
	Message string // of the refusal
}

// calls are what the kinds of activities are called by.
var calls = map[string]string{
	"create-volume": "CreateVolume", "attach-volume": "AttachVolume", "detach-volume": "DetachVolume", "modify-volume": "ModifyVolume",
	"snapshot": "CreateSnapshot", "copy-snapshot": "CopySnapshot", "archive": "ModifySnapshotTier", "restore": "RestoreSnapshotTier",
	"delete-snapshot": "DeleteSnapshot", "retain": "DeleteSnapshot",
	"enable-fast-snapshot-restore": "EnableFastSnapshotRestores", "disable-fast-snapshot-restore": "DisableFastSnapshotRestores",
	"restore-snapshot-from-recycle-bin": "RestoreSnapshotFromRecycleBin", "restore-image-from-recycle-bin": "RestoreImageFromRecycleBin",
	"attach-interface": "AttachNetworkInterface", "detach-interface": "DetachNetworkInterface", "move-interface": "DetachNetworkInterface",
	"attached": "AttachNetworkInterface", "associate-address": "AssociateAddress", "disassociate-address": "DisassociateAddress",
	"copy-image": "CopyImage", "deregister-image": "DeregisterImage", "associate-iam-instance-profile": "AssociateIamInstanceProfile",
	"exchange": "AcceptReservedInstancesExchangeQuote", "modify-reservation": "ModifyReservedInstances",
	"start": "StartInstances", "stop": "StopInstances", "hibernate": "StopInstances", "reboot": "RebootInstances",
	"terminate": "TerminateInstances", "resize": "ModifyInstanceAttribute", "modify-credit-specification": "ModifyInstanceCreditSpecification",
	"launch": "RunInstances", "capacity-short": "RunInstances", "recovered": "RecoverInstances", "interruption": "BidEvictedEvent",
	"allocated": "AllocateHosts", "released": "ReleaseHosts", "release": "ReleaseHosts",
	"reservation":       "CreateCapacityReservation",
	"start-zonal-shift": "StartZonalShift", "cancel-zonal-shift": "CancelZonalShift",
	"set-weights": "ModifyRule", "modify-file-system": "UpdateFileSystem", "set-desired-capacity": "SetDesiredCapacity",
	"suspend": "SuspendProcesses", "resume": "ResumeProcesses", "protect": "SetInstanceProtection", "standby": "EnterStandby",
	"exit-standby": "ExitStandby", "detach": "DetachInstances", "attach": "AttachInstances", "warm-start": "StartInstances",
	"refresh": "StartInstanceRefresh", "cancel-refresh": "CancelInstanceRefresh", "rollback-refresh": "RollbackInstanceRefresh", "set-launch-template": "UpdateAutoScalingGroup",
	"deploy": "UpdateService",
}

// sources are what is called by another name than EC2's.
var sources = map[string]string{"UpdateService": sourceECS, "ModifyRule": sourceELB, "RegisterTargets": sourceELB, "DeregisterTargets": sourceELB, "UpdateFileSystem": sourceEFS, "SetDesiredCapacity": sourceAutoScaling, "StartZonalShift": sourceZonalShift, "CancelZonalShift": sourceZonalShift,
	"SuspendProcesses": sourceAutoScaling, "ResumeProcesses": sourceAutoScaling, "SetInstanceProtection": sourceAutoScaling,
	"EnterStandby": sourceAutoScaling, "UpdateAutoScalingGroup": sourceAutoScaling,
	"StartInstanceRefresh": sourceAutoScaling, "CancelInstanceRefresh": sourceAutoScaling, "RollbackInstanceRefresh": sourceAutoScaling, "ExitStandby": sourceAutoScaling, "DetachInstances": sourceAutoScaling, "AttachInstances": sourceAutoScaling,
}

// noteCall writes a call about an instance that the history leaves out: of its group, or of
// who has it outside one.
func (cp *Plane) noteCall(in *instance, name string, group int) {
	by := Operator
	if in.order.group != None {
		by = AutoScaling
	}
	cp.note(Activity{Subject: cp.subjectOf(in), Kind: "call", Name: name, Instance: in.number, By: by, Untold: true, Group: group})
}

// Call returns by which call an activity happened, or would have; ok is false if it
// happened by itself.
func (a *Activity) Call() (c Call, ok bool) {
	if a.By == 0 {
		return Call{}, false
	}
	kind := a.Kind
	switch kind {
	case "refused":
		kind = a.Cause
		c.Code, c.Message = codeOf(a.Detail)
	case "capacity-short":
		c.Code, c.Message = a.Cause, a.Detail
		if a.By == Operator { // what no group says
			c.Code, c.Message = a.Detail, a.Subject
		}
	}
	if c.Name = a.Name; c.Name == "" {
		c.Name = calls[kind]
	}
	if c.Source = sources[c.Name]; c.Source == "" {
		c.Source = sourceEC2
	}
	return c, c.Name != ""
}

// codeOf parts the text of a refusal from its code, which ends it in brackets.
func codeOf(text string) (code, message string) {
	i := strings.LastIndexByte(text, '[')
	if i < 0 || !strings.HasSuffix(text, "]") {
		return "OperationNotPermitted", text
	}
	return text[i+1 : len(text)-1], strings.TrimSpace(text[:i])
}
