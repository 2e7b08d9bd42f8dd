package dataplane

import (
	"fmt"
	"math"

	"headroom/sim/rng"
)

// MaxIOs bounds the I/Os of a step.
const MaxIOs = 1_000_000

// io checks what a step reads or writes.
func (v *validator) io(s *Service, io *IO, at string) {
	at += ".read"
	if io.Write {
		at = at[:len(at)-len("read")] + "write"
	}
	v.Reference(io.Disk, len(s.Disks), at, "disk of the service")
	if io.Demand {
		v.Check(io.Count == nil && io.Size == nil, at, "must not have I/Os of its own beside those of the demand")
		return
	}
	v.disk(DiskDemand{Count: io.Count, Size: io.Size}, at)
}

// demand checks what a request brings beside its CPU time.
func (v *validator) demand(at string, memory rng.Distribution, reads, writes DiskDemand) {
	if memory != nil {
		v.bounded(memory, float64(MaxBytes), at+".memory")
	}
	for _, d := range []DiskDemand{reads, writes} {
		if !d.None() {
			v.disk(d, at)
		}
	}
}

// disk checks how many I/Os of which size are asked for.
func (v *validator) disk(d DiskDemand, at string) {
	if d.Bytes != nil {
		v.bounded(d.Bytes, MaxIOs*float64(MaxBytes), at+".bytes")
		v.Check((d.Count == nil) != (d.Size == nil), at, "must have a number of I/Os or their size, not both, beside all their bytes")
		for _, part := range []rng.Distribution{d.Count, d.Size} {
			v.Check(part == nil || part.Mean() >= 0 && part.Mean() <= float64(MaxBytes), at, "must have a number and a size that can be counted")
		}
		return
	}
	if d.Count == nil || d.Size == nil {
		v.Check(false, at, "must have a number of I/Os and their size")
		return
	}
	v.bounded(d.Count, MaxIOs, at+".ops")
	v.bounded(d.Size, float64(MaxBytes), at+".size")
}

// bounded checks the mean of a law.
func (v *validator) bounded(d rng.Distribution, most float64, at string) {
	v.Check(d.Mean() >= 0 && d.Mean() <= most, at, "must be 0 to %g on average, got %g", most, d.Mean())
}

// cache checks where a service keeps what it reads.
func (v *validator) cache(s *Service, at string) {
	c := &s.Cache
	if c.Size == 0 {
		return
	}
	v.Check(c.Size > 0, at+".size", "must not be negative, got %d", c.Size)
	v.Check(c.Hit >= 0 && c.Hit <= 1 && !math.IsNaN(c.Hit), at+".hit", "must be 0 to 1, got %g", c.Hit)
	if c.Disk != None {
		v.Reference(c.Disk, len(s.Disks), at+".on", "disk of the service")
	}
	for i, name := range s.Disks {
		for k := range i {
			v.Check(s.Disks[k] != name, fmt.Sprintf("service.%s.disks.%d", s.Name, i), "must be given once, got %q", name)
		}
	}
}
