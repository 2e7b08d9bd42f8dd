package controlplane

import "headroom/model"

// fleet is the state of one [instance.NAME].
type fleet struct {
	cfg     *Fleet
	missing []model.Zone // where one was lost that is to be recovered
	owner   int32
}

// recoverFleet launches lost instances again where there is capacity, as EC2's
// automatic recovery does.
func (cp *Plane) recoverFleet(i int) {
	f := &cp.fleets[i]
	waiting := f.missing[:0]
	for _, zone := range f.missing {
		if !cp.launchFleet(i, zone, false) {
			waiting = append(waiting, zone)
		}
	}
	f.missing = waiting
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
