package function

import (
	"headroom/sim"
)

// Numbers of AWS Lambda: see rules.md.
const (
	MinMemory = 128    // MB
	MaxMemory = 10_240 // MB
	// MemoryPerVCPU is the memory with which a function has one vCPU.
	MemoryPerVCPU = 1769 // MB
	// MaxThreads bounds the vCPUs that code can use.
	MaxThreads = 64

	MaxTimeout = 900 * sim.Second

	// AccountConcurrency is how many calls an account serves at once in a Region.
	AccountConcurrency = 1000
	// LeastUnreserved is what reservations must leave of it.
	LeastUnreserved = 100

	// ScalingRate environments are made in each ScalingPeriod at most, of one function.
	ScalingRate   = 1000
	ScalingPeriod = 10 * sim.Second

	// BodyLimit is how large a body a load balancer passes to a function, and back;
	// CallLimit the same of a call without one: bytes.
	BodyLimit = 1 << 20
	CallLimit = 6 << 20

	FreeStorage = 512    // MB of /tmp that cost nothing
	MaxStorage  = 10_240 // MB
)

// Terms are what a function may do.
type Terms struct {
	Reserved    int      // calls at once, of its own; None: it shares the account's
	Provisioned int      // environments that are always ready
	Idle        sim.Time // how long an environment lives after its last call
	Timeout     sim.Time // of a call, from when its environment is ready
	ScalingRate int      // environments made in a ScalingPeriod at most; 0: any number
}

// None is a reservation that is not made.
const None = -1

// Account is what the functions of an account share in a Region.
type Account struct {
	free int // calls that could be served at once beside those that are
	size int
}

// NewAccount returns an account whose functions serve so many calls at once. What they
// reserve, and what they provision beyond that, is no longer shared.
func NewAccount(concurrency int, functions []Terms) *Account {
	for _, t := range functions {
		if t.Reserved != None {
			concurrency -= t.Reserved
		} else {
			concurrency -= t.Provisioned
		}
	}
	return &Account{free: max(0, concurrency), size: max(0, concurrency)}
}

// Speed returns how fast code that uses at most so many vCPUs computes in an environment
// with memory in MB, relative to one vCPU.
func Speed(memory int, threads float64) float64 {
	return min(float64(memory)/MemoryPerVCPU, threads)
}

// Billed returns the time that a call is billed for: its duration, rounded up to the
// next millisecond, and at least one.
func Billed(duration sim.Time) sim.Time {
	return max(1, (duration+sim.Millisecond-1)/sim.Millisecond) * sim.Millisecond
}
