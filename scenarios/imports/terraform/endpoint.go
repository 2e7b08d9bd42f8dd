package terraform

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// writeEndpoint writes a gateway endpoint of S3, with the subnets whose route tables lead there by it.
func (d *draft) writeEndpoint(r *resource) {
	if why := d.noEndpoint(r); why != "" {
		d.skip(r.address, why)
		return
	}
	tables := d.routeTablesOf(r)
	var subnets []string
	for _, a := range d.of("aws_route_table_association") {
		if table := d.one(a, "aws_route_table", "route_table_id"); table == nil || !slices.Contains(tables, table) {
			continue
		}
		for _, s := range d.linked(a, "aws_subnet", "subnet_id") {
			if !slices.Contains(subnets, s.key) {
				subnets = append(subnets, s.key)
			}
		}
	}
	if len(subnets) == 0 {
		d.skip(r.address, "which subnets' route tables lead there by it is not in the plan")
		return
	}
	d.title(r)
	d.Table("vpc_endpoint", r.key)
	d.copy(r.values, "service_name")
	d.Set("subnets", subnets)
}

// noEndpoint says why an endpoint is not written, "" if it is.
func (d *draft) noEndpoint(r *resource) string {
	service, kind := r.values.text("service_name"), r.values.text("vpc_endpoint_type")
	switch {
	case !d.network:
		return "left out with the network"
	case service == "":
		return "which service it leads to is known only after apply"
	case kind != "" && kind != "Gateway" || !strings.HasSuffix(service, ".s3"):
		return fmt.Sprintf("an endpoint of type %s of %s is not simulated, nor on the bill: those of type Gateway of S3 are", cmp.Or(kind, "Gateway"), service)
	}
	return ""
}

// routeTablesOf returns the route tables that have the route of a gateway endpoint.
func (d *draft) routeTablesOf(r *resource) (tables []*resource) {
	if len(valuesAt(r.values, []string{"route_table_ids"})) > 0 || r.config != nil && r.config.Expressions["route_table_ids"] != nil {
		tables = d.linked(r, "aws_route_table", "route_table_ids")
	}
	for _, a := range d.of("aws_vpc_endpoint_route_table_association") {
		if slices.Contains(d.linked(a, "aws_vpc_endpoint", "vpc_endpoint_id"), r) {
			tables = append(tables, d.linked(a, "aws_route_table", "route_table_id")...)
		}
	}
	return tables
}
