package model

import "slices"

// VolumeSpec is an EBS volume that an instance is launched with.
type VolumeSpec struct {
	Device              string // its device name; "" for none
	Name                string // of its own table; "" for one that is launched with the instance
	Volume              int    // of its own table: its index, counted from 1; 0: none
	Type                string // "gp3"
	SizeGiB             int64
	IOPS                int64 // provisioned; 0 where the type has none
	ThroughputMiBs      int64
	Shared              bool // several instances may have it at once
	Encrypted           bool
	DeleteOnTermination bool
	Snapshot            string // that it is made from at the launch; "" for an empty one
	Data                bool   // it is the first, but not the root: that lies on an instance store
	Away                bool   // it is not attached at the launch
	Snapped             bool   // a snapshot of it is being made, which hard disks feel
	Changes             bool   // it may be changed, detached or attached during the run
}

// VolumeWrites are what was written to a volume, as snapshots count it.
type VolumeWrites struct {
	Random int64 // blocks of 512 KiB or less, each anywhere
	Run    Bytes // written one after the other
}

// RootVolume is the name of every instance's first volume.
const RootVolume = "root"

// FindVolume returns the index of the volume that steps call by a name, -1 if there is
// none.
func FindVolume(volumes []VolumeSpec, name string) int {
	if name == RootVolume && len(volumes) > 0 && !volumes[0].Data {
		return 0
	}
	return slices.IndexFunc(volumes, func(v VolumeSpec) bool { return name != "" && (v.Device == name || v.Name == name) })
}
