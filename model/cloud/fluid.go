package cloud

import (
	"errors"
	"fmt"
	"slices"

	"headroom/model"
	"headroom/model/controlplane"
	"headroom/model/dataplane"
)

// fluidErrors lists what of the hosts and instances a run of rates does not carry, by the
// keys that bring it. What traffic brings package dataplane lists.
func (c *Config) fluidErrors() (errs []error) {
	if c.Fluid == 0 {
		if c.Auto {
			errs = append(errs, errors.New("run.fluid.step: must be above 0 with fidelity = \"auto\""))
		}
		return errs
	}
	refuse := func(is bool, path string) {
		if is {
			errs = append(errs, fmt.Errorf("%s: %s", path, model.NotFluid))
		}
	}
	for i := range c.Instances {
		f := &c.Instances[i]
		refuse(len(f.Applications) > 1, "instance."+c.Instances[i].Name+".services")
		refuse(f.Template.MostTracked > 0, "instance."+f.Name+".max_tracked_connections")
	}
	for i := range c.LaunchTemplates {
		refuse(c.LaunchTemplates[i].MostTracked > 0, "launch_template."+c.LaunchTemplates[i].Name+".max_tracked_connections")
	}
	for i := range c.Groups {
		g := &c.Groups[i]
		refuse(len(g.Applications) > 1, "autoscaling_group."+g.Name+".launch_template")
	}
	for i := range c.Services { // the way to another Region
		for k, step := range c.Services[i].Steps {
			refuse(step.Kind == dataplane.StepCall && len(c.Regions) > 1, fmt.Sprintf("service.%s.steps.%d", c.Services[i].Name, k))
		}
	}
	c.refuseTasks(refuse)
	for _, s := range c.servers() {
		if s.service >= 0 && s.service < len(c.Services) {
			refuse(!c.disksCarried(&s), "service."+c.Services[s.service].Name+".steps")
			refuse(!c.networkCarried(&s), "service."+c.Services[s.service].Name+".bandwidth")
		}
	}
	for i := range c.Faults {
		refuse(c.Faults[i].Impairment.Errors.Latency > 0, fmt.Sprintf("fault.%d.latency", i))
	}
	return errs
}

// refuseTasks refuses that tasks on instances share an interface whose bytes take their time.
func (c *Config) refuseTasks(refuse func(is bool, path string)) {
	for i := range c.Groups {
		g := &c.Groups[i]
		if g.Tasks != nil && g.Tasks.On != None && g.Service >= 0 && g.Service < len(c.Services) {
			refuse(c.Services[g.Service].Bandwidth, "service."+c.Services[g.Service].Name+".bandwidth")
		}
	}
}

// networkCarried reports whether rates show what the interfaces of a kind of servers do: those that volumes do not pass.
func (c *Config) networkCarried(s *server) bool {
	of := &c.Services[s.service]
	return !of.Bandwidth || len(of.Disks) == 0 || !slices.ContainsFunc(s.types, func(typ int) bool {
		return typ >= 0 && typ < len(c.Types) && c.Types[typ].EBS.BaseMbps == 0
	})
}

// disksCarried reports whether rates show what the disks of a kind of servers do: one volume at most, which no other
// server has and nobody changes, and an instance store.
func (c *Config) disksCarried(s *server) bool {
	volumes := map[int]bool{}
	for _, disk := range c.Services[s.service].Disks {
		if disk == dataplane.InstanceStore {
			continue
		}
		if model.FindFileSystem(c.FileSystems, disk) >= 0 {
			return false
		}
		v := model.FindVolume(s.volumes, disk)
		if v < 0 {
			continue
		}
		of := &s.volumes[v]
		if volumes[v] = true; of.Shared || of.Changes || of.Away || of.Snapped || of.Snapshot != "" {
			return false
		}
	}
	fails := slices.ContainsFunc(c.Faults, func(f controlplane.Fault) bool { return f.Kind == controlplane.VolumeFailure })
	return len(volumes) <= 1 && !(fails && len(volumes) > 0)
}
