package controlplane

import (
	"fmt"
	"slices"

	"headroom/model"
	"headroom/model/snapshot"
	"headroom/model/storage"
	"headroom/sim"
	"headroom/sim/slab"
)

// volume is an EBS volume of its own table.
type volume struct {
	snapping int // snapshots of it that are being made
	exists   bool
	spec     model.VolumeSpec // as it is now
	owner    int32
	record   int32 // in the ledger
	attached []attachment

	history storage.History
	next    model.VolumeSpec // what it is modified to
	changes sim.Time         // when that is complete; Never

	lineage  *lineage // of its snapshots
	wroteAt  sim.Time // until when its writes are known to them
	made     sim.Time
	cold     model.Bytes // that came from a snapshot and was not there when it was made
	recovers bool        // it was attached when its snapshot was taken, and not since
}

// attachment is an instance that has a volume.
type attachment struct {
	instance slab.Handle
	deletes  bool     // with its end
	ready    bool     // the instance can use it
	recovers sim.Time // it can from then on
}

// newVolumes creates the volumes of their own tables, which are billed whether they are
// attached or not.
func (cp *Plane) newVolumes() error {
	for i := range cp.cfg.Volumes {
		v := &cp.cfg.Volumes[i]
		cp.volumes = append(cp.volumes, volume{spec: v.Spec, owner: cp.ownerAt("volume."+v.Name, v.Zone), record: None, changes: sim.Never})
	}
	cp.newSnapshots()
	for i := range cp.cfg.Volumes {
		if v := &cp.cfg.Volumes[i]; !v.Later {
			if err := cp.create(i, v.Snapshot); err != nil {
				return fmt.Errorf("volume.%s: %w", v.Name, err)
			}
		}
	}
	return nil
}

// create makes a volume, empty or from a snapshot.
func (cp *Plane) create(i int, from string) error {
	cfg, v, now := &cp.cfg.Volumes[i], &cp.volumes[i], cp.kernel.Now()
	if v.exists {
		return fmt.Errorf("the volume is there already [IncorrectState]")
	}
	if cp.darkAt(cfg.Zone) {
		return errDark
	}
	if err := cp.grants(nil, &cfg.Spec); err != nil {
		return err
	}
	made := volume{exists: true, spec: cfg.Spec, owner: v.owner, changes: sim.Never, made: now, wroteAt: now}
	size := model.Bytes(cfg.Spec.SizeGiB) * model.GiB
	made.spec.Shared = cfg.Spec.Shared && !cfg.Apart
	made.lineage = &lineage{chain: snapshot.NewChain(size, cfg.Written), owner: v.owner, record: None}
	if from != "" {
		m, err := cp.usable(from, cfg.Zone)
		if err != nil {
			return err
		}
		if m.gib > cfg.Spec.SizeGiB {
			return fmt.Errorf("a volume of %d GiB is too small for a snapshot of %d [InvalidParameterValue]", cfg.Spec.SizeGiB, m.gib)
		}
		made.lineage.chain, made.lineage.source = snapshot.Borrow(size, m.full), m
		made.spec.Encrypted = made.spec.Encrypted || m.secret // what is made of it is as secret
		made.cold, made.recovers = cp.fetch(m, cfg.Zone), m.crash
	}
	*v = made
	cp.provision(&v.spec, +1)
	cp.bill(v, cfg.Zone)
	return nil
}

// said returns what is to be told of a volume that was made.
func (v *volume) said(from string) string {
	text := fmt.Sprintf("%d GiB", v.spec.SizeGiB)
	if from != "" {
		text += " from " + from
	}
	if v.spec.Encrypted {
		text += ", encrypted"
	}
	return text
}

// bill opens the record of a volume as it is now.
func (cp *Plane) bill(v *volume, zone model.Zone) {
	v.record = int32(len(cp.ledger.Volumes))
	cp.ledger.Volumes = append(cp.ledger.Volumes, model.VolumeUse{
		From: cp.kernel.Now(), To: sim.Never, Owner: v.owner, Instance: None, Zone: zone,
		Type: v.spec.Type, SizeGiB: v.spec.SizeGiB, IOPS: v.spec.IOPS, ThroughputMiBs: v.spec.ThroughputMiBs,
	})
}

