package controlplane

import (
	"fmt"
	"math"

	"headroom/model"
	"headroom/model/network"
	"headroom/model/scaling"
	"headroom/sim"
)

// timetable compiles a schedule that was validated.
func (cp *Plane) timetable(s scaling.Schedule) scaling.Timetable {
	t, err := scaling.NewTimetable(s)
	if err != nil {
		panic(fmt.Sprintf("controlplane: a schedule that was not validated: %v", err))
	}
	return t
}

// scheduleBackup plans the next run of a schedule of snapshots; the first may be now.
func (cp *Plane) scheduleBackup(i int, first bool) {
	cp.scheduleNext(cp.backups[i], first, indexed(backupFires, i))
}

func (cp *Plane) scheduleNext(t scaling.Timetable, first bool, ev model.Event) {
	after := cp.frame.Calendar(cp.kernel.Now())
	if first {
		after = after.Add(-1)
	}
	if next, ok := t.Next(after); ok {
		if since := next.Sub(cp.frame.Start); since <= cp.frame.Duration.Duration() {
			cp.schedule(sim.Time(since), ev)
		}
	}
}

// onBackupFires takes the snapshots of a schedule.
func (cp *Plane) onBackupFires(ev model.Event) {
	b := &cp.cfg.Backups[ev.Index()]
	for _, v := range b.Volumes {
		if err := cp.take(v, b.Name, ev.Index()); err != nil {
			cp.refuseTo(LifecycleManager, Activity{Subject: "snapshot_schedule." + b.Name, Cause: "snapshot", Instance: None}, err)
		}
	}
	cp.scheduleBackup(ev.Index(), false)
}

// startAction plans the first time of an action.
func (cp *Plane) startAction(i int) {
	a := &cp.cfg.Actions[i]
	if a.Times.Recurrence == "" {
		cp.actions = append(cp.actions, scaling.Timetable{})
		cp.schedule(a.At, indexed(actionFires, i))
		return
	}
	cp.actions = append(cp.actions, cp.timetable(a.Times))
	cp.scheduleNext(cp.actions[i], true, indexed(actionFires, i))
}

// onActionFires does what an operator does, and plans its next time.
func (cp *Plane) onActionFires(ev model.Event) {
	a := &cp.cfg.Actions[ev.Index()]
	cp.perform(a)
	switch {
	case a.Times.Recurrence != "":
		cp.scheduleNext(cp.actions[ev.Index()], false, ev)
	case a.Every > 0:
		cp.scheduleAfter(a.Every, ev)
	}
}

// perform does what an action says.
func (cp *Plane) perform(a *Action) {
	switch {
	case a.Do.OfReservation():
		cp.note(Activity{Subject: a.Commitment, Kind: a.Do.String(), Detail: a.Detail, Cause: "action", Instance: None, By: Operator})
	case a.Do == SetDesiredCapacity:
		cp.report(cp.groups[a.On.Index].name(), a, cp.setCapacity(a))
	case a.Do.OfGroups():
		cp.actOnGroup(a)
	case a.Do.ofInstances():
		cp.operate(a)
	case a.Do == ModifyFileSystem:
		cp.report("file_system."+cp.frame.FileSystems[a.FileSystem].Name, a, cp.modifyFileSystem(a.FileSystem, &a.To))
	case a.Do >= AttachInterface && a.Do <= DisassociateAddress:
		for _, i := range a.Interfaces {
			cp.report("network_interface."+cp.cfg.Interfaces[i].Name, a, cp.actOnInterface(i, a))
		}
		for _, i := range a.ElasticIPs {
			cp.report("elastic_ip."+cp.cfg.ElasticIPs[i].Name, a, cp.actOnElastic(i, a))
		}
	case a.Do == AuthorizeRules || a.Do == RevokeRules:
		cp.changeRules(a)
	case a.Do.OfImages():
		cp.actOnImage(a)
	case a.Do.OfAccess():
		cp.access(a)
	case a.Do == SetWeights:
		cp.setWeights(a)
	case a.Do == StartZonalShift || a.Do == CancelZonalShift:
		cp.shiftZone(a)
	case a.Do <= TakeSnapshot:
		for _, v := range a.Volumes {
			cp.report("volume."+cp.cfg.Volumes[v].Name, a, cp.act(v, a))
		}
	default:
		cp.actOnSnapshots(a)
	}
}

// ruleCalls are by which calls the rules of a direction change.
var ruleCalls = map[ActionKind][2]string{
	AuthorizeRules: {network.Ingress: "AuthorizeSecurityGroupIngress", network.Egress: "AuthorizeSecurityGroupEgress"},
	RevokeRules:    {network.Ingress: "RevokeSecurityGroupIngress", network.Egress: "RevokeSecurityGroupEgress"},
}

// changeRules gives a security group rules, or takes them from it.
func (cp *Plane) changeRules(a *Action) {
	c := &a.Rules
	subject := "security_group." + c.Name
	call := ruleCalls[a.Do][c.Direction]
	if err := cp.data.ChangeRules(c.Group, c.Direction, c.Rules, a.Do == RevokeRules); err != nil {
		cp.refuseTo(Operator, Activity{Subject: subject, Cause: a.Do.String(), Instance: None, Name: call}, err)
		return
	}
	cp.note(Activity{Subject: subject, Kind: a.Do.String(), Detail: c.Text, Cause: "action", Instance: None, By: Operator, Name: call})
}

