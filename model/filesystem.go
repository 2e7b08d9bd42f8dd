package model

import (
	"slices"
	"strings"

	"headroom/sim"
)

// FileSystem is an EFS file system.
type FileSystem struct {
	Name       string
	Mode       ThroughputMode
	MaxIO      bool // performance mode: more operations, each slower
	OneZone    bool
	Targets    []Zone // where it has mount targets
	Remote     bool   // One Zone: mounted from other zones, too
	Throughput int64  // provisioned MiB/s
	Standard   Bytes  // stored in each class at the start; later as much more as it has grown by
	Infrequent Bytes
	Archived   Bytes
	// Overwritten is the share of what is written that takes the place of what is stored. By
	// the rest the file system grows.
	Overwritten float64
	// Lifecycle is how long what nobody reads or writes stays in the Standard class; 0:
	// for good.
	Lifecycle sim.Time
}

// Grown is what a file system has grown by when so much was written to it.
func (f *FileSystem) Grown(written Bytes) Bytes { return Bytes((1 - f.Overwritten) * float64(written)) }

// ThroughputMode says what limits the throughput of a file system.
type ThroughputMode uint8

// Throughput modes.
const (
	Bursting    ThroughputMode = iota + 1 // what is stored, and credits
	Provisioned                           // what is paid for
	Elastic                               // nothing, and each byte is paid for
)

// FileSystemPrefix begins the names by which steps call file systems.
const FileSystemPrefix = "efs."

// FindFileSystem returns the index of the file system that steps call by a name, -1 if it
// is not the name of one.
func FindFileSystem(all []FileSystem, name string) int {
	own, ok := strings.CutPrefix(name, FileSystemPrefix)
	if !ok {
		return -1
	}
	return slices.IndexFunc(all, func(f FileSystem) bool { return f.Name == own })
}

// Bytes of EFS are decimal: 1 TB is 1,000 GB.
const efsTB = 1e12

// BaselineMBps returns the throughput that so many bytes of the Standard class earn, in 10⁶
// bytes a second: 50 per TB, 1 at least (Amazon EFS User Guide, "Performance").
func BaselineMBps(standard Bytes) float64 { return max(1, 50*float64(standard)/efsTB) }

// BurstMBps returns the throughput while there are credits: 100 per TB, 100 at least.
func BurstMBps(standard Bytes) float64 { return max(100, 100*float64(standard)/efsTB) }
