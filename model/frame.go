package model

import (
	"slices"
	"time"

	"headroom/sim"
)

// None is the index of an optional reference that is not set.
const None = -1

// Frame is when, where and with which instance types a scenario plays: what
// both planes of a cloud need to know.
type Frame struct {
	Seed     uint64
	Start    time.Time      // calendar instant of time 0: schedules, clock hours, months
	TimeZone *time.Location // of the times that people read; nil: UTC
	Duration sim.Time
	Warmup   sim.Time // excluded from latency statistics, never from cost

	Region string
	Zones  []string // by Zone: letters, and full names of zones in other Regions
	// Regions are all there are, Region first, and ZoneRegions the index of each zone's
	// there; both are nil where there is one.
	Regions     []string
	ZoneRegions []int
	Types       []InstanceType // every type that something here may launch

	FileSystems []FileSystem
}

// RegionOf returns the index of a zone's Region, 0 for that of the run.
func (f *Frame) RegionOf(z Zone) int {
	if f.ZoneRegions == nil {
		return 0
	}
	return f.ZoneRegions[z]
}

// RegionName returns the name of a Region by its index.
func (f *Frame) RegionName(region int) string {
	if region == 0 {
		return f.Region
	}
	return f.Regions[region]
}

// RegionIndex returns the index of a Region, [None] where nothing of the scenario is. The
// name "" is that of the run.
func (f *Frame) RegionIndex(name string) int {
	if name == "" || name == f.Region {
		return 0
	}
	return slices.Index(f.Regions, name)
}

// Calendar turns virtual time into the calendar's.
func (f *Frame) Calendar(t sim.Time) time.Time { return f.Start.Add(t.Duration()) }

// Clock writes virtual time for people, to the second.
func (f *Frame) Clock(t sim.Time) string { return f.local(t).Format("2006-01-02 15:04:05 MST") }

// Stamp writes virtual time as RFC 3339 has it, to the nanosecond.
func (f *Frame) Stamp(t sim.Time) string { return f.local(t).Format(time.RFC3339Nano) }

// local is the calendar's time where people read it.
func (f *Frame) local(t sim.Time) time.Time {
	if f.TimeZone == nil {
		return f.Calendar(t).UTC()
	}
	return f.Calendar(t).In(f.TimeZone)
}

// Instant turns calendar time into virtual time.
func (f *Frame) Instant(t time.Time) sim.Time { return sim.Time(t.Sub(f.Start)) }

// NotFluid is the rule that a key breaks which a run of rates does not carry.
const NotFluid = `is not carried by run.fidelity = "fluid": rates do not show what it does; use fidelity = "request"`
