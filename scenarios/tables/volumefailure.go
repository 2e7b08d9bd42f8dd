package tables

import (
	"fmt"
	"strings"

	"headroom/model"
	"headroom/model/controlplane"
	"headroom/model/storage"
	"headroom/scenarios/schema"
	"headroom/sim/rng"
)

// readVolumeFailure reads which volume fails: one of its own table, or one that
// instances are launched with.
func (l *loader) readVolumeFailure(t *schema.Table, f *controlplane.Fault) {
	f.Kind = controlplane.VolumeFailure
	table, name, _ := strings.Cut(t.Text("on"), ".")
	if table != "volume" || !t.Sound("on") {
		f.Volume = t.Text("volume")
		f.Impairment.Hangs = f.Volume == model.RootVolume
		return
	}
	t.Pass("volume", "count", "share")
	v := t.Find("on", "volume", name)
	if v < 0 {
		f.On = controlplane.Subject{Kind: controlplane.OfService, Index: -1} // a fault already
		return
	}
	f.Volume = l.cfg.Volumes[v].Name
	for i := range l.cfg.Instances {
		if model.FindVolume(l.cfg.Instances[i].Template.Volumes, f.Volume) >= 0 {
			f.On = controlplane.Subject{Kind: controlplane.OfFleet, Index: i}
		}
	}
	if f.On.Kind == controlplane.Everybody {
		t.Mistake("on", "must be a volume that is attached: nobody sees it fail", "")
		f.On = controlplane.Subject{Kind: controlplane.OfService, Index: -1}
	}
}

// yearly returns the time between failures of volumes by the annual failure rate of
// their type, for as many as there are at the start.
func (l *loader) yearly(t *schema.Table, f *controlplane.Fault) rng.Distribution {
	rate := 0.0
	add := func(n int, volumes []model.VolumeSpec) {
		if i := model.FindVolume(volumes, f.Volume); i >= 0 && n > 0 {
			if rules, ok := storage.Find(volumes[i].Type); ok {
				rate += float64(n) * rules.FailsAYear
			}
		}
	}
	for i := range l.cfg.Instances {
		fl := &l.cfg.Instances[i]
		if f.On == (controlplane.Subject{Kind: controlplane.OfFleet, Index: i}) || f.On == (controlplane.Subject{Kind: controlplane.OfService, Index: fl.Service}) {
			add(fl.Count, fl.Template.Volumes)
		}
	}
	for i := range l.cfg.Groups {
		g := &l.cfg.Groups[i]
		if g.Template >= 0 && g.Template < len(l.cfg.LaunchTemplates) && (f.On == (controlplane.Subject{Kind: controlplane.OfGroup, Index: i}) || f.On == (controlplane.Subject{Kind: controlplane.OfService, Index: g.Service})) {
			add(g.Desired, l.cfg.LaunchTemplates[g.Template].Volumes)
		}
	}
	if rate == 0 {
		t.Mistake("volume", "must be a volume of the instances, to fail as its type does", "")
		return nil
	}
	d, err := rng.Exponential(year / rate)
	if err != nil {
		panic(fmt.Sprintf("tables: a year by %g: %v", rate, err))
	}
	return d
}
