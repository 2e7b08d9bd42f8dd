package storage

import (
	"slices"

	"headroom/model"
	"headroom/sim"
)

// Kind is an EBS volume type.
type Kind uint8

// EBS volume types.
const (
	GP3 Kind = iota + 1
	GP2
	IO2
	IO1
	ST1
	SC1
	Standard
)

// Rules are what AWS allows of a volume type, and what can be known of it without its
// size.
type Rules struct {
	Kind              Kind
	Name, Meaning     string
	LeastGiB, MostGiB int64
	Boots             bool
	MultiAttach       bool
	// Provisioned IOPS: MostIOPS 0 if none can be, PerGiB of the size at most, and
	// Included at any size.
	LeastIOPS, MostIOPS, PerGiB, Included int64
	Throughput                            bool     // can be provisioned
	Latency                               sim.Time // of an I/O that waits for nothing
	FailsAYear                            float64  // share of the volumes that fail in a year
}

// Provisioned throughput of gp3, in MiB/s.
const (
	LeastThroughput = model.GP3ThroughputMiBs
	MostThroughput  = 2000
	IOPSPerMiBps    = 4 // IOPS that each MiB/s takes
)

// Kinds lists the volume types, those that are most used first.
func Kinds() []Rules {
	const ssd, magnetic = 0.002, 0.002
	return []Rules{
		{Kind: GP3, Name: "gp3", Meaning: "SSD, with IOPS and throughput of its own", LeastGiB: 1, MostGiB: 65536, Boots: true,
			LeastIOPS: model.GP3IOPS, MostIOPS: 80_000, PerGiB: 500, Included: model.GP3IOPS, Throughput: true, Latency: sim.Millisecond, FailsAYear: ssd},
		{Kind: GP2, Name: "gp2", Meaning: "SSD, with IOPS by its size", LeastGiB: 1, MostGiB: 16384, Boots: true, Latency: sim.Millisecond, FailsAYear: ssd},
		{Kind: IO2, Name: "io2", Meaning: "SSD of the highest durability, with provisioned IOPS", LeastGiB: 4, MostGiB: 65536, Boots: true, MultiAttach: true,
			LeastIOPS: 100, MostIOPS: 256_000, PerGiB: 1000, Latency: 300 * sim.Microsecond, FailsAYear: 0.00001},
		{Kind: IO1, Name: "io1", Meaning: "SSD with provisioned IOPS", LeastGiB: 4, MostGiB: 16384, Boots: true, MultiAttach: true,
			LeastIOPS: 100, MostIOPS: 64_000, PerGiB: 50, Latency: 800 * sim.Microsecond, FailsAYear: ssd},
		{Kind: ST1, Name: "st1", Meaning: "hard disk for throughput", LeastGiB: 125, MostGiB: 16384, Latency: 8 * sim.Millisecond, FailsAYear: magnetic},
		{Kind: SC1, Name: "sc1", Meaning: "hard disk for what is seldom read", LeastGiB: 125, MostGiB: 16384, Latency: 8 * sim.Millisecond, FailsAYear: magnetic},
		{Kind: Standard, Name: "standard", Meaning: "magnetic, of the previous generation", LeastGiB: 1, MostGiB: 1024, Boots: true, Latency: 8 * sim.Millisecond, FailsAYear: magnetic},
	}
}

// Find returns the rules of the volume type of a name.
func Find(name string) (Rules, bool) {
	kinds := Kinds()
	i := slices.IndexFunc(kinds, func(r Rules) bool { return r.Name == name })
	if i < 0 {
		return Rules{}, false
	}
	return kinds[i], true
}

// Rules returns the rules of a volume type.
func (k Kind) Rules() Rules { return Kinds()[k-1] }

// String returns the name of the type.
func (k Kind) String() string { return k.Rules().Name }
