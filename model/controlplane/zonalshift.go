package controlplane

import (
	"fmt"

	"headroom/model"
	"headroom/sim"
)

// Bounds of how long a zonal shift lasts.
const (
	MinShift = sim.Minute
	MaxShift = 72 * sim.Hour
)

// shift is how a load balancer is shifted away from a zone. The zero shift is none.
type shift struct {
	active bool
	zone   model.Zone
	ends   sim.Time
}

// errShifted refuses a second shift of a load balancer.
type errShifted string

func (e errShifted) Error() string {
	return "a zonal shift away from zone " + string(e) + " is active [ConflictException]"
}

// errNotShifted refuses to cancel what is not there.
type errNotShifted struct{}

func (errNotShifted) Error() string { return "no zonal shift is active [ResourceNotFoundException]" }

// shiftZone begins or cancels a zonal shift.
func (cp *Plane) shiftZone(a *Action) {
	subject := "load_balancer." + a.BalancerName
	s := &cp.balancers[a.Balancer].shift
	activity := Activity{Subject: subject, Kind: a.Do.String(), Cause: "action", Instance: None, By: Operator}
	switch {
	case a.Do == CancelZonalShift && !s.active:
		cp.refuse(subject, a.Do.String(), errNotShifted{})
		return
	case a.Do == CancelZonalShift:
		activity.Detail = "back to zone " + cp.frame.Zones[s.zone]
		cp.endShift(a.Balancer)
	case s.active:
		cp.refuse(subject, a.Do.String(), errShifted(cp.frame.Zones[s.zone]))
		return
	default:
		*s = shift{active: true, zone: a.Zones[0], ends: sim.Sum(cp.kernel.Now(), a.For)}
		cp.data.ShiftZone(a.Balancer, s.zone)
		cp.schedule(s.ends, indexed(zonalShiftEnds, a.Balancer))
		activity.Detail = fmt.Sprintf("away from zone %s for %v", cp.frame.Zones[s.zone], a.For)
	}
	cp.note(activity)
}

// onZonalShiftEnds ends a zonal shift whose time is over, unless it was cancelled.
func (cp *Plane) onZonalShiftEnds(ev model.Event) {
	s := &cp.balancers[ev.Index()].shift
	if !s.active || s.ends != cp.kernel.Now() {
		return
	}
	cp.note(Activity{
		Subject: "load_balancer." + cp.balancers[ev.Index()].cfg.Name, Kind: "zonal-shift-expired", Cause: "its time is over", Instance: None,
		Detail: "back to zone " + cp.frame.Zones[s.zone],
	})
	cp.endShift(ev.Index())
}

func (cp *Plane) endShift(balancer int) {
	cp.balancers[balancer].shift = shift{}
	cp.data.ShiftZone(balancer, None)
}
