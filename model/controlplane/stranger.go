package controlplane

import (
	"math"
	"slices"

	"headroom/model"
	"headroom/sim/slab"
)

// Outside is machines that are in nobody's zones and targets by their addresses: they run all
// the time, and only faults concern them here.
type Outside struct {
	Service      int
	TargetGroups []int
}

// stranger is one of such machines.
type stranger struct {
	outside int // index into Setup.Outside
	server  slab.Handle
	faults  []int32 // that it has now, in order
}

// openStrangers learns which machines there are outside.
func (cp *Plane) openStrangers(outside []Outside) {
	cp.outside = outside
	for i := range outside {
		for _, h := range cp.data.Outside(i) {
			cp.strangers = append(cp.strangers, stranger{outside: i, server: h})
		}
	}
}

// strangersOf lists the machines outside that a fault may strike: applications fail there as
// anywhere, while what befalls instances and zones is AWS's.
func (cp *Plane) strangersOf(f *Fault) (list []int) {
	if f.Kind != ApplicationFault || f.Zone != None {
		return nil
	}
	for i := range cp.strangers {
		k := cp.strangers[i].outside
		o := &cp.outside[k]
		if f.On.Kind == OfOutside && f.On.Index == k || f.On.Kind == OfService && f.On.Index == o.Service ||
			f.On.Kind == OfTargetGroup && slices.Contains(o.TargetGroups, f.On.Index) {
			list = append(list, i)
		}
	}
	return list
}

// victims draws whom a fault strikes among the instances and the machines outside that it may.
func (cp *Plane) victims(fault int) (struck []slab.Handle, strangers []int) {
	f := &cp.cfg.Faults[fault]
	list, others := cp.strikeable(f), cp.strangersOf(f)
	all := make([]int, len(list)+len(others))
	for i := range all {
		all[i] = i
	}
	n := len(all)
	if f.Share > 0 {
		n = min(n, int(math.Round(f.Share*float64(n))))
	}
	if f.Count > 0 {
		n = min(n, f.Count)
	}
	for i := range n {
		k := i + cp.faultStreams[fault].Below(len(all)-i)
		all[i], all[k] = all[k], all[i]
		if one := all[i]; one < len(list) {
			struck = append(struck, list[one])
		} else {
			strangers = append(strangers, others[one-len(list)])
		}
	}
	return struck, strangers
}

// strikeStranger begins a fault at a machine outside, or ends it.
func (cp *Plane) strikeStranger(i, fault int, ends bool) {
	s := &cp.strangers[i]
	if s.faults = append(s.faults, int32(fault)); ends {
		s.faults = slices.DeleteFunc(s.faults, func(f int32) bool { return int(f) == fault })
	}
	var all model.Impairment
	for _, f := range s.faults {
		all = all.With(cp.activeFaults[f].impairment)
	}
	cp.data.Impair(s.server, all)
}
