package controlplane

import "headroom/model"

// fleet is the state of one [instance.NAME].
type fleet struct {
	cfg   *Fleet
	owner int32
}

func (cp *Plane) launchFleet(i int, zone model.Zone, settled bool) bool {
	f := &cp.fleets[i]
	_, ok := cp.launch(order{
		template: &f.cfg.Template, typ: f.cfg.Template.Type, speed: f.cfg.Speed, need: f.cfg.Need, zone: zone,
		option: model.OnDemand, spotPool: None, group: None, fleet: i, service: f.cfg.Service,
		owner: f.owner, activity: None, settled: settled,
	})
	return ok
}
