package controlplane

import (
	"fmt"

	"headroom/model"
	"headroom/model/placement"
	"headroom/sim"
)

// hold is the state of capacity that is kept on hosts.
type hold struct {
	cfg    *Hold
	places *placement.Reservation // nil before it begins, or when it was refused
}

// newHolds keeps what is held from the start, and schedules the rest.
func (cp *Plane) newHolds() error {
	cp.holds = make([]hold, len(cp.cfg.Holds))
	for i := range cp.holds {
		cfg := &cp.cfg.Holds[i]
		cp.holds[i].cfg = cfg
		if cfg.Need.Pool == None {
			continue // capacity without hosts is unlimited
		}
		z := &cp.hostPools[cfg.Need.Pool].zones[cfg.Zone]
		z.holds = append(z.holds, i)
		switch {
		case cfg.From > 0:
			cp.schedule(cfg.From, indexed(holdBegins, i))
		case !cp.begin(i, nil):
			return &Shortage{Path: cfg.Name, Text: fmt.Sprintf("no hosts have room for the %d instances that it holds at the start", cfg.Count), Code: insufficientInstanceCapacity.String()}
		}
		if cfg.To > 0 && cfg.To <= cp.frame.Duration {
			cp.schedule(cfg.To, indexed(holdEnds, i))
		}
	}
	return nil
}

// begin holds the places of a hold, but for those where its instances run.
func (cp *Plane) begin(i int, running []placement.Seat) (ok bool) {
	h := &cp.holds[i]
	z := &cp.hostPools[h.cfg.Need.Pool].zones[h.cfg.Zone]
	hosts, _ := z.view(h.cfg.Tenancy == model.TenancyDedicated)
	if hosts == nil {
		return false
	}
	h.places, ok = hosts.Hold(h.cfg.Need.onHost(), h.cfg.Count, running)
	return ok
}

// matches reports whether a launch is of the kind that a hold is for: On-Demand,
// of that type, platform and tenancy, and of this account.
func (h *Hold) matches(w placementRequest) bool {
	return w.option == model.OnDemand && !w.foreign && w.typ == h.Type && w.platform == h.Platform &&
		w.tenancy == h.Tenancy && w.zone == h.Zone && w.need == h.Need
}

// takeHeld gives a launch the first place that is held for the likes of it.
func (cp *Plane) takeHeld(z *zoneHosts, w placementRequest) (at placement.Seat, hold int32, ok bool) {
	for _, i := range z.holds {
		h := &cp.holds[i]
		if h.places == nil || !h.cfg.matches(w) {
			continue
		}
		if at, ok = h.places.Take(); ok {
			return at, int32(i), true
		}
	}
	return placement.Seat{}, None, false
}

// onHoldBegins grants a reservation if there is room for all of it. Instances
// that run already, and are in no other, take places where they are.
func (cp *Plane) onHoldBegins(ev model.Event) {
	i := ev.Index()
	cfg := cp.holds[i].cfg
	running := cp.runningFor(cfg)
	seats := make([]placement.Seat, len(running))
	for k, b := range running {
		seats[k] = b.seat()
	}
	if cp.zoneDown[cfg.Zone] == 0 && cp.begin(i, seats) {
		for k, b := range running {
			if k < cfg.Count {
				b.hold = int32(i)
			}
		}
		cp.noteHold(cfg, "reservation", fmt.Sprintf("%d instances, %d of them running", cfg.Count, min(cfg.Count, len(running))))
		return
	}
	makeRoom, promised := false, forThisInstant
	if cp.cfg.WaitForSpotReclaim {
		promised = untilItReturns
	}
	for k := len(running); k < cfg.Count && cp.reclaimFor(cfg.request(), None, promised); k++ {
		makeRoom = true
	}
	if makeRoom && cp.cfg.WaitForSpotReclaim {
		cp.scheduleAfter(noticeTime, ev)
		return
	}
	cp.noteHold(cfg, "capacity-short", "InsufficientInstanceCapacity")
	cp.ledger.Refused = append(cp.ledger.Refused, cfg.Reservation)
}