// coolVolumes tells the data plane which volumes of an instance that is launched are not as
// their template says: made from a snapshot, or modified.
func (cp *Plane) coolVolumes(in *instance) {
	for i := range in.order.template.Volumes {
		spec := &in.order.template.Volumes[i]
		switch {
		case spec.Volume > 0 && !spec.Away:
			v := &cp.volumes[spec.Volume-1]
			if v.spec.Changes && v.spec != cp.cfg.Volumes[spec.Volume-1].Spec {
				cp.data.ModifyVolume(in.server, v.spec)
			}
			cp.data.CoolVolume(in.server, i, cp.coldness(v))
		case spec.Snapshot != "" && !in.order.initial:
			if m, err := cp.usable(spec.Snapshot, in.zone); err == nil {
				cp.data.CoolVolume(in.server, i, cp.fetch(m, in.zone))
			} else {
				cp.refuseTo(0, Activity{Subject: "volume of " + spec.Snapshot, Cause: "launch", Instance: None}, err)
			}
		}
	}
}

// coldness returns how much of a volume has not come by itself yet.
func (cp *Plane) coldness(v *volume) model.Bytes {
	return max(0, v.cold-model.Bytes((cp.kernel.Now()-v.made).Seconds()*float64(snapshot.HydrateRate)))
}

// attach gives a volume to an instance that is launched with it.
func (cp *Plane) attach(i int, h slab.Handle, deletes bool) {
	if v := &cp.volumes[i]; v.exists {
		v.attached = append(v.attached, attachment{instance: h, deletes: deletes, ready: true})
	}
}

// detachAll lets go of the volumes of an instance that ends. One ends with the last of
// its instances, if that says so (Amazon EC2 User Guide, "Attach a volume to multiple
// instances").
func (cp *Plane) detachAll(h slab.Handle) {
	for i := range cp.volumes {
		v := &cp.volumes[i]
		k := slices.IndexFunc(v.attached, func(a attachment) bool { return a.instance == h })
		if k < 0 {
			continue
		}
		deletes := v.attached[k].deletes
		v.attached = slices.Delete(v.attached, k, k+1)
		if len(v.attached) == 0 && deletes {
			cp.ledger.Volumes[v.record].To = cp.kernel.Now()
			cp.provision(v.counts(), -1)
			v.exists = false
		}
	}
}

// attachTo attaches a volume to a running instance of a fleet, or one that instances
// share to each of them.
func (cp *Plane) attachTo(i int, a *Action) error {
	v := &cp.volumes[i]
	if !v.exists {
		return fmt.Errorf("there is no such volume [InvalidVolume.NotFound]")
	}
	if len(v.attached) > 0 && !v.spec.Shared {
		return fmt.Errorf("the volume is attached to another instance [VolumeInUse]")
	}
	to, err := cp.attachable(v, a.Fleet, cp.cfg.Volumes[i].Zone)
	if err != nil {
		return err
	}
	v.spec.Device = a.Device
	if v.recovers {
		cp.scheduleAfter(snapshot.Recovery, indexed(volumeRecovers, i))
	}
	recovers := v.recovers
	for _, h := range to {
		v.attached = append(v.attached, attachment{instance: h, recovers: sim.Sum(cp.kernel.Now(), snapshot.Recovery)})
		if !recovers {
			cp.ready(i, len(v.attached)-1)
		}
	}
	return nil
}

