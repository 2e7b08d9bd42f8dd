package controlplane

import (
	"fmt"

	"headroom/model"
	"headroom/model/placement"
	"headroom/sim"
)

// machine is one Dedicated Host of the account.
type machine struct {
	host        int // index into Estate.DedicatedHosts
	load        model.HostLoad
	at          placement.Allocation // in its pool; Host None without one
	number      int32                // among the hosts that promise more than they have; None
	threads     int
	record      int32 // in the ledger
	failed      bool
	released    bool
	replacement int32 // of Plane.machines, from 1, that took its place when it failed; 0: none
}

// newMachines allocates the Dedicated Hosts that there are at the start, and schedules
// the others.
func (cp *Plane) newMachines() error {
	for i := range cp.cfg.DedicatedHosts {
		cfg := &cp.cfg.DedicatedHosts[i]
		owner := cp.ownerAt("dedicated_host."+cfg.Name, cfg.Zone)
		cp.machineOwners = append(cp.machineOwners, owner)
		if cfg.From > 0 {
			cp.schedule(cfg.From, indexed(machinesBegin, i))
		} else {
			for n := range cfg.Count {
				if !cp.allocate(i) {
					return &Shortage{
						Path: "dedicated_host." + cfg.Name, Code: cp.why.String(),
						Text: fmt.Sprintf("no room for host %d of %d at the start", n+1, cfg.Count),
					}
				}
			}
		}
		if cfg.To > 0 && cfg.To <= cp.frame.Duration {
			cp.schedule(cfg.To, indexed(machinesEnd, i))
		}
	}
	return nil
}

// allocate takes one Dedicated Host: on finite hosts, a whole one that nothing is on.
func (cp *Plane) allocate(i int) bool {
	cfg := &cp.cfg.DedicatedHosts[i]
	if cp.why = cp.hostQuota(i); cp.why != noFailure {
		return false
	}
	cp.why = insufficientHostCapacity
	if cp.zoneDown[cfg.Zone] > 0 {
		return false
	}
	m := machine{host: i, at: placement.Allocation{Host: None}, number: None, record: int32(len(cp.ledger.DedicatedHosts))}
	if cfg.Pool != None {
		p := &cp.hostPools[cfg.Pool]
		z := &p.zones[cfg.Zone]
		if z.shared == nil {
			return false
		}
		var ok bool
		if m.at, ok = z.shared.Allocate(p.whole().onHost()); !ok {
			return false
		}
		p.changed(cp.kernel.Now(), p.whole(), +1)
		m.number, m.threads = cp.overcommittedHost(cfg.need(p), cfg.Zone, hostPlace{host: int32(m.at.Host)})
	} else if cfg.Rules.Shape.Slots > 0 {
		m.number, m.threads = cp.overcommitted, cfg.Rules.Shape.VCPUs
		cp.overcommitted++
	}
	cp.ledger.DedicatedHosts = append(cp.ledger.DedicatedHosts, model.HostUse{
		From: cp.kernel.Now(), To: sim.Never, Owner: cp.machineOwners[i], Zone: cfg.Zone, Type: int32(cfg.Type),
	})
	cp.machines = append(cp.machines, m)
	return true
}

// whole is what a Dedicated Host takes of the pool's hosts.
func (p *hostPool) whole() Need { return Need{CPU: p.cfg.CPU, MemoryMiB: p.cfg.MemoryMiB} }

func (d *DedicatedHost) need(p *hostPool) Need {
	n := p.whole()
	n.Pool = d.Pool
	return n
}

// release gives a Dedicated Host back.
func (cp *Plane) release(m *machine) {
	cfg := &cp.cfg.DedicatedHosts[m.host]
	m.released = true
	cp.ledger.DedicatedHosts[m.record].To = cp.kernel.Now()
	if cfg.Pool == None {
		return
	}
	p := &cp.hostPools[cfg.Pool]
	p.zones[cfg.Zone].shared.Vacate(m.at, p.whole().onHost())
	p.changed(cp.kernel.Now(), p.whole(), -1)
	cp.roomIsMade()
}

