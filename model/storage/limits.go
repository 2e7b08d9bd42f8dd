package storage

import (
	"headroom/model"
	"headroom/sim"
)

// Spec is an EBS volume as it is ordered.
type Spec struct {
	Kind           Kind
	SizeGiB        int64
	IOPS           int64 // provisioned; 0 where the type has none
	ThroughputMiBs int64 // provisioned, of gp3
}

// Allowance is a rate that a credit lets rise above its base. An Allowance of rate 0 is
// no limit.
type Allowance struct {
	Base, Peak int64 // a second; Peak is Base without credit
	// Credit is what may be spent above the base before it holds. It is full at first.
	Credit int64
	// Daily credit is earned evenly over a day, while no more than the base is asked for
	// on the average of a second; other credit is what the base leaves.
	Daily bool
}

// Limits are what a disk does.
type Limits struct {
	Operations Allowance   // I/Os a second
	Bytes      Allowance   // bytes a second
	Most       model.Bytes // a larger I/O counts as several
	Least      model.Bytes // a smaller I/O that stands alone counts as this many bytes
	Write      float64     // what a write counts as, in reads; 0: 1
	Latency    sim.Time    // of an I/O that waits for nothing
	// Of file systems; 0 where reads and writes are alike.
	Read            float64     // what a byte that is read counts as
	Grain           model.Bytes // a smaller I/O counts as this many bytes
	ReadOperations  float64     // what a read counts as; 0: 1
	WriteOperations float64     // what a write counts as, in reads
	WriteLatency    sim.Time
}

// Sizes of I/Os, as AWS counts them.
const (
	mostSSD = 256 * model.KiB
	mostHDD = model.MiB
)

// The burst of gp2 (EC2 User Guide, "General Purpose SSD volumes").
const (
	burstIOPS   = 3_000
	burstCredit = 5_400_000
	leastGP2    = 100
	mostGP2     = 16_000
	perGiBGP2   = 3
)

// Limits returns what the volume does at an instance whose hypervisor is Nitro, or not.
func (s Spec) Limits(nitro bool) Limits {
	l := Limits{Most: mostSSD, Latency: s.Kind.Rules().Latency}
	mib := int64(model.MiB)
	switch s.Kind {
	case GP3:
		l.Operations, l.Bytes = steady(s.IOPS), steady(s.ThroughputMiBs*mib)
	case GP2:
		l.Operations, l.Bytes = s.gp2()
	case IO1:
		l.Operations, l.Bytes = s.io1(nitro)
	case IO2:
		l.Operations, l.Bytes = s.io2(nitro)
	case ST1:
		l.Bytes = s.disk(40, 250, 500)
		l.Most, l.Least = mostHDD, mostHDD
	case SC1:
		l.Bytes = s.disk(12, 80, 250)
		l.Most, l.Least = mostHDD, mostHDD
	case Standard: // about 100 IOPS on the average, and 40 to 90 MiB/s
		l.Operations, l.Bytes = steady(100), steady(90*mib)
	default:
		panic("storage: unknown kind of volume")
	}
	return l
}

// steady is a rate without credit.
func steady(rate int64) Allowance { return Allowance{Base: rate, Peak: rate} }

func (s Spec) gp2() (operations, bytes Allowance) {
	base := min(max(perGiBGP2*s.SizeGiB, leastGP2), mostGP2)
	operations = steady(base)
	if base < burstIOPS {
		operations = Allowance{Base: base, Peak: burstIOPS, Credit: burstCredit}
	}
	rate := int64(250)
	if s.SizeGiB <= 170 {
		rate = 128
	}
	return operations, steady(rate * int64(model.MiB))
}

// The limits of Xen instances (EC2 User Guide, "Provisioned IOPS SSD volumes").
const (
	xenIOPS       = 32_000
	xenThroughput = 500 * int64(model.MiB)
)

func (s Spec) io1(nitro bool) (operations, bytes Allowance) {
	iops := s.IOPS
	if !nitro {
		iops = min(iops, xenIOPS)
	}
	rate := min(iops*int64(mostSSD), xenThroughput)
	if iops > xenIOPS {
		rate = min(iops*int64(16*model.KiB), 1000*int64(model.MiB))
	}
	return steady(iops), steady(rate)
}

// io2 volumes are all of Block Express, which Xen instances hold back.
func (s Spec) io2(nitro bool) (operations, bytes Allowance) {
	if !nitro {
		return steady(min(s.IOPS, xenIOPS)), steady(min(s.IOPS*int64(mostSSD), xenThroughput))
	}
	return steady(s.IOPS), steady(min(s.IOPS*256*int64(model.MiB)/1000, 4000*int64(model.MiB)))
}

// disk is the throughput of a hard disk that has so many MiB/s a TiB, and reaches so
// many for as much data as it holds; never more than most.
func (s Spec) disk(base, burst, most int64) Allowance {
	const tib = 1024 // GiB
	mib := int64(model.MiB)
	a := Allowance{
		Base:   min(base*mib*s.SizeGiB/tib, most*mib),
		Peak:   min(burst*mib*s.SizeGiB/tib, most*mib),
		Credit: s.SizeGiB * int64(model.GiB),
	}
	if a.Peak == a.Base {
		a.Credit = 0
	}
	return a
}

// A store's hard disk reads 150 MiB/s; other disks are asked 4 KiB at a time (ours).
const (
	storeDisk    = 150 * int64(model.MiB)
	storeBlock   = 4 * model.KiB
	storeLatency = 100 * sim.Microsecond
	diskLatency  = 8 * sim.Millisecond
)

