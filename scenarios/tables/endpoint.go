package tables

import (
	"regexp"
	"sync"

	"headroom/model"
	"headroom/model/controlplane"
	"headroom/scenarios/schema"
)

// readEndpoint reads a gateway endpoint, of which there are those of S3: nothing here talks to
// DynamoDB.
func (l *loader) readEndpoint(t *schema.Table) {
	e := controlplane.Endpoint{Name: t.Name}
	region := l.regionOfService(t)
	t.Choice("vpc_endpoint_type")
	e.Subnets = l.endpointSubnets(t, region)
	if t.Sound("service_name") && !t.Faulty("subnets") {
		for _, other := range l.cfg.Endpoints {
			if e.Meets(&other) {
				t.Reject("subnets", schema.Fault{Rule: "must not be those of vpc_endpoint." + other.Name + " too: a route table has one route to S3", Code: "RouteAlreadyExists"})
			}
		}
		l.cfg.Endpoints = append(l.cfg.Endpoints, e)
	}
	t.Done()
}

var gatewayService = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^com\.amazonaws\.([a-z0-9-]+)\.s3$`) })

// regionOfService reads the Region to whose S3 an endpoint leads, by its index among all.
func (l *loader) regionOfService(t *schema.Table) int {
	const key = "service_name"
	name := t.Text(key)
	if !t.Sound(key) {
		return 0
	}
	parts := gatewayService().FindStringSubmatch(name)
	if parts == nil {
		t.Wrong(key, `must be "com.amazonaws.REGION.s3": user data that downloads talks to S3, and to no other service that has a gateway endpoint`)
		return 0
	}
	if l.cfg.Region == "" || parts[1] == l.cfg.Region {
		return 0
	}
	region := l.cfg.RegionIndex(parts[1])
	if region < 0 {
		t.Wrong(key, "must be of a Region of the run, as com.amazonaws."+l.cfg.Region+".s3 is")
	}
	return max(0, region)
}

// endpointSubnets reads from which subnets an endpoint leads to the S3 of their Region; nil: from all.
// Those of a default VPC have the numbers of their zones.
func (l *loader) endpointSubnets(t *schema.Table, region int) []int {
	const key = "subnets"
	if t.Has(key) {
		subnets := append([]int{}, t.References(key)...)
		for _, i := range subnets {
			if i >= 0 && t.Sound("service_name", key) && l.cfg.RegionOf(l.cfg.Subnets[i].Zone) != region {
				t.Wrong(key, "must be of the Region of its service_name, "+l.cfg.RegionName(region))
			}
		}
		return subnets
	}
	t.Pass(key)
	if len(l.cfg.Regions) < 2 {
		return nil
	}
	subnets := []int{}
	for i := range l.cfg.Subnets {
		if l.cfg.RegionOf(l.cfg.Subnets[i].Zone) == region {
			subnets = append(subnets, i)
		}
	}
	for z := range l.cfg.Zones {
		if len(l.cfg.Subnets) == 0 && l.cfg.RegionOf(model.Zone(z)) == region {
			subnets = append(subnets, z)
		}
	}
	return subnets
}
