package controlplane

import (
	"headroom/model"
	"headroom/model/network"
	"headroom/model/scaling"
	"headroom/model/snapshot"
	"headroom/sim"
)

// VolumeSnapshot is an EBS snapshot that there is at the start, complete.
type VolumeSnapshot struct {
	Name        string
	SizeGiB     int64 // of its volume
	Stored      model.Bytes
	Archived    bool
	Image       bool // an AMI is backed by it
	Encrypted   bool
	Tags        map[string]string
	FastRestore []model.Zone // enabled at the start, without credits
}

// Backup is a schedule of snapshots.
type Backup struct {
	Name         string // also of its snapshots
	Volumes      []int
	Times        scaling.Schedule
	Retain       int      // newest snapshots of each volume that stay; 0: all
	CopyTo       []string // other Regions
	ArchiveAfter sim.Time // 0: never
	Tags         map[string]string
}

// Storage is what there is to back volumes up with, and what is done with them.
type Storage struct {
	Snapshots []VolumeSnapshot
	Backups   []Backup
	Bin       snapshot.Bin // of snapshots
	ImageBin  snapshot.Bin // of AMIs
	Actions   []Action
}

// ActionKind is what an operator does.
type ActionKind uint8

// Actions.
const (
	CreateVolume ActionKind = iota + 1
	AttachVolume
	DetachVolume
	ModifyVolume
	TakeSnapshot
	CopySnapshot
	ArchiveSnapshot
	RestoreSnapshot // from the archive
	DeleteSnapshot
	RecoverSnapshot // from the recycle bin
	EnableFastRestore
	DisableFastRestore
	ModifyFileSystem
	AuthorizeRules
	RevokeRules
	AttachInterface
	DetachInterface
	MoveInterface
	AssociateAddress
	DisassociateAddress
	SetWeights
	StartZonalShift
	CancelZonalShift
	CopyImage
	DeregisterImage
	RecoverImage // from the recycle bin
	AssociateProfile
	LogInBySSH
	LogInBySFTP
	LogInByFTP
	LogInByRDP
	ExchangeReservation // a Convertible Reserved Instance for another
	ModifyReservation   // of a Reserved Instance: its scope, zone or size
	StartInstance
	StopInstance
	RebootInstance
	HibernateInstance
	ShutdownInstance // it shuts itself down
	TerminateInstance
	ResizeInstance
	ModifyCredits
	SetDesiredCapacity
	SuspendProcesses
	ResumeProcesses
	ProtectInstances
	EnterStandby
	ExitStandby
	DetachInstances
	AttachInstances
	StartRefresh
	CancelRefresh
	RollbackRefresh
	SetTemplate
	DeployService
	actionEnd
)

// LastAction is the last of them.
const LastAction = actionEnd - 1

// OfReservation reports whether the action is on a Reserved Instance.
func (k ActionKind) OfReservation() bool { return k == ExchangeReservation || k == ModifyReservation }

// String returns the name of the action as scenarios write it.
func (k ActionKind) String() string {
	return [...]string{
		"", "create-volume", "attach-volume", "detach-volume", "modify-volume", "snapshot", "copy-snapshot", "archive",
		"restore", "delete-snapshot", "restore-snapshot-from-recycle-bin", "enable-fast-snapshot-restore", "disable-fast-snapshot-restore", "modify-file-system", "authorize", "revoke", "attach-interface", "detach-interface", "move-interface", "associate-address", "disassociate-address",
		"set-weights", "start-zonal-shift", "cancel-zonal-shift",
		"copy-image", "deregister-image", "restore-image-from-recycle-bin", "associate-iam-instance-profile", "ssh", "sftp", "ftp", "rdp",
		"exchange", "modify-reservation",
		"start", "stop", "reboot", "hibernate", "shutdown", "terminate", "resize", "modify-credit-specification", "set-desired-capacity",
		"suspend", "resume", "protect", "standby", "exit-standby", "detach", "attach",
		"refresh", "cancel-refresh", "rollback-refresh", "set-launch-template", "deploy",
	}[k]
}

// OfImages reports whether it is done to an AMI.
func (k ActionKind) OfImages() bool { return k >= CopyImage && k <= RecoverImage }

// OfAccess reports whether it is about the role of instances, or logins to them.
func (k ActionKind) OfAccess() bool { return k >= AssociateProfile && k <= LogInByRDP }

// ofInstances reports whether it is done to instances, or to a group.
func (k ActionKind) ofInstances() bool { return k >= StartInstance && k <= SetDesiredCapacity }

// OfGroups reports whether it is done to an Auto Scaling group, or to members of it.
func (k ActionKind) OfGroups() bool { return k > SetDesiredCapacity && k < actionEnd }

// Sharing is whether instances share a volume from now on.
type Sharing uint8

// The zero Sharing leaves it as it is.
const (
	ShareVolume Sharing = iota + 1
	ShareNoMore
)

// RuleChange is rules that a security group is given, or that are taken from it.
type RuleChange struct {
	Group     int // among those of the network
	Name      string
	Direction network.Direction
	Rules     []network.Rule
	Text      string // of the rules, for people
}

// Action is something that an operator does, once or again and again.
type Action struct {
	Do    ActionKind
	At    sim.Time         // first time; Never with a recurrence
	Every sim.Time         // from At on; 0: once
	Times scaling.Schedule // its recurrence; without one: At

	Volumes    []int   // of CreateVolume to TakeSnapshot
	Snapshot   string  // of the others: its name; of CreateVolume: what it is made from
	Count      int     // of the snapshots of that name, the oldest first; 0: the newest one
	Share      float64 // the same, as a share of them
	Name       string  // of a new snapshot
	Fleet      int     // AttachVolume; DetachVolume: only from its instances; None
	Device     string
	Zones      []model.Zone     // of fast restore
	Region     string           // CopySnapshot: another one; "" for that of the run
	Away       string           // the Region that the snapshot is in; "" for that of the run
	Encrypt    bool             // CopySnapshot: with another key
	Spec       model.VolumeSpec // ModifyVolume: what is not zero
	Sharing    Sharing          // ModifyVolume
	FileSystem int              // ModifyFileSystem; its mode and throughput are:
	To         model.FileSystem
	For        sim.Time // RestoreSnapshot: how long; 0: for good
	Rules      RuleChange
	Interfaces []int // of AttachInterface to MoveInterface
	ElasticIPs []int // of AssociateAddress and DisassociateAddress
	Interface  int   // AssociateAddress: instead of Fleet; None
	Address    int   // the same: which of its private addresses, 0 the primary one
	// SetWeights: of a rule; what it is done to is called BalancerName.
	Weights      model.Weights
	BalancerName string
	// Balancer: of StartZonalShift, away from the one of Zones, For how long, and of
	// CancelZonalShift.
	Balancer int

	On Subject // whose instances, of which Count and Share: from AssociateProfile on
	Access

	// Commitment is what ExchangeReservation and ModifyReservation are about, by its path;
	// Detail says what becomes of it. The plan has the change already.
	Commitment, Detail string
	Launch             LaunchType       // ResizeInstance: what they are then
	Credits            model.CreditMode // ModifyCredits
	Desired            int              // SetDesiredCapacity
	Honors             bool             // SetDesiredCapacity: a cooldown of the group refuses it
	Template           *GroupTemplate   // SetTemplate, StartRefresh, DeployService; nil: the group's
	Refresh            *Refresh         // StartRefresh
	Processes          scaling.Process  // SuspendProcesses, ResumeProcesses
	Protected          bool             // ProtectInstances
	Decrement          bool             // EnterStandby, DetachInstances: the desired capacity falls with them
}