// attachable lists the running instances of a fleet that a volume can be attached to: the
// first, or all where they share it.
func (cp *Plane) attachable(v *volume, fleet int, zone model.Zone) (to []slab.Handle, err error) {
	for h, in := range cp.instances.All() {
		if in.order.fleet != fleet || in.life.ended() || in.zone != zone || len(to) > 0 && !v.spec.Shared {
			continue
		}
		if slices.ContainsFunc(v.attached, func(at attachment) bool { return at.instance == h }) {
			return nil, fmt.Errorf("the volume is attached to the instance already [VolumeInUse]")
		}
		to = append(to, h)
	}
	name := cp.cfg.Instances[fleet].Name
	switch n := len(v.attached) + len(to); {
	case len(to) == 0:
		return nil, fmt.Errorf("instance.%s does not run in the volume's zone [IncorrectInstanceState]", name)
	case n > storage.MostAttachments:
		return nil, fmt.Errorf("a volume must not be attached to more than %d instances, %d with instance.%s [MultiAttachLimit]", storage.MostAttachments, n, name)
	}
	return to, nil
}

// onVolumeRecovers finds the journal of a volume replayed.
func (cp *Plane) onVolumeRecovers(ev model.Event) {
	i := ev.Index()
	v := &cp.volumes[i]
	found := false
	for k, a := range v.attached {
		if !a.ready && a.recovers == cp.kernel.Now() {
			cp.ready(i, k)
			found = true
		}
	}
	if !found {
		cp.overtaken()
	}
}

// ready lets an instance that a volume is attached to use it.
func (cp *Plane) ready(i, k int) {
	v := &cp.volumes[i]
	v.recovers, v.attached[k].ready = false, true
	h := v.attached[k].instance
	if server, there := cp.serverIn(h); there {
		cp.data.AttachVolume(server, v.spec, cp.coldness(v))
	}
	cp.note(Activity{Subject: "volume." + v.spec.Name, Kind: "available", Detail: "to its instance", Cause: "action", Instance: cp.instances.Get(h).number})
}

// detach takes a volume from its instance, or from all of them; from those of a fleet
// unless that is None.
func (cp *Plane) detach(i, fleet int) error {
	v := &cp.volumes[i]
	before := len(v.attached)
	if v.exists {
		v.attached = slices.DeleteFunc(v.attached, func(a attachment) bool {
			in := cp.instances.Get(a.instance)
			if fleet != None && in.order.fleet != fleet {
				return false
			}
			if server, there := cp.serverIn(a.instance); there {
				cp.data.DetachVolume(server, i+1)
			}
			return true
		})
	}
	if len(v.attached) == before {
		return fmt.Errorf("the volume is not attached [IncorrectState]")
	}
	return nil
}

// modify begins to change a volume while it is used.
func (cp *Plane) modify(i int, spec model.VolumeSpec) error {
	v, now := &cp.volumes[i], cp.kernel.Now()
	if !v.exists {
		return fmt.Errorf("there is no such volume [InvalidVolume.NotFound]")
	}
	if err := v.sharable(&spec); err != nil {
		return err
	}
	wanted := specOf(&spec)
	if err := wanted.Check(); err != nil {
		return err
	}
	if err := cp.grants(v.counts(), &spec); err != nil {
		return err
	}
	complete, err := v.history.Modify(now, specOf(&v.spec), wanted)
	if err != nil {
		return err
	}
	cp.provision(v.counts(), -1)
	v.next, v.changes = v.spec, complete
	v.next.Shared = spec.Shared
	v.next.Type, v.next.SizeGiB, v.next.IOPS, v.next.ThroughputMiBs = spec.Type, spec.SizeGiB, spec.IOPS, spec.ThroughputMiBs
	cp.provision(&v.next, +1)
	v.lineage.chain.Grow(model.Bytes(spec.SizeGiB) * model.GiB)
	larger := v.spec
	larger.SizeGiB, larger.Shared = spec.SizeGiB, spec.Shared
	cp.reshape(i, larger)
	cp.schedule(complete, indexed(volumeChanges, i))
	return nil
}

