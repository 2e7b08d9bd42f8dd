package imports

import "math"

// Servers is what is assumed to serve a load of which nobody knows who serves it.
type Servers struct {
	Network   bool    // behind a Network Load Balancer, not an Application Load Balancer
	PerSecond float64 // requests
	CPU       float64 // seconds that a request takes
	Memory    bool    // somebody watches how much memory the service holds
	// Targets are the target groups of Auto Scaling groups, which the caller writes; none: one
	// called web, of instances.
	Targets []string
}

const (
	assumedLoad               = 0.5
	assumedType, assumedVCPUs = "m6i.large", 2
	mostAssumed               = 1000
)

// Write writes a load balancer called front and as many instances as are half busy.
func (s Servers) Write(d *Document) {
	count := max(2, math.Ceil(s.PerSecond*s.CPU/assumedLoad/assumedVCPUs))
	d.Table("region")
	d.SetWith("name", "us-east-1", "to fill in")
	d.Table("service", "web")
	d.Set("discipline", "ps")
	if s.Memory {
		d.SetWith("memory", Raw(`{ base = "200MiB", per_request = "10MiB" }`), "to fill in")
	}
	targets := s.Targets
	if len(targets) > 0 {
		d.Table("launch_template", "web")
		d.SetWith("instance_type", assumedType, "to fill in")
	} else {
		targets = []string{"web"}
		d.Table("instance", "web")
		d.SetWith("instance_type", assumedType, "to fill in")
		d.SetWith("count", int(min(count, mostAssumed)), "to fill in: with the demand below they are half busy on average, or less")
		d.Set("target_groups", targets)
	}
	for _, name := range targets {
		d.Table("target_group", name)
		d.Set("service", "web")
		if s.Network {
			d.Set("protocol", "TCP")
		}
	}
	kind := "application"
	if s.Network {
		kind = "network"
	}
	d.Table("load_balancer", "front")
	d.Set("load_balancer_type", kind)
	d.Set("default_action", Raw("{ forward = "+Literal(targets)+" }"))
}
