package scenarios

import (
	"fmt"

	"headroom/model"
	"headroom/model/cloud"
	"headroom/model/pricing"
	"headroom/sim"
)

func capacityReservationKeys() []Key {
	return within("capacity_reservation.NAME", "ValidationError", []Key{
		{"instance_type", text(), required, "type whose capacity is held; its family must have no [hosts.NAME]", unsupported},
		{"instance_platform", oneOf("linux", "windows", "rhel", "suse"), `"linux"`, "of the instances that fill it", noCode},
		{"tenancy", oneOf("default", "dedicated"), `"default"`, "of the instances that fill it", noCode},
		{"availability_zone", text(), required, "letter of the zone where it is", noCode},
		{"instance_count", whole(1, 1e6), required, "instances that there is room for, billed at On-Demand prices whether they run or not", ""},
		{"at", loose("time of day, offset, or date and time"), `"0s"`, "when it begins", noCode},
		{"until", loose("time of day, offset, or date and time"), "(the end of the run)", "when it is cancelled", noCode},
	})
}

// readCapacityReservations reads the Capacity Reservations, when all else is known.
// They change the bill only: capacity without hosts is unlimited, and there is
// nothing to hold.
func (l *loader) readCapacityReservations() {
	for _, t := range l.tables["capacity_reservation"] {
		r := l.readCapacityReservation(t)
		t.done()
		if len(t.bad) == 0 && !t.broken {
			l.cautionReservation(t, r)
		}
		l.scenario.Plan.Capacity = append(l.scenario.Plan.Capacity, r)
	}
}

func (l *loader) readCapacityReservation(t *table) pricing.CapacityReservation {
	r := pricing.CapacityReservation{
		Name: t.name, Platform: platforms[t.choice("instance_platform")], Tenancy: model.TenancyDefault,
		Count: int64(t.whole("instance_count")),
	}
	if t.choice("tenancy") == "dedicated" {
		r.Tenancy = model.TenancyDedicated
	}
	var zones []model.Zone
	if name := t.text("availability_zone"); t.sound("availability_zone") {
		if z, ok := l.zone(t, "availability_zone", name); ok {
			r.Zone, zones = l.letter(name), []model.Zone{z}
		}
	}
	if typ := l.instanceType(t, "instance_type", zones); typ >= 0 {
		r.Type = l.cfg.Types[typ].Name
		l.onDemand(t, "instance_type", typ, r.Platform)
		if l.need(typ).Pool != cloud.None {
			t.add(Fault{Path: t.path, Rule: "is not simulated on finite hosts by this version"}, t.n, "")
		}
	}
	r.From, r.To = l.period(t)
	return r
}

// period reads from when until when a reservation is held in the run, 0 for its
// end.
func (l *loader) period(t *table) (from, to sim.Time) {
	from, to = l.moment(t, "at"), l.moment(t, "until")
	end := l.cfg.Duration
	if t.sound("at") && end > 0 && from >= end {
		t.wrong("at", "must lie before the end of the run ("+end.String()+")")
	}
	if !t.sound("until") {
		return from, 0
	}
	if t.sound("at") && to <= from {
		t.wrong("until", "must be after at ("+from.String()+")")
	}
	if to >= end {
		to = 0
	}
	return from, to
}

// cautionReservation warns of a reservation that no instance fills.
func (l *loader) cautionReservation(t *table, r pricing.CapacityReservation) {
	fits := pricing.Commitment{Kind: pricing.ReservedInstance, Type: r.Type, Zone: r.Zone}
	if onDemand, _ := l.launches(fits); !onDemand {
		l.caution(t.n, fmt.Sprintf("%s: no On-Demand instance of the scenario can fill it: all of it will be unused", t.path))
	}
}