// sharable says why a volume can neither begin nor cease to be one that instances share: only
// io2 can after it was made (Amazon EBS User Guide, "Enable Multi-Attach").
func (v *volume) sharable(to *model.VolumeSpec) error {
	switch {
	case to.Shared && !specOf(to).Kind.Rules().MultiAttach:
		return fmt.Errorf("only volumes of io1 and io2 can be shared [MultiAttachUnsupported]")
	case to.Shared && v.spec.Shared:
		return v.keepsShape(to)
	case to.Shared == v.spec.Shared:
	case v.spec.Type != "io2":
		return fmt.Errorf("only for io2 multi_attach_enabled can be changed once a volume is made [MultiAttachUnsupported]")
	case to.Shared && len(v.attached) > 0:
		return fmt.Errorf("a volume must be detached before instances can share it [VolumeInUse]")
	case len(v.attached) > 1:
		return fmt.Errorf("%d instances share the volume: it must be detached from all but one [VolumeInUse]", len(v.attached))
	}
	return nil
}

// keepsShape says why a volume that instances share cannot be made another: one of io1 keeps
// all that it is, one of io2 its type (Amazon EBS User Guide, "Considerations and
// limitations" of Multi-Attach).
func (v *volume) keepsShape(to *model.VolumeSpec) error {
	if v.spec.Type != "io2" || to.Type != v.spec.Type {
		return fmt.Errorf("a volume of %s that instances share cannot become one of %s of %d GiB and %d IOPS [MultiAttachUnsupported]", v.spec.Type, to.Type, to.SizeGiB, to.IOPS)
	}
	return nil
}

// onVolumeChanges finds a modification complete.
func (cp *Plane) onVolumeChanges(ev model.Event) {
	v := &cp.volumes[ev.Index()]
	if !v.exists || v.changes != cp.kernel.Now() {
		cp.overtaken()
		return
	}
	v.changes = sim.Never
	v.next.Snapped = v.spec.Snapped
	cp.reshape(ev.Index(), v.next)
	cp.note(Activity{Subject: "volume." + v.spec.Name, Kind: "modified", Detail: describe(&v.spec), Cause: "action", Instance: None})
}

// slow counts the snapshots that are being made of a volume: until they are complete a hard disk
// does not burst.
func (cp *Plane) slow(i, by int) {
	v := &cp.volumes[i]
	v.snapping += by
	kind := specOf(&v.spec).Kind
	snapped := v.snapping > 0 && (kind == storage.ST1 || kind == storage.SC1)
	if !v.exists || snapped == v.spec.Snapped {
		return
	}
	v.spec.Snapped = snapped
	for _, a := range v.attached {
		if server, there := cp.serverIn(a.instance); there {
			cp.data.ModifyVolume(server, v.spec)
		}
	}
}

// reshape makes a volume, where it differs, what it is from now on.
func (cp *Plane) reshape(i int, spec model.VolumeSpec) {
	v := &cp.volumes[i]
	if spec == v.spec {
		return
	}
	spec.Device = v.spec.Device
	v.spec = spec
	cp.ledger.Volumes[v.record].To = cp.kernel.Now()
	cp.bill(v, cp.cfg.Volumes[i].Zone)
	for _, a := range v.attached {
		if server, there := cp.serverIn(a.instance); there {
			cp.data.ModifyVolume(server, spec)
		}
	}
}

// serverIn returns the server of an instance that has a volume; there is none to be told of it
// while it is stopped.
func (cp *Plane) serverIn(h slab.Handle) (server slab.Handle, there bool) {
	in := cp.instances.Get(h)
	return in.server, !in.life.rests()
}

func describe(s *model.VolumeSpec) string {
	return fmt.Sprintf("%s of %d GiB, %d IOPS, %d MiB/s", s.Type, s.SizeGiB, s.IOPS, s.ThroughputMiBs)
}

// specOf returns a volume as package storage knows it.
func specOf(v *model.VolumeSpec) storage.Spec {
	rules, ok := storage.Find(v.Type)
	if !ok {
		panic("controlplane: unknown volume type " + v.Type)
	}
	return storage.Spec{Kind: rules.Kind, SizeGiB: v.SizeGiB, IOPS: v.IOPS, ThroughputMiBs: v.ThroughputMiBs}
}
