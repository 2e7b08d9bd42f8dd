package dataplane

import (
	"fmt"

	"headroom/model/network"
)

// network checks the security groups, and the ends that have them.
func (v *validator) network() {
	n := &v.Network
	for i := range n.Groups {
		g := &n.Groups[i]
		for d := range g.Rules {
			for k, r := range g.Rules[d] {
				err := r.Validate(len(n.Groups))
				v.Check(err == nil, fmt.Sprintf("security_group.%s.%s.%d", g.Name, network.Direction(d), k), "%v", err)
			}
		}
	}
	for i := range n.Ends {
		for _, g := range n.Ends[i].Groups {
			v.Reference(g, len(n.Groups), fmt.Sprintf("network.end.%d", i), "security group")
		}
		v.Check(n.Ends[i].Address.IsValid() && n.Ends[i].Address.Addr().Is4(), fmt.Sprintf("network.end.%d", i), "must have a block of IPv4 addresses, got %v", n.Ends[i].Address)
	}
	for i := range v.LoadBalancers {
		v.end(v.LoadBalancers[i].End, "load_balancer."+v.LoadBalancers[i].Name)
	}
	for i := range v.Workloads {
		v.end(v.Workloads[i].End, "workload."+v.Workloads[i].Name)
	}
	for i, e := range n.Mounts {
		v.end(e, fmt.Sprintf("network.mount.%d", i))
	}
}

// end checks the number of an end, counted from 1.
func (v *validator) end(end int, path string) {
	v.Check(end >= 0 && end <= len(v.Network.Ends), path, "must have an end of the network (0 to %d), got %d", len(v.Network.Ends), end)
}
