package controlplane

import (
	"math"
	"sort"

	"headroom/model"
	"headroom/sim"
	"headroom/sim/slab"
)

// Utilization is how much of its vCPUs an instance wants to use without requests, over
// time.
type Utilization struct {
	Steps  []UtilizationStep // ascending, the first from 0; none: it does nothing
	Period sim.Time          // after which they repeat; 0: the last lasts
}

// UtilizationStep is a utilization from an instant on.
type UtilizationStep struct {
	From  sim.Time
	Share float64 // 0 to 1
}

// works reports whether there is one.
func (u *Utilization) works() bool { return len(u.Steps) > 0 }

// into splits an instant into the begin of its period and the rest.
func (u *Utilization) into(now sim.Time) (begin, rest sim.Time) {
	if u.Period == 0 {
		return 0, now
	}
	return now - now%u.Period, now % u.Period
}

// next returns the index of the first step after an instant of a period.
func (u *Utilization) next(rest sim.Time) int {
	return sort.Search(len(u.Steps), func(i int) bool { return u.Steps[i].From > rest })
}

// at returns the utilization at an instant.
func (u *Utilization) at(now sim.Time) float64 {
	_, rest := u.into(now)
	return u.Steps[u.next(rest)-1].Share
}

// after returns the first step after an instant; Never without one.
func (u *Utilization) after(now sim.Time) sim.Time {
	begin, rest := u.into(now)
	switch next := u.next(rest); {
	case next < len(u.Steps):
		return begin + u.Steps[next].From
	case u.Period > 0:
		return begin + u.Period
	}
	return sim.Never
}

// utilizationOf returns that of an [instance.NAME] or, by numbers beyond those, of an
// instance workload.
func (cp *Plane) utilizationOf(i int) *Utilization {
	if i < len(cp.cfg.Instances) {
		return &cp.cfg.Instances[i].Utilization
	}
	return &cp.cfg.InstanceWorkloads[i-len(cp.cfg.Instances)].Utilization
}

// newUtilizations schedules the first step of each after the start.
func (cp *Plane) newUtilizations() error {
	for i := range len(cp.cfg.Instances) + len(cp.cfg.InstanceWorkloads) {
		cp.schedule(cp.utilizationOf(i).after(0), indexed(utilizationSteps, i))
	}
	return nil
}

// onUtilizationSteps changes what instances do from now on.
func (cp *Plane) onUtilizationSteps(ev model.Event) {
	now := cp.kernel.Now()
	i := ev.Index()
	if i < len(cp.cfg.Instances) {
		for _, in := range cp.instances.All() {
			if in.order.fleet == i && in.life.works() {
				cp.work(in.server, in.order.typ, cp.utilizationOf(i))
			}
		}
	} else {
		for _, t := range cp.tenants.All() {
			if int(t.workload) == i-len(cp.cfg.Instances) {
				cp.work(t.server, cp.typeOf(t), cp.utilizationOf(i))
			}
		}
	}
	cp.schedule(cp.utilizationOf(i).after(now), ev)
}

// works reports whether the instance does what it is there for.
func (l life) works() bool { return l == serving || l == draining }

// work tells the data plane what an instance of a type does at present.
func (cp *Plane) work(server slab.Handle, typ int, u *Utilization) {
	vcpus := float64(cp.frame.Types[typ].VCPUs)
	cp.data.Load(server, int64(math.Round(u.at(cp.kernel.Now())*vcpus*1e6)))
}

// typeOf returns the type of a tenant.
func (cp *Plane) typeOf(t *tenant) int {
	return cp.cfg.InstanceWorkloads[t.workload].Sizes[t.size].Type
}

// employ lets a tenant do what its workload does.
func (cp *Plane) employ(f *tenantFlow, t *tenant) {
	size := &f.cfg.Sizes[t.size]
	spec := model.ServerSpec{
		Service: None, Fleet: None, Zone: t.zone, Type: size.Type, Owner: f.owner,
		Credits: cp.tenantTerms(f, size.Type),
	}
	spec.Host, spec.Threads = cp.overcommittedHost(size.Need, t.zone, t.hostPlace)
	t.account.mode = spec.Credits.Mode
	t.server = cp.data.Open(spec)
	cp.work(t.server, size.Type, &f.cfg.Utilization)
}

// dismiss ends what a tenant does.
func (cp *Plane) dismiss(t *tenant, end model.LeaseEnd) {
	if !cp.cfg.InstanceWorkloads[t.workload].Utilization.works() {
		return
	}
	cause := model.Terminated
	if end == model.EndedByReclaim {
		cause = model.Reclaimed
	}
	cp.data.Kill(t.server, cause)
	cp.closeTenant(t, false)
	cp.data.Close(t.server)
}

// closeTenant counts what a tenant did that has ended, or runs at the end of the run.
func (cp *Plane) closeTenant(t *tenant, runs bool) {
	if !cp.cfg.InstanceWorkloads[t.workload].Utilization.works() {
		return
	}
	out := &cp.flows[t.workload].out
	out.BusyVCPUSeconds += float64(cp.data.BusyTime(t.server)) / 1e9
	out.PoweredVCPUSeconds += (cp.kernel.Now() - t.since).Seconds() * float64(cp.frame.Types[cp.typeOf(t)].VCPUs)
	if t.account.mode == 0 {
		return
	}
	if t.lease != None {
		cp.chargeSurplus(t.server, &t.account, cp.payerOf(t))
	}
	out.Burst.add(cp.data.Burst(t.server), runs)
}

// payerOf returns who pays for a tenant.
func (cp *Plane) payerOf(t *tenant) payer {
	return payer{cp.flows[t.workload].owner, t.number, cp.typeOf(t), model.Linux}
}
