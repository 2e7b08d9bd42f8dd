package controlplane

import (
	"fmt"
	"slices"

	"headroom/model"
	"headroom/model/ami"
	"headroom/sim"
)

// machineImage is an AMI: by the Region that it is in, for a copy keeps its name.
type machineImage struct {
	cfg    *Image
	owner  int32 // of what it costs; None
	places []imagePlace
}

// imagePlace is an AMI in one Region.
type imagePlace struct {
	region       string
	availableAt  sim.Time
	deregistered bool
	binned       sim.Time // until when the recycle bin keeps it, which was deregistered; 0: it does not
}

// newMachineImages makes the AMIs that there are at the start.
func (cp *Plane) newMachineImages() error {
	for i := range cp.cfg.Images {
		c := &cp.cfg.Images[i]
		m := machineImage{cfg: c, owner: None}
		p := imagePlace{region: c.Region, deregistered: c.Deregistered}
		if c.Pending {
			p.availableAt = ami.CopyDuration(c.Size)
		}
		m.places = []imagePlace{p}
		copied := func(a Action) bool { return a.Do == CopyImage && a.Image == i }
		if c.Owned || slices.ContainsFunc(cp.cfg.Actions, copied) {
			m.owner = cp.owner("image." + c.Name)
		}
		cp.machineImages = append(cp.machineImages, m)
		if c.Owned {
			cp.storeImage(i, c.Region)
		}
	}
	return nil
}

// storeImage stores the snapshot of an AMI in a Region, whole.
func (cp *Plane) storeImage(i int, region string) {
	m := &cp.machineImages[i]
	s := cp.addImage(image{
		name: "image." + m.cfg.Name, state: snapshotComplete, full: m.cfg.Size, gib: int64(m.cfg.Size / model.GiB), volume: None,
		backs: true, region: region, lineage: &lineage{owner: m.owner, record: None}, backup: None, copied: true,
	})
	cp.ownLineage(s)
}

// place returns an AMI in a Region, nil if it is not there.
func (m *machineImage) place(region string) *imagePlace {
	k := slices.IndexFunc(m.places, func(p imagePlace) bool { return p.region == region })
	if k < 0 {
		return nil
	}
	return &m.places[k]
}

// copyImage copies an AMI to another Region, "" for that of the run. The copy is a full one.
func (cp *Plane) copyImage(i int, region string) error {
	m, now := &cp.machineImages[i], cp.kernel.Now()
	from := &m.places[0]
	switch {
	case cp.dark(from.region) || cp.dark(region):
		return errDark
	case from.deregistered || from.availableAt > now:
		return fmt.Errorf("only an available image can be copied [InvalidAMIID.Unavailable]")
	case m.place(region) != nil:
		return fmt.Errorf("there is an image of that name in the Region already [InvalidAMIName.Duplicate]")
	}
	cp.storeImage(i, region)
	cp.ledger.Transfers = append(cp.ledger.Transfers, model.Transfer{
		From: now, To: now, Owner: m.owner, Path: model.InterRegion, Amount: m.cfg.Size,
	})
	m.places = append(m.places, imagePlace{region: region, availableAt: sim.Sum(now, ami.CopyDuration(m.cfg.Size))})
	cp.schedule(m.places[len(m.places)-1].availableAt, paired(imageTurns, uint32(i), uint32(len(m.places)-1)))
	return nil
}

// onImageTurns finds the copy of an AMI available.
func (cp *Plane) onImageTurns(ev model.Event) {
	m := &cp.machineImages[ev.On>>32]
	p := &m.places[uint32(ev.On)]
	if p.deregistered {
		cp.overtaken()
		return
	}
	where := p.region
	if where == "" {
		where = cp.frame.Region
	}
	cp.note(Activity{Subject: "image." + m.cfg.Name, Kind: "available", Detail: "in " + where, Cause: "copy", Instance: None})
}

// bootable says why nothing can be launched from the image of a template now.
func (cp *Plane) bootable(t *LaunchTemplate, zone model.Zone) launchFailure {
	if t.Image == 0 {
		return noFailure
	}
	switch p := cp.machineImages[t.Image-1].place(cp.away(zone)); {
	case p == nil:
		return imageNotFound
	case p.deregistered || p.availableAt > cp.kernel.Now():
		return imageUnavailable
	}
	return noFailure
}
