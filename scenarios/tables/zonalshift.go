package tables

import (
	"fmt"
	"slices"

	"headroom/model"
	"headroom/model/controlplane"
	"headroom/model/dataplane"
	"headroom/scenarios/schema"
	"headroom/sim"
)

// refusedShift is the code of Amazon Application Recovery Controller for a shift that
// cannot be.
const refusedShift = "ValidationException"

func zonalShiftKeys() []schema.Key {
	return []schema.Key{
		schema.Row("zonal_shift", schema.Inner(), "", "a zone that leaves DNS for a while, as by the action start-zonal-shift; it needs cross-zone load balancing off"),
		schema.Row("zonal_shift.at", moment(), schema.Required, "when it begins: as in [[fault]]"),
		schema.Row("zonal_shift.zone", schema.Text(), schema.Required, "which zone"),
		schema.Row("zonal_shift.duration", schema.Quantity(schema.Seconds, controlplane.MinShift.Seconds(), controlplane.MaxShift.Seconds()), schema.Required, "how long it lasts").Coded(refusedShift),
	}
}

// readZonalShift reads the shift that a load balancer has in its own table.
func (l *loader) readZonalShift(t *schema.Table, balancer int) {
	s := t.Within("zonal_shift")
	if s == nil {
		return
	}
	a := controlplane.Action{Do: controlplane.StartZonalShift, At: l.moment(s, "at"), Fleet: model.None, Interface: model.None}
	l.readShift(s, &a, balancer)
	s.Done()
	l.shifts = append(l.shifts, a)
}

// readShiftAction reads an action that begins or cancels a shift.
func (l *loader) readShiftAction(t *schema.Table, a *controlplane.Action) {
	names := l.subjects(t, "load_balancer")
	t.Pass("zone", "duration")
	if len(names) > 1 {
		t.Mistake("on", "must be one load balancer", "")
	}
	if len(names) != 1 {
		return
	}
	balancer := t.Find("on", "load_balancer", names[0])
	switch {
	case balancer < 0:
	case a.Do == controlplane.StartZonalShift:
		t.Require("zone")
		t.Require("duration")
		l.readShift(t, a, balancer)
	default:
		a.Balancer, a.BalancerName = balancer, names[0]
	}
}

// readShift reads from which zone requests are shifted, and for how long.
func (l *loader) readShift(t *schema.Table, a *controlplane.Action, balancer int) {
	lb := &l.cfg.LoadBalancers[balancer]
	a.Balancer, a.BalancerName, a.For = balancer, lb.Name, t.Duration("duration")
	a.Zones = []model.Zone{0}
	if t.Sound("duration") && (a.For < controlplane.MinShift || a.For > controlplane.MaxShift) {
		t.Reject("duration", schema.Fault{Rule: fmt.Sprintf("must be %v to %v of a zonal shift", controlplane.MinShift, sim.Time(controlplane.MaxShift)), Code: refusedShift})
	}
	name := t.Text("zone")
	if !t.Sound("zone") {
		return
	}
	zone, ok := l.zone(t, "zone", name)
	a.Zones[0] = zone
	across := slices.ContainsFunc(lb.Actions(), func(a dataplane.Action) bool {
		return slices.ContainsFunc(a.Forward, func(f dataplane.Forward) bool {
			return f.TargetGroup >= 0 && l.cfg.TargetGroups[f.TargetGroup].CrossZone
		})
	})
	switch {
	case !ok:
	case !slices.Contains(lb.Zones, zone):
		t.Reject("zone", schema.Fault{Rule: "must be a zone of load_balancer." + lb.Name, Code: refusedShift})
	case across:
		t.Reject("zone", schema.Fault{Rule: "must not be shifted away from while load_balancer." + lb.Name + " balances across zones: enable_cross_zone_load_balancing = false", Code: refusedShift})
	}
}