func (h *Hold) request() placementRequest {
	return placementRequest{need: h.Need, zone: h.Zone, option: model.OnDemand, typ: h.Type, platform: h.Platform, tenancy: h.Tenancy}
}

// runningFor lists where instances run that a hold is for, in launch order.
func (cp *Plane) runningFor(cfg *Hold) (places []*hostPlace) {
	for _, in := range cp.instances.All() {
		if w := in.order.request(); in.hold == None && in.host != None && !in.life.ended() && cfg.matches(w) {
			places = append(places, &in.hostPlace)
		}
	}
	for _, t := range cp.tenants.All() {
		if w := cp.flows[t.workload].request(t.size, t.zone); t.hold == None && t.host != None && cfg.matches(w) {
			places = append(places, &t.hostPlace)
		}
	}
	return places
}

// onHoldEnds frees what is held; instances go on where they are.
func (cp *Plane) onHoldEnds(ev model.Event) {
	h := &cp.holds[ev.Index()]
	if h.places == nil {
		cp.overtaken()
		return
	}
	h.places.Cancel()
	cp.noteHold(h.cfg, "reservation", "cancelled")
	cp.roomIsMade()
}

// restoreHolds moves held places off hosts that have failed.
func (cp *Plane) restoreHolds() {
	for i := range cp.holds {
		if cp.holds[i].places != nil {
			cp.holds[i].places.Restore()
		}
	}
}

// Shortage says what finds no room on the hosts at the start of a run.
type Shortage struct {
	Path string // "instance.db"
	Text string
	Code string // EC2's error code
}

// Error implements error.
func (s *Shortage) Error() string { return s.Path + ": " + s.Text + " [" + s.Code + "]" }

// CheckStart returns what finds no room on the hosts at the start of a run, the
// first of it: places that are held, and instances outside any group. Groups
// and instance workloads may start short.
func (e *Estate) CheckStart(frame *model.Frame) *Shortage {
	cp := &Plane{cfg: e, frame: frame, kernel: sim.NewKernel[model.Event](), zoneDown: make([]int, len(frame.Zones)), table: newTable(), ledger: &model.Ledger{}}
	if cp.newHosts() != nil || cp.newNetwork() != nil {
		return nil // for the validator to say
	}
	if err := cp.newHolds(); err != nil {
		short, _ := err.(*Shortage)
		return short
	}
	for i := range e.Instances {
		f := &e.Instances[i]
		o := order{template: &f.Template, typ: f.Template.Type, need: f.Need, option: model.OnDemand, group: None, fleet: i}
		for n := range f.Count {
			o.zone = f.Zones[n%len(f.Zones)]
			subnet := cp.subnetFor(&o)
			if subnet == None {
				return f.addressShortage(n)
			}
			cp.openAddresses(&instance{order: o}, subnet)
			if _, ok := cp.place(o.request()); !ok {
				return f.shortage(n)
			}
		}
	}
	return nil
}

// shortageOf says why one instance of a fleet more than placed cannot be launched.
func (cp *Plane) shortageOf(i, placed int) *Shortage {
	cfg := &cp.cfg.Instances[i]
	if o := cp.fleetOrder(i, cfg.Zones[placed%len(cfg.Zones)]); cp.subnetFor(&o) == None {
		return cfg.addressShortage(placed)
	}
	return cfg.shortage(placed)
}

// shortage says that one instance more than placed finds no room.
func (f *Fleet) shortage(placed int) *Shortage {
	return &Shortage{
		Path: "instance." + f.Name, Code: insufficientInstanceCapacity.String(),
		Text: fmt.Sprintf("no host has room for instance %d of %d at the start", placed+1, f.Count),
	}
}
