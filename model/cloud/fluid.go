package cloud

import (
	"errors"
	"fmt"
	"slices"

	"headroom/model"
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
	for i := range c.HostPools {
		refuse(c.HostPools[i].Threads > 0, "hosts."+c.HostPools[i].Name)
	}
	for i := range c.Instances {
		f := &c.Instances[i]
		refuse(len(f.Applications) > 1, "instance."+c.Instances[i].Name+".services")
	}
	for i := range c.Groups {
		g := &c.Groups[i]
		refuse(len(g.Applications) > 1, "autoscaling_group."+g.Name+".launch_template")
		refuse(g.Tasks != nil, "container_service."+g.Name)
	}
	for i := range c.Services { // the way to another Region
		calls := slices.ContainsFunc(c.Services[i].Steps, func(s dataplane.Step) bool { return s.Kind == dataplane.StepCall })
		refuse(calls && len(c.Regions) > 1, "service."+c.Services[i].Name+".steps")
	}
	for i := range c.Faults {
		refuse(c.Faults[i].Impairment.Errors.Latency > 0, fmt.Sprintf("fault.%d.latency", i))
	}
	return errs
}
