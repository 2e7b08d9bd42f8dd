package controlplane

import "headroom/model"

// fleet is the state of one [instance.NAME].
type fleet struct {
	cfg   *Fleet
	owner int32
}

// launchFleet launches an instance of a fleet: one that is there at the start, or one
// that has moved to another host.
func (cp *Plane) launchFleet(i int, zone model.Zone, initial bool) bool {
	o := cp.fleetOrder(i, zone)
	o.initial, o.rebooted = initial, !initial
	_, ok := cp.launch(o)
	return ok
}

func (cp *Plane) fleetOrder(i int, zone model.Zone) order {
	f := &cp.fleets[i]
	return order{
		template: &f.cfg.Template, place: f.cfg.Template.Place, typ: f.cfg.Template.Type, speed: f.cfg.Speed, need: f.cfg.Need, zone: zone,
		option: model.OnDemand, spotPool: None, group: None, fleet: i, service: f.cfg.Service,
		owner: f.owner, activity: None,
	}
}
