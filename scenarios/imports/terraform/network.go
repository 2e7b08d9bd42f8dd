package terraform

import (
	"fmt"
	"slices"
	"strings"

	"headroom/scenarios/imports"
)

// hasNetwork reports whether the VPC and its subnets can be written: there is one VPC, and
// all that is to know of it is known.
func (d *draft) hasNetwork() bool {
	if len(d.of("aws_nat_gateway")) == 0 { // the bill is the same without
		for _, r := range append(d.of("aws_vpc"), d.of("aws_subnet")...) {
			d.skip(r.address, "the network is left out: without a NAT gateway it changes nothing but the zones, which are taken from it")
		}
		return false
	}
	why := ""
	if n := len(d.of("aws_vpc")); n != 1 {
		why = fmt.Sprintf("there are %d VPCs in the plan, and a scenario has one", n)
	} else if d.of("aws_vpc")[0].values.text("cidr_block") == "" {
		why = "the block of the VPC is known only after apply"
	}
	for _, s := range d.of("aws_subnet") {
		if s.values.text("cidr_block") == "" || d.letter(s.values.text("availability_zone")) == "" {
			why = "the block or the zone of " + s.address + " is known only after apply"
		}
	}
	if why == "" {
		return true
	}
	for _, kind := range []string{"aws_vpc", "aws_subnet", "aws_nat_gateway", "aws_eip"} {
		for _, r := range d.of(kind) {
			d.skip(r.address, "the network is left out: "+why)
		}
	}
	return false
}

// writeVPC writes the VPC, and its way to the internet.
func (d *draft) writeVPC(r *resource) {
	if !d.network {
		return
	}
	d.title(r)
	d.Table("vpc")
	d.copy(r.values, "cidr_block")
	if len(d.of("aws_internet_gateway")) > 0 {
		d.Table("internet_gateway")
	}
}

// writeSubnet writes a subnet, with the NAT gateway that its route table leads to.
func (d *draft) writeSubnet(r *resource) {
	if !d.network {
		return
	}
	d.title(r)
	d.Table("subnet", r.key)
	d.Set("availability_zone", d.letter(r.values.text("availability_zone")))
	d.copy(r.values, "cidr_block")
	if r.values.flag("map_public_ip_on_launch") {
		d.Set("map_public_ip_on_launch", true)
	}
	for _, a := range d.of("aws_route_table_association") {
		if !slices.Contains(d.linked(a, "aws_subnet", "subnet_id"), r) {
			continue
		}
		table := d.one(a, "aws_route_table", "route_table_id")
		if nat := d.natOf(table); nat != nil {
			d.Set("nat_gateway", nat.key)
			return
		}
	}
}

// natOf returns the NAT gateway that a route table leads to, nil for none.
func (d *draft) natOf(table *resource) *resource {
	if table == nil {
		return nil
	}
	if table.config != nil && len(expressionsAt(table.config.Expressions, []string{"route", "nat_gateway_id"})) > 0 {
		return d.one(table, "aws_nat_gateway", "route", "nat_gateway_id")
	}
	for _, route := range d.of("aws_route") {
		if route.config != nil && route.config.Expressions["nat_gateway_id"] != nil && d.one(route, "aws_route_table", "route_table_id") == table {
			return d.one(route, "aws_nat_gateway", "nat_gateway_id")
		}
	}
	return nil
}

// writeAddress writes an Elastic IP.
func (d *draft) writeAddress(r *resource) {
	if !d.network && len(d.of("aws_nat_gateway")) > 0 {
		return // which has been said
	}
	d.title(r)
	d.Table("elastic_ip", r.key)
	if in := whole(d.one(r, "aws_instance", "instance")); in != nil && in.count == 1 && len(d.tables(r, "aws_instance", "instance")) == 1 && r.config != nil && r.config.Expressions["instance"] != nil {
		d.Set("instance", in.key)
	}
}

// writeNAT writes a NAT gateway.
func (d *draft) writeNAT(r *resource) {
	if !d.network {
		return
	}
	subnet := d.one(r, "aws_subnet", "subnet_id")
	if subnet == nil {
		d.skip(r.address, "which subnet it is in is not in the plan")
		return
	}
	d.title(r)
	d.Table("nat_gateway", r.key)
	d.Set("subnet_id", subnet.key)
	if address := d.one(r, "aws_eip", "allocation_id"); address != nil {
		d.Set("elastic_ip", address.key)
	}
}

// findRules decides which security groups are written: those whose rules are all known.
// One that is not is left out with all who have it, who are open then.
func (d *draft) findRules() {
	for _, r := range d.of("aws_security_group") {
		if _, why := d.rulesIn(r); why != "" {
			d.skip(r.address, "left out, and what it guards is open: "+why)
			continue
		}
		d.rules[r] = true
	}
}

// isWritten reports whether a security group is.
func (d *draft) isWritten(key string) bool {
	for _, r := range d.of("aws_security_group") {
		if r.key == key {
			return d.rules[r]
		}
	}
	return false
}

