package controlplane

import "headroom/model"

// fleet is the state of one [instance.NAME].
type fleet struct {
	cfg     *Fleet
	missing []model.Zone // where one was lost that is to be recovered
	waiting bool         // Spot instances make room for the missing
	owner   int32
}

// recoverFleet launches lost instances again where there is capacity, as EC2's
// automatic recovery does, and asks Spot instances to make room for the others.
func (cp *Plane) recoverFleet(i int) {
	f := &cp.fleets[i]
	waiting := f.missing[:0]
	for _, zone := range f.missing {
		if !cp.launchFleet(i, zone, false) {
			waiting = append(waiting, zone)
		}
	}
	f.missing = waiting
	if f.waiting {
		return
	}
	for _, zone := range f.missing {
		o := cp.fleetOrder(i, zone)
		f.waiting = cp.reclaimFor(o.wish(), None, untilItReturns) || f.waiting
	}
	if f.waiting {
		cp.scheduleAfter(noticeTime, indexed(fleetRecovers, i))
	}
}

// onFleetRecovers launches the missing where Spot instances made room.
func (cp *Plane) onFleetRecovers(ev model.Event) {
	cp.fleets[ev.Index()].waiting = false
	cp.recoverFleet(ev.Index())
}

func (cp *Plane) launchFleet(i int, zone model.Zone, settled bool) bool {
	o := cp.fleetOrder(i, zone)
	o.settled = settled
	_, ok := cp.launch(o)
	return ok
}

func (cp *Plane) fleetOrder(i int, zone model.Zone) order {
	f := &cp.fleets[i]
	return order{
		template: &f.cfg.Template, typ: f.cfg.Template.Type, need: f.cfg.Need, zone: zone,
		option: model.OnDemand, spotPool: None, group: None, fleet: i, service: f.cfg.Service,
		owner: f.owner, activity: None,
	}
}
