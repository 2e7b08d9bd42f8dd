package model

// Zone is an Availability Zone as an index into the zones of all Regions.
type Zone int16

// InstanceType is what a catalogue says about one EC2 instance type. Zero
// numbers mean "not published" where noted.
type InstanceType struct {
	Name   string // "m6i.large"
	Family string // text before the dot
	Size   string // text after the dot
	Arch   string // "x86_64", "arm64"

	VCPUs          int
	Idle           int // vCPUs beside those that are switched off, which take their place on the host all the same
	ThreadsPerCore int // 1: a vCPU is a whole core
	MemoryMiB      int64

	BareMetal  bool
	Burstable  bool // T families: CPU credits, overcommitted hosts
	CurrentGen bool

	Volumes int // EBS volumes that can be attached beside one network interface, the root included; 0: not known

	NetworkBaseGbps float64
	NetworkPeakGbps float64
	Interfaces      int // network interfaces at most; 0: not known
	AddressesEach   int // private IPv4 addresses on each of them at most; 0: not known

	Nitro bool // its hypervisor is Nitro, or it has none
	EBS   EBSLimits
	Store InstanceStore

	// Burstable types only: the CPU share that is always there, in percent of
	// one vCPU, and the credits earned each hour.
	BaselinePercent float64
	CreditsPerHour  float64
}

// Threads returns how many vCPUs the type takes of its host.
func (t *InstanceType) Threads() int { return t.VCPUs + t.Idle }

// EBSLimits are what an instance type can do with all its EBS volumes together. The
// zero EBSLimits are of a type whose volumes share its network.
type EBSLimits struct {
	BaseMbps, PeakMbps float64 // megabits a second, always and for a while
	BaseIOPS, PeakIOPS int64
}

// InstanceStore is the disks that are part of an instance. The zero InstanceStore is
// none.
type InstanceStore struct {
	Disks     int
	DiskGB    int // of each, in 10⁹ bytes
	Kind      DiskKind
	ReadIOPS  int64 // of all disks together, 4 KiB each; 0 for hard disks
	WriteIOPS int64
	Estimated bool // AWS does not publish the IOPS
}

// DiskKind is what the disks of an instance are.
type DiskKind uint8

// Kinds of disks.
const (
	NVMe DiskKind = iota + 1 // solid state, by NVMe
	SSD                      // solid state, by an older bus
	HDD                      // hard disks
)

// Platform is the operating system, as far as billing tells them apart.
type Platform uint8

// Platforms.
const (
	Linux Platform = iota + 1
	Windows
	RHEL
	SUSE
	MacOS // on Dedicated Hosts only, which are billed; instances are not
)

// String returns the platform's name as scenarios write it.
func (p Platform) String() string {
	return [...]string{"", "linux", "windows", "rhel", "suse", "macos"}[p]
}

// Tenancy says whose instances share the hardware.
type Tenancy uint8

// Tenancies.
const (
	TenancyDefault   Tenancy = iota + 1 // hardware shared with other accounts
	TenancyDedicated                    // hardware of one account, billed per instance
	TenancyHost                         // on an allocated Dedicated Host, billed per host
)

// String returns Terraform's name of the tenancy.
func (t Tenancy) String() string { return [...]string{"", "default", "dedicated", "host"}[t] }

// PurchaseOption is how an instance was launched. Reserved Instances and
// Savings Plans are no purchase options: they discount on-demand usage.
type PurchaseOption uint8

// Purchase options.
const (
	OnDemand PurchaseOption = iota + 1
	Spot
)

// String returns the option as metric labels write it.
func (o PurchaseOption) String() string { return [...]string{"", "on-demand", "spot"}[o] }
