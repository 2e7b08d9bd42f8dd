package cloud

import (
	"fmt"

	"headroom/model"
)

// fluidErrors lists what of the hosts and instances a run of rates does not carry, by the
// keys that bring it. What traffic brings package dataplane lists.
func (c *Config) fluidErrors() (errs []error) {
	if c.Fluid == 0 {
		return nil
	}
	refuse := func(is bool, path string) {
		if is {
			errs = append(errs, fmt.Errorf("%s: %s", path, model.NotFluid))
		}
	}
	credits := func(typ int) bool { return typ >= 0 && typ < len(c.Types) && c.Types[typ].CreditsPerHour > 0 }
	for i := range c.HostPools {
		refuse(c.HostPools[i].Threads > 0, "hosts."+c.HostPools[i].Name)
	}
	for i := range c.Instances {
		f, path := &c.Instances[i], "instance."+c.Instances[i].Name
		refuse(len(f.Applications) > 1, path+".services")
		refuse(f.Service != None && credits(f.Template.Type), path+".instance_type")
		refuse(len(f.Utilization.Steps) > 0, path+".utilization")
	}
	for i := range c.Groups {
		g, path := &c.Groups[i], "autoscaling_group."+c.Groups[i].Name
		refuse(len(g.Applications) > 1, path+".launch_template")
		refuse(g.Tasks != nil, "container_service."+g.Name)
		for _, t := range g.Types {
			refuse(credits(t.Type), path+".launch_template")
		}
	}
	for i := range c.InstanceWorkloads {
		refuse(len(c.InstanceWorkloads[i].Utilization.Steps) > 0, "instance_workload."+c.InstanceWorkloads[i].Name+".utilization")
	}
	for i := range c.Faults {
		refuse(c.Faults[i].Impairment.Errors.Latency > 0, fmt.Sprintf("fault.%d.latency", i))
	}
	return errs
}