// writeSecurityGroup writes a security group with its rules.
func (d *draft) writeSecurityGroup(r *resource) {
	if !d.rules[r] {
		return
	}
	rules, _ := d.rulesIn(r)
	d.title(r)
	d.Table("security_group", r.key)
	if text := r.values.text("description"); text != "" && text != "Managed by Terraform" {
		d.Set("description", text)
	}
	for _, way := range []string{"ingress", "egress"} {
		if len(rules[way]) > 0 {
			d.Set(way, imports.Raw("[\n  "+strings.Join(rules[way], ",\n  ")+",\n]"))
		}
	}
}

// rulesIn returns the rules of a security group by way, and why one cannot be written.
func (d *draft) rulesIn(r *resource) (rules map[string][]string, why string) {
	rules = map[string][]string{}
	for _, way := range []string{"ingress", "egress"} {
		if isUnknown(r, way) && r.unknown != nil && r.values[way] == nil && r.config != nil && r.config.Expressions[way] != nil {
			return nil, "its " + way + " is known only after apply"
		}
		for _, b := range r.values.blocks(way) {
			peers := b.texts("cidr_blocks")
			named, ok := d.namedIn(r, way, b)
			if !ok {
				return nil, "which security group an " + way + " rule names is known only after apply"
			}
			text := rule(b, peers, named)
			if text == "" {
				continue // of IPv6 or prefix lists alone
			}
			rules[way] = append(rules[way], text)
		}
	}
	for _, kind := range []string{"aws_security_group_rule", "aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule"} {
		for _, one := range d.of(kind) {
			if d.one(one, "aws_security_group", "security_group_id") != r {
				continue
			}
			way, text, why := d.ruleOf(one)
			if why != "" {
				return nil, why
			}
			if text != "" {
				rules[way] = append(rules[way], text)
			}
		}
	}
	return rules, ""
}

// namedIn returns the security groups that a rule within a group names.
func (d *draft) namedIn(r *resource, way string, b attributes) (names []string, ok bool) {
	if known := b.texts("security_groups"); len(known) > 0 {
		for _, one := range d.byValue(known, "aws_security_group") {
			names = append(names, one.key)
		}
		return names, len(names) == len(known)
	}
	if r.config == nil {
		return nil, true
	}
	e := r.config.Expressions[way]
	if e == nil || e.ExpressionData == nil || len(expressionsAt(r.config.Expressions, []string{way, "security_groups"})) == 0 {
		return nil, true
	}
	if len(r.values.blocks(way)) > 1 { // the values are a set: which block is which is not known
		return nil, len(b.texts("cidr_blocks")) > 0 || b.flag("self")
	}
	for _, one := range d.linked(r, "aws_security_group", way, "security_groups") {
		names = append(names, one.key)
	}
	return names, len(names) > 0
}

// ruleOf returns a rule that is a resource of its own.
func (d *draft) ruleOf(r *resource) (way, text, why string) {
	v := r.values
	way = v.text("type")
	switch r.kind {
	case "aws_vpc_security_group_ingress_rule":
		way = "ingress"
	case "aws_vpc_security_group_egress_rule":
		way = "egress"
	}
	peers := v.texts("cidr_blocks")
	if block := v.text("cidr_ipv4"); block != "" {
		peers = append(peers, block)
	}
	attribute := "source_security_group_id"
	if r.kind != "aws_security_group_rule" {
		attribute = "referenced_security_group_id"
	}
	var named []string
	if r.config != nil && r.config.Expressions[attribute] != nil {
		if named = d.tables(r, "aws_security_group", attribute); len(named) == 0 {
			return way, "", "which security group " + r.address + " names is known only after apply"
		}
	}
	rest := attributes{"from_port": v["from_port"], "to_port": v["to_port"], "protocol": v["protocol"], "self": v["self"]}
	if p := v.text("ip_protocol"); p != "" {
		rest["protocol"] = p
	}
	return way, rule(rest, peers, named), ""
}

// rule returns a rule as an inline table, "" for one about nobody.
func rule(b attributes, peers, named []string) string {
	var pairs []string
	switch protocol := b.text("protocol"); protocol {
	case "-1", "all":
		pairs = append(pairs, `port = "all"`)
	case "icmp", "icmpv6":
		return ""
	default:
		pairs = append(pairs, strings.Trim(inline(b, "from_port", "to_port"), "{ }"), "protocol = "+imports.Literal(protocol))
	}
	if len(peers) > 0 {
		pairs = append(pairs, "cidr_blocks = "+imports.Literal(peers))
	}
	if len(named) > 0 {
		pairs = append(pairs, "security_groups = "+imports.Literal(named))
	}
	if b.flag("self") {
		pairs = append(pairs, "self = true")
	}
	if len(peers) == 0 && len(named) == 0 && !b.flag("self") {
		return ""
	}
	return "{ " + strings.Join(slices.DeleteFunc(pairs, func(p string) bool { return p == "" }), ", ") + " }"
}
