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
	places *placement.Reservation // on hosts; nil before it begins, or when it was refused
	left   int                    // of unlimited capacity: places that nothing fills
	active bool
	counted
}

// newHolds keeps what is held from the start, and schedules the rest.
func (cp *Plane) newHolds() error {
	cp.holds = make([]hold, len(cp.cfg.Holds))
	for i := range cp.holds {
		cfg := &cp.cfg.Holds[i]
		cp.holds[i].cfg = cfg
		if cfg.Need.Pool == None {
			cp.freeHolds = append(cp.freeHolds, i)
		} else {
			z := &cp.hostPools[cfg.Need.Pool].zones[cfg.Zone]
			z.holds = append(z.holds, i)
		}
		switch {
		case cfg.From > 0:
			cp.schedule(cfg.From, indexed(holdBegins, i))
		case !cp.begin(i, nil):
			return &Shortage{Path: cfg.Name, Code: cp.why.String(), Text: fmt.Sprintf("no hosts have room for the %d instances that it holds at the start", cfg.Count)}
		}
		if cfg.To > 0 && cfg.To <= cp.frame.Duration {
			cp.schedule(cfg.To, indexed(holdEnds, i))
		}
	}
	return nil
}

// begin holds the places of a hold, but for those where its instances run.
func (cp *Plane) begin(i int, running []*hostPlace) (ok bool) {
	h := &cp.holds[i]
	quota := cp.holdQuota(h.cfg)
	if cp.beyondQuota(quota, running) {
		cp.why = vcpuLimitExceeded
		return false
	}
	if h.cfg.Need.Pool == None {
		h.left = h.cfg.Count - len(running)
	} else if cp.why = insufficientInstanceCapacity; !cp.hold(h, running) {
		return false
	}
	h.active, h.counted = true, quota
	cp.credit(quota, +1)
	for _, b := range running {
		b.hold = int32(i)
		if h.cfg.Reservation != "" {
			cp.credit(b.counted, -1)
			b.counted = counted{}
		}
	}
	return true
}

// hold keeps the places of a hold on hosts. Those of a cluster lie on one rack.
func (cp *Plane) hold(h *hold, running []*hostPlace) (ok bool) {
	p := &cp.hostPools[h.cfg.Need.Pool]
	hosts, _ := p.zones[h.cfg.Zone].view(h.cfg.Tenancy == model.TenancyDedicated)
	if hosts == nil {
		return false
	}
	held := make([]placement.Allocation, len(running))
	for k, b := range running {
		held[k] = b.allocation()
	}
	if h.cfg.Group == 0 {
		h.places, ok = hosts.Hold(h.cfg.Need.onHost(), h.cfg.Count, held)
		return ok
	}
	racks := p.racks(h.cfg.Zone)
	start := None
	if g := &cp.placementGroups[h.cfg.Group-1]; !g.Chosen(int(h.cfg.Zone), h.cfg.Need.Pool) {
		if start, ok = hosts.RoomiestRack(h.cfg.Need.onHost(), racks); !ok {
			return false
		}
	}
	h.places, ok = hosts.HoldWhere(h.cfg.Need.onHost(), h.cfg.Count-len(held), func(host int) bool {
		at := placement.Position{Zone: int(h.cfg.Zone), Pool: h.cfg.Need.Pool, Rack: racks.Of(host)}
		return (start == None || at.Rack == start) && cp.placementGroups[h.cfg.Group-1].Allows(at)
	})
	return ok
}

// matches reports whether a launch is of the kind that a hold is for: On-Demand,
// of that type, platform and tenancy, and of this account.
func (h *Hold) matches(w placementRequest) bool {
	return w.option == model.OnDemand && !w.foreign && w.typ == h.Type && w.platform == h.Platform &&
		w.tenancy == h.Tenancy && w.zone == h.Zone && w.need == h.Need &&
		w.group()+1 == h.Group && (w.target() == 0 && !h.Targeted || w.target() > 0 && w.target() == h.Target)
}

// target returns what of Estate.Targets a launch fills: 0 whatever is open, -1 nothing.
func (w *placementRequest) target() int {
	if w.place == nil {
		return 0
	}
	return w.place.Reservation
}

// hasHeld reports whether a place is held for the likes of a launch.
func (cp *Plane) hasHeld(w *placementRequest) bool {
	holds := cp.freeHolds
	if w.need.Pool != None {
		holds = cp.hostPools[w.need.Pool].zones[w.zone].holds
	}
	for _, i := range holds {
		h := &cp.holds[i]
		if h.active && h.cfg.Reservation != "" && h.cfg.matches(*w) && (h.left > 0 || h.places != nil && h.places.Available() > 0) {
			return true
		}
	}
	return false
}

// takeHeld gives a launch the first place that is held for the likes of it.
func (cp *Plane) takeHeld(holds []int, w placementRequest) (at placement.Allocation, hold int32, ok bool) {
	for _, i := range holds {
		h := &cp.holds[i]
		if !h.active || !h.cfg.matches(w) {
			continue
		}
		if h.places == nil && h.left > 0 {
			h.left--
			return placement.Allocation{Host: None}, int32(i), true
		}
		if h.places == nil {
			continue
		}
		if at, ok = h.places.Take(); ok {
			return at, int32(i), true
		}
	}
	return placement.Allocation{}, None, false
}