// setWeights gives the target groups of a rule other shares of its requests.
func (cp *Plane) setWeights(a *Action) {
	cp.data.SetWeights(a.Weights)
	cp.note(Activity{
		Subject: "load_balancer." + a.BalancerName, Kind: a.Do.String(), Cause: "action", Instance: None, By: Operator,
		Detail: a.Weights.String(),
	})
}

// act does something with a volume.
func (cp *Plane) act(v int, a *Action) error {
	switch a.Do {
	case CreateVolume:
		return cp.create(v, a.Snapshot)
	case AttachVolume:
		return cp.attachTo(v, a)
	case DetachVolume:
		return cp.detach(v, a.Fleet)
	case ModifyVolume:
		return cp.modify(v, cp.wanted(v, a))
	case TakeSnapshot:
		return cp.take(v, a.Name, None)
	}
	panic("controlplane: unknown action on a volume")
}

// wanted is a volume as an action would have it: what the action does not say stays.
func (cp *Plane) wanted(v int, a *Action) model.VolumeSpec {
	spec := cp.volumes[v].spec
	changed := specOf(&spec).Changed(a.Spec)
	spec.Type, spec.SizeGiB, spec.IOPS, spec.ThroughputMiBs = changed.Kind.String(), changed.SizeGiB, changed.IOPS, changed.ThroughputMiBs
	if a.Sharing != 0 {
		spec.Shared = a.Sharing == ShareVolume
	}
	return spec
}

// actOnSnapshots does something with the newest snapshot of a name, or with some of them,
// the oldest first.
func (cp *Plane) actOnSnapshots(a *Action) {
	chosen, err := cp.choose(a)
	if err != nil {
		cp.report("snapshot."+a.Snapshot, a, err)
	}
	for _, m := range chosen {
		cp.report("snapshot."+m.name, a, cp.actOn(m, a))
	}
}

// takes reports whether an action can be done to a snapshot: one that is there, or in the
// recycle bin if it is to be taken out of that.
func (a *Action) takes(m *image) bool {
	if a.Do == RecoverSnapshot {
		return m.state == snapshotBinned
	}
	return m.state < snapshotBinned
}

func (cp *Plane) choose(a *Action) ([]*image, error) {
	var all []*image
	for _, m := range cp.images {
		if m.name == a.Snapshot && m.region == a.Away && a.takes(m) && (!m.copied || a.Away != "") {
			all = append(all, m)
		}
	}
	n := a.Count
	switch {
	case len(all) == 0:
		_, err := cp.newest(a.Snapshot, a.Away, a.takes)
		return nil, err
	case a.Count == 0 && a.Share == 0:
		return all[len(all)-1:], nil
	case a.Share > 0:
		n = int(math.Round(a.Share * float64(len(all))))
	}
	return all[:min(n, len(all))], nil
}

// actOn does something with a snapshot.
func (cp *Plane) actOn(m *image, a *Action) error {
	if cp.dark(m.region) {
		return errDark
	}
	switch a.Do {
	case CopySnapshot:
		return cp.copyTo(m, a.Name, a.Region, a.Encrypt)
	case ArchiveSnapshot:
		return cp.archive(m)
	case RestoreSnapshot:
		return cp.restore(m, a.For)
	case DeleteSnapshot:
		return cp.remove(m)
	case RecoverSnapshot:
		return cp.recover(m)
	case EnableFastRestore:
		return cp.enableFast(m, a.Zones)
	case DisableFastRestore:
		cp.disableFast(m, a.Zones)
		return nil
	}
	panic("controlplane: unknown action on a snapshot")
}

// report writes what became of an action into the history.
func (cp *Plane) report(subject string, a *Action, err error) {
	if err != nil {
		cp.refuse(subject, a.Do.String(), err)
		return
	}
	switch a.Do {
	case TakeSnapshot:
	case CreateVolume:
		for _, v := range a.Volumes {
			if subject == "volume."+cp.cfg.Volumes[v].Name {
				cp.note(Activity{Subject: subject, Kind: a.Do.String(), Detail: cp.volumes[v].said(a.Snapshot), Cause: "action", Instance: None, By: Operator})
			}
		}
	default:
		cp.note(Activity{Subject: subject, Kind: a.Do.String(), Cause: "action", Instance: None, By: Operator})
	}
}

// refuse writes what an operator may not do, or what is not possible, into the history; the
// run goes on.
func (cp *Plane) refuse(subject, what string, err error) { cp.refuseOf(None, subject, what, err) }

// refuseOf is [Plane.refuse] of something that was asked of one instance.
func (cp *Plane) refuseOf(instance int32, subject, what string, err error) {
	cp.refuseTo(Operator, Activity{Subject: subject, Cause: what, Instance: instance}, err)
}

// refuseTo is [Plane.refuse] of what somebody asks for: an activity of which the rest is known.
func (cp *Plane) refuseTo(by Caller, a Activity, err error) {
	cp.refused++
	a.Kind, a.Detail, a.By = "refused", err.Error(), by
	cp.note(a)
}
