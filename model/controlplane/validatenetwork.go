package controlplane

import (
	"fmt"

	"headroom/model/addressing"
)

// addresses checks the VPC, and who refers to it.
func (v *validator) addresses() {
	subnets := len(v.Subnets)
	for i := range v.Subnets {
		s := &v.Subnets[i]
		path := "subnet." + s.Name
		v.Reference(int(s.Zone), v.world.Zones, path+".availability_zone", "zone")
		v.Check(s.Block.Bits > 0 && s.Block.Check() == nil, path+".cidr_block", "must be a block of private addresses, /16 to /28, got %s", s.Block)
		v.optional(s.NAT, len(v.NATs), path+".nat_gateway", "NAT gateway")
		for k := range v.Subnets[:i] {
			v.Check(!s.Block.Overlaps(v.Subnets[k].Block), path+".cidr_block", "must not overlap %s", v.Subnets[k].Block)
		}
	}
	if subnets == 0 {
		subnets = v.world.Zones // those of the default VPC
		v.Check(subnets <= addressing.DefaultVPC.Size()/addressing.DefaultSubnet(0).Size(), "region.zones", "must have a subnet each in the default VPC")
	}
	list := func(indexes []int, path string) {
		for _, i := range indexes {
			v.Reference(i, subnets, path, "subnet")
		}
	}
	for i := range v.Groups {
		list(v.Groups[i].Subnets, v.Groups[i].Path()+".vpc_zone_identifier")
	}
	for i := range v.Instances {
		list(v.Instances[i].Subnets, "instance."+v.Instances[i].Name+".subnets")
	}
	for i := range v.InstanceWorkloads {
		list(v.InstanceWorkloads[i].Subnets, "instance_workload."+v.InstanceWorkloads[i].Name+".subnets")
	}
	for i := range v.Endpoints {
		list(v.Endpoints[i].Subnets, "vpc_endpoint."+v.Endpoints[i].Name+".subnets")
	}
	for i := range v.NATs {
		v.Reference(v.NATs[i].Subnet, subnets, "nat_gateway."+v.NATs[i].Name+".subnet_id", "subnet")
	}
	for i := range v.Interfaces {
		c := &v.Interfaces[i]
		path := "network_interface." + c.Name
		v.Reference(c.Subnet, subnets, path+".subnet_id", "subnet")
		v.optional(c.Fleet, len(v.Instances), path+".attachment", "fleet of instances")
		v.Check(c.Secondary >= 0, path+".ipv4_address_count", "must not be negative, got %d", c.Secondary)
	}
	for i := range v.ElasticIPs {
		e := &v.ElasticIPs[i]
		path := "elastic_ip." + e.Name
		v.optional(e.Fleet, len(v.Instances), path+".instance", "fleet of instances")
		v.optional(e.Interface, len(v.Interfaces), path+".network_interface", "network interface")
		if e.Interface >= 0 && e.Interface < len(v.Interfaces) {
			v.Check(e.Private >= 0 && e.Private <= v.Interfaces[e.Interface].Secondary, path+".associate_with_private_ip", "must be one of the interface, got number %d", e.Private)
		}
		v.optional(e.NAT, len(v.NATs), path, "NAT gateway")
	}
	v.cards(subnets)
}

// cards checks the network interfaces that instances are launched with.
func (v *validator) cards(subnets int) {
	check := func(t *LaunchTemplate, path string) {
		for k, c := range t.Cards {
			at := fmt.Sprintf("%s.network_interfaces.%d", path, k)
			v.optional(c.Subnet, subnets, at+".subnet_id", "subnet")
			v.Check(c.Secondary >= 0, at+".ipv4_address_count", "must not be negative, got %d", c.Secondary)
		}
	}
	for i := range v.LaunchTemplates {
		check(&v.LaunchTemplates[i], "launch_template."+v.LaunchTemplates[i].Name)
	}
	for i := range v.Instances {
		check(&v.Instances[i].Template, "instance."+v.Instances[i].Name)
	}
}
