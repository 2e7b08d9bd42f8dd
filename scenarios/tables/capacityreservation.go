package tables

import (
	"fmt"
	"slices"

	"headroom/model"
	"headroom/model/cloud"
	"headroom/model/controlplane"
	"headroom/model/pricing"
	"headroom/scenarios/schema"
	"headroom/sim"
)

func capacityReservationKeys() []schema.Key {
	return schema.Within("capacity_reservation.NAME", "ValidationError", []schema.Key{
		schema.Row("instance_type", schema.Text(), schema.Required, "type whose capacity is held, on the hosts of its family if they are finite").Coded(unsupported),
		schema.Row("instance_platform", schema.OneOf(platformWords...), `"linux"`, "of the instances that fill it").Coded(schema.NoCode),
		schema.Row("tenancy", schema.OneOf(tenancyWords...), `"default"`, "of the instances that fill it").Coded(schema.NoCode),
		schema.Row("availability_zone", schema.Text(), schema.Required, "letter of the zone where it is").Coded(schema.NoCode),
		schema.Row("instance_count", schema.Whole(1, 1e6), schema.Required, "instances that there is room for, billed at On-Demand prices whether they run or not"),
		schema.Row("at", moment(), `"0s"`, "when it begins").Coded(schema.NoCode),
		schema.Row("until", moment(), "(the end of the run)", "when it is cancelled").Coded(schema.NoCode),
	})
}

// readCapacityReservations reads the Capacity Reservations, when all else is known.
// Without hosts, whose capacity is unlimited, they change the bill only.
func (l *loader) readCapacityReservations() {
	var holds []controlplane.Hold
	for _, t := range l.tables["capacity_reservation"] {
		r := l.readCapacityReservation(t)
		t.Done()
		if t.Faultless() && !t.Broken {
			l.warnOfReservation(t, r)
			holds = append(holds, l.holdCapacity(t, r)...)
		}
		l.scenario.Plan.Capacity = append(l.scenario.Plan.Capacity, r)
	}
	l.cfg.Holds = append(holds, l.cfg.Holds...) // filled before zonal Reserved Instances, as the bill does
}

// holdCapacity keeps the capacity of a reservation on finite hosts.
func (l *loader) holdCapacity(t *schema.Table, r pricing.CapacityReservation) []controlplane.Hold {
	typ := l.types[r.Type]
	need := l.need(typ)
	if need.Pool == cloud.None {
		return nil
	}
	l.starts = append(l.starts, start{t, "instance_count"})
	return []controlplane.Hold{{
		Name: t.Path, Reservation: r.Name, Type: typ, Platform: r.Platform, Tenancy: r.Tenancy,
		Zone: model.Zone(slices.Index(l.cfg.Zones, r.Zone)), Need: need, Count: int(r.Count), From: r.From, To: r.To,
	}}
}

func (l *loader) readCapacityReservation(t *schema.Table) pricing.CapacityReservation {
	r := pricing.CapacityReservation{
		Name: t.Name, Platform: platforms[t.Choice("instance_platform")], Tenancy: model.TenancyDefault,
		Count: int64(t.Whole("instance_count")),
	}
	if t.Choice("tenancy") == "dedicated" {
		r.Tenancy = model.TenancyDedicated
	}
	var zones []model.Zone
	if name := t.Text("availability_zone"); t.Sound("availability_zone") {
		if z, ok := l.zone(t, "availability_zone", name); ok {
			r.Zone, zones = l.letter(name), []model.Zone{z}
		}
	}
	if typ := l.instanceType(t, "instance_type", zones); typ >= 0 {
		r.Type = l.cfg.Types[typ].Name
		l.onDemand(t, "instance_type", typ, r.Platform)
	}
	r.From, r.To = l.period(t)
	return r
}

// period reads from when until when a reservation is held in the run, 0 for its
// end.
func (l *loader) period(t *schema.Table) (from, to sim.Time) {
	from, to = l.moment(t, "at"), l.moment(t, "until")
	end := l.cfg.Duration
	if t.Sound("at") && end > 0 && from >= end {
		t.Wrong("at", "must lie before the end of the run ("+end.String()+")")
	}
	if !t.Sound("until") {
		return from, 0
	}
	if t.Sound("at") && to <= from {
		t.Wrong("until", "must be after at ("+from.String()+")")
	}
	if to >= end {
		to = 0
	}
	return from, to
}

// warnOfReservation warns of a reservation that no instance fills.
func (l *loader) warnOfReservation(t *schema.Table, r pricing.CapacityReservation) {
	fits := pricing.Commitment{Kind: pricing.ReservedInstance, Type: r.Type, Zone: r.Zone}
	if onDemand, _ := l.launches(fits); !onDemand {
		l.warnAt(t.Node, fmt.Sprintf("%s: no On-Demand instance of the scenario can fill it: all of it will be unused", t.Path))
	}
}
