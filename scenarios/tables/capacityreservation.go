package tables

import (
	"fmt"
	"slices"

	"headroom/model"
	"headroom/model/cloud"
	"headroom/model/controlplane"
	"headroom/model/placement"
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
		schema.Row("instance_match_criteria", schema.OneOf("open: instances that match fill it", "targeted: only those that name it in capacity_reservation_specification"), `"open"`, "which instances fill it").Coded(schema.NoCode),
		schema.Row("placement_group", schema.Name("placement_group"), "", "a cluster: only its instances fill it"),
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
	l.checkReleases()
}

// holdCapacity keeps the capacity of a reservation on finite hosts.
func (l *loader) holdCapacity(t *schema.Table, r pricing.CapacityReservation) []controlplane.Hold {
	typ := l.types[r.Type]
	need := l.need(typ)
	if need.Pool == cloud.None && len(l.cfg.Targets) == 0 && l.scenario.root.Table["quotas"] == nil {
		return nil
	}
	l.starts = append(l.starts, start{t, "instance_count"})
	return []controlplane.Hold{{
		Group: max(0, t.Reference("placement_group")+1), Target: l.targetOf(t), Targeted: t.Choice("instance_match_criteria") == "targeted",
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
		l.onDemand(t, typ, r.Platform)
	}
	r.From, r.To = l.period(t)
	l.readMatch(t, &r)
	return r
}

// readMatch reads who fills a reservation.
func (l *loader) readMatch(t *schema.Table, r *pricing.CapacityReservation) {
	r.Targeted = t.Choice("instance_match_criteria") == "targeted"
	if r.Targeted && len(l.cfg.Targets) == 0 {
		l.targeted()
	}
	group := t.Reference("placement_group")
	if group >= 0 {
		r.Targeted = true
		if l.cfg.PlacementGroups[group].Strategy != placement.Cluster {
			t.Reject("placement_group", schema.Fault{Rule: "must be of strategy cluster: reservations are in no other", Code: placementInvalid})
		}
		if family := l.typeFamily(r.Type); r.Type != "" && !placement.Clusters(family) {
			t.Reject("placement_group", schema.Fault{Rule: "is a cluster, which must not have a type of family " + family, Code: placementInvalid})
		}
	}
	r.Match = model.ReservationMatch(l.targetOf(t), group+1)
}

// targetOf returns the number by which launches name a reservation, 0 if none does.
func (l *loader) targetOf(t *schema.Table) int { return slices.Index(l.cfg.Targets, t.Name) + 1 }

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