// suits reports whether a Dedicated Host takes instances of that kind, if it has room.
func (cp *Plane) suits(host int, w *placementRequest) bool {
	cfg := &cp.cfg.DedicatedHosts[host]
	if named := w.place != nil && w.place.Host != None; named && w.place.Host != host || !named && !cfg.AutoPlacement {
		return false
	}
	return cfg.Zone == w.zone && (w.typ == cfg.Type || !cfg.Only && cp.frame.Types[w.typ].Family == cp.frame.Types[cfg.Type].Family)
}

// placeOnMachine puts an instance on the fullest Dedicated Host that takes it.
func (cp *Plane) placeOnMachine(w *placementRequest) (b hostPlace, ok bool) {
	cp.why = insufficientCapacityOnHost
	best := None
	for i := range cp.machines {
		m := &cp.machines[i]
		if m.failed || m.released || w.affine > 0 && cp.heirOf(w.affine) != int32(i+1) || !cp.suits(m.host, w) {
			continue
		}
		fits := m.load.Fits(&cp.cfg.DedicatedHosts[m.host].Rules, &cp.frame.Types[w.typ], int32(w.typ))
		if fits && (best == None || m.load.CPU > cp.machines[best].load.CPU) {
			best = i
		}
	}
	if best == None {
		return unlimited, false
	}
	m := &cp.machines[best]
	cp.enter(m, w.typ, +1)
	return hostPlace{host: int32(m.at.Host), hold: None, machine: int32(best + 1), typ: int32(w.typ)}, true
}

// heirOf returns the machine that stands for one now.
func (cp *Plane) heirOf(number int32) int32 {
	for cp.machines[number-1].replacement > 0 {
		number = cp.machines[number-1].replacement
	}
	return number
}

// enter puts an instance of a type on a machine, or with sign -1 takes one off.
func (cp *Plane) enter(m *machine, typ, sign int) {
	m.load.Put(&cp.cfg.DedicatedHosts[m.host].Rules, &cp.frame.Types[typ], int32(typ), sign)
}

// leaveMachine takes an instance off its Dedicated Host.
func (cp *Plane) leaveMachine(b hostPlace) {
	m := &cp.machines[b.machine-1]
	cp.enter(m, int(b.typ), -1)
	if m.released && m.load.Instances() == 0 {
		return
	}
	cp.roomIsMade()
}

// onMachinesBegin allocates the Dedicated Hosts of a table, as many as there is room for.
func (cp *Plane) onMachinesBegin(ev model.Event) {
	cfg := &cp.cfg.DedicatedHosts[ev.Index()]
	for range cfg.Count {
		if !cp.allocate(ev.Index()) {
			cp.noteMachine(cfg, "capacity-short", cp.why.String())
			return
		}
	}
	cp.noteMachine(cfg, "allocated", fmt.Sprintf("%d hosts", cfg.Count))
}

// onMachinesEnd releases the Dedicated Hosts of a table: those that nothing is on. The
// others cannot be released (EC2 User Guide, "Release a Dedicated Host").
func (cp *Plane) onMachinesEnd(ev model.Event) {
	cfg := &cp.cfg.DedicatedHosts[ev.Index()]
	occupied, released := 0, 0
	for i := range cp.machines {
		m := &cp.machines[i]
		switch {
		case m.host != ev.Index() || m.released:
		case m.load.Instances() > 0:
			occupied++
		default:
			cp.release(m)
			released++
		}
	}
	if released > 0 {
		cp.noteMachine(cfg, "released", fmt.Sprintf("%d hosts", released))
	}
	if occupied > 0 {
		cp.refuse("dedicated_host."+cfg.Name, "release", fmt.Errorf("instances are on %d of its hosts [IncorrectState]", occupied))
	}
}

func (cp *Plane) noteMachine(d *DedicatedHost, kind, detail string) {
	by, name := Operator, ""
	switch kind {
	case "capacity-short":
		name = "AllocateHosts"
	case "recovery":
		by, name = EC2, "AllocateHosts"
	}
	cp.note(Activity{Subject: "dedicated_host." + d.Name, Kind: kind, Detail: detail, Cause: "dedicated host", Instance: None, By: by, Name: name})
}

