package controlplane

import (
	"headroom/model"
	"headroom/sim"
)

// fleet is the state of one [instance.NAME].
type fleet struct {
	cfg   *Fleet
	owner int32

	ended   bool // the last of its instances that has gone did so
	endedAt sim.Time
}

// launchFleet launches an instance of a fleet, which is there at the start.
func (cp *Plane) launchFleet(i int, zone model.Zone) bool {
	o := cp.fleetOrder(i, zone)
	o.initial = true
	_, ok := cp.launch(o)
	return ok
}

func (cp *Plane) fleetOrder(i int, zone model.Zone) order {
	f := &cp.fleets[i]
	return order{
		template: &f.cfg.Template, place: f.cfg.Template.Place, typ: f.cfg.Template.Type, speed: f.cfg.Speed, need: f.cfg.Need, zone: zone,
		option: model.OnDemand, spotPool: None, group: None, fleet: i, service: f.cfg.Service, applications: f.cfg.Applications,
		owner: f.owner, activity: None,
	}
}