// onHoldBegins grants a reservation if there is room for all of it. Instances
// that run already, and are in no other, take places where they are.
func (cp *Plane) onHoldBegins(ev model.Event) {
	i := ev.Index()
	cfg := cp.holds[i].cfg
	running := cp.runningFor(cfg)
	running = running[:min(len(running), cfg.Count)]
	cp.why = insufficientInstanceCapacity
	if cp.zoneDown[cfg.Zone] == 0 && cp.begin(i, running) {
		cp.noteHold(cfg, "reservation", fmt.Sprintf("%d instances, %d of them running", cfg.Count, len(running)))
		return
	}
	why := cp.why
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
	cp.noteHold(cfg, "capacity-short", why.String())
	cp.ledger.Refused = append(cp.ledger.Refused, cfg.Reservation)
}

func (h *Hold) request() placementRequest {
	return placementRequest{need: h.Need, zone: h.Zone, option: model.OnDemand, typ: h.Type, platform: h.Platform, tenancy: h.Tenancy, spotPool: None}
}

// runningFor lists where instances run that a hold is for, in launch order.
func (cp *Plane) runningFor(cfg *Hold) (places []*hostPlace) {
	for _, in := range cp.instances.All() {
		if w := in.order.request(); in.hold == None && cp.has(in.hostPlace, cfg) && !in.life.ended() && cfg.matches(w) {
			places = append(places, &in.hostPlace)
		}
	}
	for _, t := range cp.tenants.All() {
		if w := cp.flows[t.workload].request(t.size, t.zone); t.hold == None && cp.has(t.hostPlace, cfg) && cfg.matches(w) {
			places = append(places, &t.hostPlace)
		}
	}
	return places
}

// cancelled is what has become of a reservation that has ended.
const cancelled = "cancelled"

// onHoldEnds frees what is held; instances go on where they are.
func (cp *Plane) onHoldEnds(ev model.Event) {
	h := &cp.holds[ev.Index()]
	if !h.active {
		cp.overtaken()
		return
	}
	h.active = false
	cp.endHold(int32(ev.Index()))
	if h.places != nil {
		h.places.Cancel()
	}
	cp.noteHold(h.cfg, "reservation", cancelled)
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
	cp := &Plane{
		cfg: e, frame: frame, kernel: sim.NewKernel[model.Event](), zoneDown: make([]int, len(frame.Zones)), table: newTable(),
		ledger: &model.Ledger{},
	}
	if cp.newHosts() != nil || cp.newNetwork() != nil {
		return nil // for the validator to say
	}
	for _, build := range []func() error{cp.newPlacementGroups, cp.newMachines, cp.newHolds} {
		if err := build(); err != nil {
			short, _ := err.(*Shortage)
			return short
		}
	}
	if short := cp.volumesAtStart(); short != nil {
		return short
	}
	for i := range e.Instances {
		f := &e.Instances[i]
		o := order{template: &f.Template, typ: f.Template.Type, need: f.Need, option: model.OnDemand, place: f.Template.Place, group: None, fleet: i}
		for n := range f.Count {
			o.zone = f.Zones[n%len(f.Zones)]
			subnet := cp.subnetFor(&o)
			if subnet == None {
				return f.addressShortage(n)
			}
			cp.openAddresses(&instance{order: o}, subnet)
			if cp.beyondIOPS(f.Template.Volumes) {
				return f.shortage(n, maxIOPSLimitExceeded)
			}
			if _, ok := cp.place(o.request()); !ok {
				return f.shortage(n, cp.why)
			}
			cp.provisionAll(f.Template.Volumes)
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
	return cfg.shortage(placed, cp.why)
}

// shortage says that one instance more than placed finds no room.
func (f *Fleet) shortage(placed int, why launchFailure) *Shortage {
	what := "no host has"
	switch why {
	case vcpuLimitExceeded, maxIOPSLimitExceeded:
		what = "the quota has no"
	case reservationCapacityExceeded:
		what = "the capacity reservation has no"
	}
	return &Shortage{
		Path: "instance." + f.Name, Code: why.String(),
		Text: fmt.Sprintf("%s room for instance %d of %d at the start", what, placed+1, f.Count),
	}
}

// has reports whether a place is one that a hold may count in: on a host of its pool, or
// of unlimited capacity as the hold is.
func (cp *Plane) has(b hostPlace, h *Hold) bool {
	return b.machine == 0 && (b.host != None) == (h.Need.Pool != None)
}

// endHold makes instances that go on after their reservation count against the quota, as
// the reservation did.
func (cp *Plane) endHold(i int32) {
	h := &cp.holds[i]
	cp.credit(h.counted, -1)
	h.counted = counted{}
	if h.cfg.Reservation == "" || !cp.cfg.Quotas.on() && h.places != nil {
		return
	}
	for _, in := range cp.instances.All() {
		if in.hold == i {
			w := in.order.request()
			in.counted = cp.charge(&w)
			if h.places == nil {
				in.hold = None
			}
		}
	}
	for _, t := range cp.tenants.All() {
		if t.hold == i {
			w := cp.flows[t.workload].request(t.size, t.zone)
			t.counted = cp.charge(&w)
			if h.places == nil {
				t.hold = None
			}
		}
	}
}