// failMachines tells the Dedicated Hosts on a host of a pool that it has failed, or works
// again. Host recovery allocates another one once the status checks have failed for as
// long as they may.
func (cp *Plane) failMachines(pool int, zone model.Zone, host int, failed bool) {
	for i := range cp.machines {
		m := &cp.machines[i]
		cfg := &cp.cfg.DedicatedHosts[m.host]
		if cfg.Pool == pool && cfg.Zone == zone && m.at.Host == host {
			cp.failMachine(i, failed)
		}
	}
}

// failMachine is [Plane.failMachines] for one of them.
func (cp *Plane) failMachine(i int, failed bool) {
	m := &cp.machines[i]
	if m.released {
		return
	}
	m.failed = failed
	if failed && cp.cfg.DedicatedHosts[m.host].Recovery {
		cp.schedule(failsAt(cp.kernel.Now())+impairedTolerance, indexed(machineRecovers, i))
	}
}

// workingMachines lists the Dedicated Hosts that a fault may strike: those of its table, or
// all that are on no host of a pool, which has its own chances.
func (cp *Plane) workingMachines(f *Fault) (working []hostOf) {
	for i := range cp.machines {
		m := &cp.machines[i]
		cfg := &cp.cfg.DedicatedHosts[m.host]
		if m.failed || m.released || f.Zone != None && f.Zone != cfg.Zone || f.Machines > 0 && f.Machines != m.host+1 || f.Machines == 0 && cfg.Pool != None {
			continue
		}
		c := hostOf{pool: cfg.Pool, zone: cfg.Zone, host: m.at.Host, rack: None}
		if cfg.Pool == None {
			c.machine = int32(i + 1)
		}
		working = append(working, c)
	}
	return working
}

// onMachineRecovers replaces a Dedicated Host that is still failed. It tries again every
// minute until there is room for another.
func (cp *Plane) onMachineRecovers(ev model.Event) {
	i := ev.Index()
	if m := &cp.machines[i]; !m.failed || m.released {
		cp.overtaken()
		return
	}
	if !cp.allocate(cp.machines[i].host) {
		cp.scheduleAfter(statusCheck, ev)
		return
	}
	m := &cp.machines[i]
	m.replacement = int32(len(cp.machines))
	cp.release(m)
	cp.noteMachine(&cp.cfg.DedicatedHosts[m.host], "recovery", "another host in its place")
}

// staysDown reports whether an instance is on a Dedicated Host that nothing replaces:
// EC2's automatic recovery does not move it.
func (cp *Plane) staysDown(in *instance) bool {
	if in.machine == 0 {
		return false
	}
	m := &cp.machines[in.machine-1]
	return m.failed && m.replacement == 0
}

// verifyMachines: what is on a Dedicated Host is what fits, and is paid while it is held.
func (cp *Plane) verifyMachines() error {
	loads := make([]model.HostLoad, len(cp.machines))
	for _, in := range cp.instances.All() {
		if in.machine > 0 {
			rules := &cp.cfg.DedicatedHosts[cp.machines[in.machine-1].host].Rules
			load, kind := &loads[in.machine-1], &cp.frame.Types[in.order.typ]
			if !load.Fits(rules, kind, int32(in.order.typ)) {
				return fmt.Errorf("host of the account %d has more than fits: %+v and another %s", in.machine-1, *load, kind.Name)
			}
			load.Put(rules, kind, int32(in.order.typ), +1)
		}
	}
	for i := range cp.machines {
		m := &cp.machines[i]
		if m.load.CPU != loads[i].CPU || m.load.MemoryMiB != loads[i].MemoryMiB {
			return fmt.Errorf("host of the account %d: %+v aboard, counted %+v", i, m.load, loads[i])
		}
		if paid := cp.ledger.DedicatedHosts[m.record].To == sim.Never; paid == m.released {
			return fmt.Errorf("host of the account %d: released %t, paid %t", i, m.released, paid)
		}
	}
	return nil
}