// StoreLimits returns what the disks of an instance do, all of them striped.
func StoreLimits(s model.InstanceStore) Limits {
	if s.Kind == model.HDD {
		return Limits{Bytes: steady(int64(s.Disks) * storeDisk), Most: mostHDD, Least: mostHDD, Latency: diskLatency}
	}
	l := Limits{
		Operations: steady(s.ReadIOPS), Bytes: steady(s.ReadIOPS * int64(storeBlock)), Most: mostSSD, Latency: storeLatency, Write: 1,
	}
	if s.WriteIOPS > 0 {
		l.Write = float64(s.ReadIOPS) / float64(s.WriteIOPS)
	}
	return l
}

// Link is what an instance can do with all its volumes together.
type Link struct {
	Operations, Bytes Allowance
}

// dailyBurst is how long a day an instance exceeds its base (EC2 User Guide, "Amazon
// EBS-optimized instances").
const dailyBurst = 30 * 60

// LinkOf returns what an instance of a type can do with its volumes. One without limits
// of its own sends them over its network, of whose burst nothing is known here: it has
// the base.
func LinkOf(t *model.InstanceType) Link {
	const bytes = 1_000_000 / 8 // a second, of 1 Mbit/s
	if t.EBS.BaseMbps == 0 {
		return Link{Bytes: steady(int64(1000 * t.NetworkBaseGbps * bytes))}
	}
	return Link{
		Operations: daily(t.EBS.BaseIOPS, t.EBS.PeakIOPS),
		Bytes:      daily(int64(t.EBS.BaseMbps*bytes), int64(t.EBS.PeakMbps*bytes)),
	}
}

// Holds reports whether disks can ask for more together than the link always gives.
func (k *Link) Holds(disks ...Limits) bool {
	var asked Link
	for i := range disks {
		asked.Operations.Peak += disks[i].Operations.Peak
		asked.Bytes.Peak += disks[i].Bytes.Peak
	}
	short := func(asked, given Allowance) bool { return given.Base > 0 && asked.Peak > given.Base }
	return short(asked.Operations, k.Operations) || short(asked.Bytes, k.Bytes)
}

func daily(base, peak int64) Allowance {
	return Allowance{Base: base, Peak: peak, Credit: (peak - base) * dailyBurst, Daily: true}
}

// Cost is what a batch of I/Os takes of a disk and of its link.
type Cost struct {
	Operations float64  // I/Os, as they are counted
	Bytes      float64  // as the disk counts them
	Moved      float64  // bytes that pass the link
	Latency    sim.Time // of each I/O
}

// IO is a batch of I/Os alike.
type IO struct {
	Count      int64
	Size       model.Bytes // of each
	Sequential bool        // they follow each other, and are merged
	Write      bool
	Extra      sim.Time // that the last of them takes beside the disk
}

// Cost returns what I/Os take of the disk.
func (l *Limits) Cost(io IO) Cost {
	moved := float64(io.Count) * float64(io.Size)
	c := Cost{Operations: float64(io.Count), Bytes: moved, Moved: moved, Latency: l.Latency}
	switch most := float64(l.Most); {
	case io.Sequential:
		c.Operations = max(1, ceil(moved/most))
	case io.Size > l.Most:
		c.Operations *= ceil(float64(io.Size) / most)
	}
	if !io.Sequential && l.Least > 0 {
		c.Bytes = c.Operations * float64(l.Least)
	}
	if io.Write && l.Write > 0 {
		c.Operations *= l.Write
		c.Bytes *= l.Write
	}
	if l.WriteLatency > 0 {
		l.meter(io, &c)
	}
	return c
}

// meter counts a batch as a file system does.
func (l *Limits) meter(io IO, c *Cost) {
	c.Bytes = max(c.Bytes, c.Operations*float64(l.Grain))
	if !io.Write {
		c.Bytes *= l.Read
		if l.ReadOperations > 0 {
			c.Operations *= l.ReadOperations
		}
		return
	}
	c.Operations *= l.WriteOperations
	c.Latency = l.WriteLatency
}

// done is when a batch is done whose service took so many nanoseconds until an end, and
// whose bytes take so many.
func (c *Cost) done(end sim.Time, took, transfer float64, latency sim.Time) sim.Time {
	return after(end, c.last(took, transfer, latency))
}

// last is how long after its service a batch is done.
func (c *Cost) last(took, transfer float64, latency sim.Time) sim.Time {
	last := max(float64(latency), transfer/c.Operations) - took/c.Operations
	if last >= float64(sim.Horizon) {
		return sim.Never
	}
	return sim.Time(last)
}

// after is an instant so long after another; one beyond the horizon is Never.
func after(at, duration sim.Time) sim.Time {
	if duration >= sim.Horizon-at {
		return sim.Never
	}
	return at + duration
}

// ceil is math.Ceil for small numbers that are not negative.
func ceil(x float64) float64 {
	whole := float64(int64(x))
	if whole < x {
		whole++
	}
	return whole
}

// Streams returns how long so many bytes take in one stream, as memory is saved at
// hibernation and a swap file is made: at the disk's throughput, or that of the link,
// with credit, where that is less.
func (l *Limits) Streams(link Link, bytes model.Bytes) sim.Time {
	rate := l.Bytes.Peak
	if link.Bytes.Peak > 0 {
		rate = min(rate, link.Bytes.Peak)
	}
	return sim.Seconds(float64(bytes) / float64(rate))
}
