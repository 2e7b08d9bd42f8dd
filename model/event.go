package model

import "headroom/sim/slab"

// Event is one pending happening: 16 bytes by value, scheduled by one of the
// two planes and handled by it. On is the bits of a handle, an index, or two
// numbers; which, the table of the plane's kinds says.
type Event struct {
	On    uint64
	Kind  uint8 // of the plane's own kinds
	Plane Plane
}

// Plane names who schedules and handles an event.
type Plane uint8

// Planes.
const (
	ControlPlane Plane = iota + 1
	DataPlane
)

// Index returns the index that the event is about.
func (e Event) Index() int { return int(e.On) }

// Handle returns the handle that the event is about.
func (e Event) Handle() slab.Handle { return slab.Handle(e.On) }

// Pair returns the two numbers that the event is about.
func (e Event) Pair() (hi, lo uint32) { return uint32(e.On >> 32), uint32(e.On) }
