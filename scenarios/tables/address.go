package tables

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"headroom/model"
	"headroom/model/addressing"
	"headroom/model/cloud"
	"headroom/model/controlplane"
	"headroom/model/dataplane"
	"headroom/scenarios/schema"
	"headroom/scenarios/tree"
)

// addressKeys are those of Elastic IPs and of network interfaces of their own.
func addressKeys() []schema.Key {
	return slices.Concat(
		schema.Within("elastic_ip.NAME", "ValidationError", []schema.Key{
			schema.Row("instance", schema.Name("instance"), "", "whose first instance has it at the start, instead of an address of its own"),
			schema.Row("network_interface", schema.Name("network_interface"), "", "the interface that has it at the start"),
			schema.Row("associate_with_private_ip", schema.Text(), "(the primary one)", "which of the interface's private_ips has it: each may have one").Coded("InvalidParameterValue"),
			schema.Row("public_ipv4_pool", schema.OneOf("amazon: an address of Amazon's", "own: one that the account brought along, which costs nothing"), `"amazon"`, "whose address it is"),
		}),
		schema.Within("network_interface.NAME", "ValidationError", []schema.Key{
			schema.Row("security_groups", schema.Names("security_group"), "(those of the instance that has it)", "its own security groups, up to 5, which stay with it as it moves").Coded(invalidGroup),
			schema.Row("private_ips", schema.Texts(), "(free ones of the subnet)", "its private addresses, the primary one first").Coded("InvalidIPAddress.InUse"),
			schema.Row("subnet_id", schema.Name("subnet"), "", "where its addresses come from; without [vpc], the subnet of the zone of its instance"),
			schema.Row("ipv4_address_count", schema.Whole(0, 64), "0", "private addresses beside the first").Coded("AttachmentLimitExceeded"),
			schema.Row("delete_on_termination", schema.Flag(), "false", "whether it ends with its instance"),
			schema.Row("attachment", schema.Inner(), "", "what it is attached to at the start"),
			schema.Row("attachment.instance", schema.Name("instance"), "", "whose first instance in its zone"),
			schema.Row("attachment.device_index", schema.Whole(0, 64), "1", "which of its interfaces; 0 is the primary one, which comes with it"),
		}),
	)
}

// readInterfaces reads network interfaces and Elastic IPs.
func (l *loader) readInterfaces() {
	for _, t := range l.tables["network_interface"] {
		l.readInterface(t)
	}
	for i, t := range l.tables["elastic_ip"] {
		e := controlplane.ElasticIP{
			Name: t.Name, Fleet: t.Reference("instance"), Interface: t.Reference("network_interface"),
			NAT: slices.Index(l.natElastic, i), Own: t.Choice("public_ipv4_pool") == "own",
			Node: l.nodeElastic[i] != "",
		}
		e.Private = l.privateOf(t, "associate_with_private_ip", e.Interface)
		l.checkElastic(t, i, &e)
		t.Done()
		l.cfg.ElasticIPs = append(l.cfg.ElasticIPs, e)
		l.cfg.Addresses = append(l.cfg.Addresses, dataplane.Address{Name: "elastic_ip." + t.Name, Service: cloud.None, Elastic: true})
	}
}

// checkElastic applies AWS's rules: five of them a Region, one for each private address.
func (l *loader) checkElastic(t *schema.Table, number int, e *controlplane.ElasticIP) {
	if most := l.limited.elastic; most >= 0 && number >= most {
		t.Add(schema.Fault{Path: t.Path, Rule: fmt.Sprintf("must be at most %d Elastic IPs in a Region", most), Got: strconv.Itoa(len(l.tables["elastic_ip"])), Code: "AddressLimitExceeded"}, t.Node, "")
	}
	if e.Fleet >= 0 && e.Interface >= 0 {
		t.Wrong("network_interface", "must not be given with instance: an Elastic IP has one place")
	}
	if e.NAT >= 0 && (e.Fleet >= 0 || e.Interface >= 0) {
		t.Wrong("instance", "must not be given for the address of a NAT gateway")
	}
	if e.Node && (e.Fleet >= 0 || e.Interface >= 0) {
		key := "instance"
		if e.Interface >= 0 {
			key = "network_interface"
		}
		t.Reject(key, schema.Fault{Rule: "must not be given for the address of a node of " + l.nodeElastic[number], Code: "Resource.AlreadyAssociated"})
	}
	for _, other := range l.cfg.ElasticIPs {
		key := "instance"
		if e.Interface >= 0 {
			key = "network_interface"
		}
		if e.Fleet >= 0 && other.Fleet == e.Fleet || e.Interface >= 0 && other.Interface == e.Interface && other.Private == e.Private && e.Private >= 0 {
			t.Reject(key, schema.Fault{Rule: "must not have another Elastic IP on the same private address, elastic_ip." + other.Name, Code: "Resource.AlreadyAssociated"})
		}
	}
	if !l.vpc.internet {
		t.Add(schema.Fault{Path: t.Path, Rule: "needs [internet_gateway]: nothing leads to it"}, t.Node, "")
	}
}

// privateOf finds which private address of an interface a key names, the primary one without;
// None after recording that it names none.
func (l *loader) privateOf(t *schema.Table, key string, card int) int {
	if !t.Has(key) {
		t.Pass(key)
		return 0
	}
	text := t.Text(key)
	if !t.Sound(key) {
		return cloud.None
	}
	if card < 0 {
		t.Mistake(key, "needs a [network_interface.NAME] with private_ips", "")
		return cloud.None
	}
	c := &l.cfg.Interfaces[card]
	a, err := addressing.ParseBlock(text + "/32")
	k := slices.Index(c.Private, a.First)
	if err != nil || k < 0 {
		t.Reject(key, schema.Fault{Rule: "must be one of the private_ips of network_interface." + c.Name, Got: tree.Quote(text), Code: "InvalidParameterValue"})
		return cloud.None
	}
	return k
}

func (l *loader) readInterface(t *schema.Table) {
	if n := t.Node.Table["private_ips"]; n != nil && len(n.List) > 0 {
		t.Assume("ipv4_address_count", int64(len(n.List)-1))
	}
	c := controlplane.Interface{Name: t.Name, Subnet: t.Reference("subnet_id"), Secondary: t.Whole("ipv4_address_count"), Fleet: cloud.None, Deletes: t.Flag("delete_on_termination")}
	zone, index := model.Zone(0), 0
	if c.Subnet >= 0 {
		zone = l.cfg.Subnets[c.Subnet].Zone
	} else if len(l.cfg.Subnets) > 0 {
		t.Require("subnet_id")
	}
	if at := t.Within("attachment"); at != nil {
		at.Require("instance")
		c.Fleet = at.Reference("instance")
		if index = at.Whole("device_index"); index == 0 && at.Sound("device_index") {
			at.Wrong("device_index", "must be above 0: the primary interface is made with its instance, and cannot be detached")
		}
		l.checkIndex(at, &c, index)
		if c.Fleet >= 0 && c.Subnet < 0 && len(l.cfg.Instances[c.Fleet].Zones) > 0 {
			zone = l.cfg.Instances[c.Fleet].Zones[0]
		}
		l.checkAttachment(at, "instance", &c, zone)
		at.Done()
	}
	if c.Subnet < 0 {
		c.Subnet = int(zone) // of the default VPC
	}
	l.readPrivate(t, &c)
	end := l.interfaceEnd(t, &c)
	t.Done()
	l.cfg.Interfaces = append(l.cfg.Interfaces, c)
	l.deviceIndexes = append(l.deviceIndexes, index)
	l.cfg.Addresses = append(l.cfg.Addresses, dataplane.Address{Name: "network_interface." + t.Name, Service: cloud.None, End: end})
}

// interfaceEnd reads the security groups of an interface, and returns the number of its
// kind; 0 where it has those of its instance.
func (l *loader) interfaceEnd(t *schema.Table, c *controlplane.Interface) int {
	if !t.Has("security_groups") {
		t.Pass("security_groups")
		return 0
	}
	groups := l.readGroupsOf(t, "security_groups", "")
	return l.end(groups, prefix(l.blockOf(c.Subnet)), false)
}

// blockOf returns the addresses of a subnet, of the default VPC where there is no other.
func (l *loader) blockOf(subnet int) addressing.Block {
	if len(l.cfg.Subnets) == 0 {
		return addressing.DefaultSubnet(subnet)
	}
	return l.cfg.Subnets[max(0, subnet)].Block
}

// readPrivate reads which private addresses an interface has.
func (l *loader) readPrivate(t *schema.Table, c *controlplane.Interface) {
	const key = "private_ips"
	if !t.Has(key) {
		t.Pass(key)
		return
	}
	if n := len(t.Texts(key)) - 1; n >= 0 && c.Secondary != n && t.Sound("ipv4_address_count", key) {
		t.Wrong("ipv4_address_count", fmt.Sprintf("must be the private_ips beside the first (%d)", n))
	}
	block := l.blockOf(c.Subnet)
	for _, text := range t.Texts(key) {
		fault := schema.Fault{Got: tree.Quote(text), Code: "InvalidParameterValue"}
		a, err := addressing.ParseBlock(text + "/32")
		switch {
		case err != nil:
			fault.Rule = "must be IPv4 addresses"
		case block.Bits == 0:
			continue // which has been said
		case !block.Grants(a.First):
			fault.Rule = "must be of the subnet, " + block.String() + ", whose first four and last addresses are AWS's own"
		case slices.Contains(c.Private, a.First) || slices.ContainsFunc(l.cfg.Interfaces, func(o controlplane.Interface) bool { return slices.Contains(o.Private, a.First) }):
			fault.Rule, fault.Code = "must not be given to two", "InvalidIPAddress.InUse"
		default:
			c.Private = append(c.Private, a.First)
			continue
		}
		t.Reject(key, fault)
	}
}

// checkIndex refuses an index that another interface of the instance has.
func (l *loader) checkIndex(t *schema.Table, c *controlplane.Interface, index int) {
	if c.Fleet < 0 || index == 0 {
		return
	}
	other := ""
	if index < len(l.cfg.Instances[c.Fleet].Template.Cards) {
		other = fmt.Sprintf("network_interfaces.%d of the instance", index)
	}
	for i := range l.cfg.Interfaces {
		if l.cfg.Interfaces[i].Fleet == c.Fleet && l.deviceIndexes[i] == index {
			other = "network_interface." + l.cfg.Interfaces[i].Name
		}
	}
	if other != "" {
		t.Reject("device_index", schema.Fault{Rule: "must not be that of another interface, " + other, Code: "InvalidParameterValue"})
	}
}

// checkAttachment verifies that an interface can be attached to the instances of a fleet.
func (l *loader) checkAttachment(t *schema.Table, key string, c *controlplane.Interface, zone model.Zone) {
	if c.Fleet < 0 {
		return
	}
	f := &l.cfg.Instances[c.Fleet]
	if !slices.Contains(f.Zones, zone) && len(f.Zones) > 0 {
		t.Reject(key, schema.Fault{Rule: fmt.Sprintf("must be in the zone of the interface, %s, not in %s", l.cfg.Zones[zone], l.cfg.Zones[f.Zones[0]]), Code: "ENIZoneMismatch"})
	}
	if f.Template.Type < 0 || f.Template.Type >= len(l.cfg.Types) {
		return
	}
	addresses := []int{1 + c.Secondary}
	for range max(1, len(f.Template.Cards)) {
		addresses = append(addresses, 1)
	}
	for _, other := range l.cfg.Interfaces {
		if other.Fleet == c.Fleet && other.Name != c.Name {
			addresses = append(addresses, 1)
		}
	}
	typ := &l.cfg.Types[f.Template.Type]
	if err := addressing.LimitsOf(typ).Check(addresses); err != nil {
		t.Reject(key, schema.Fault{Rule: err.Error() + " for " + typ.Name, Got: spelled(addresses), Code: "AttachmentLimitExceeded"})
	}
}

// readAddressAction reads what is done with interfaces and Elastic IPs.
func (l *loader) readAddressAction(t *schema.Table, a *controlplane.Action) {
	elastic := a.Do >= controlplane.AssociateAddress
	table := "network_interface"
	if elastic {
		table = "elastic_ip"
	}
	for _, name := range l.subjects(t, table) {
		i := t.Find("on", table, name)
		switch {
		case i < 0:
		case elastic:
			a.ElasticIPs = append(a.ElasticIPs, i)
		default:
			a.Interfaces = append(a.Interfaces, i)
		}
	}
	if a.Do == controlplane.DetachInterface || a.Do == controlplane.DisassociateAddress {
		return
	}
	to, name, _ := strings.Cut(t.Text("to"), ".")
	switch {
	case to == "instance" && name != "":
		a.Fleet = t.Find("to", "instance", name)
	case to == "network_interface" && elastic:
		a.Interface = t.Find("to", "network_interface", name)
	case t.Faulty("to"):
	default:
		t.Mistake("to", `must be "instance.NAME"`, "")
	}
	if elastic {
		a.Address = l.privateOf(t, "private_ip_address", a.Interface)
	}
	for _, i := range a.Interfaces {
		c := l.cfg.Interfaces[i]
		if c.Fleet = a.Fleet; c.Fleet >= 0 {
			zone := model.Zone(c.Subnet)
			if len(l.cfg.Subnets) > 0 {
				zone = l.cfg.Subnets[c.Subnet].Zone
			}
			l.checkAttachment(t, "to", &c, zone)
		}
	}
}

// settleAddresses finds out which service each address leads to, at the start and by
// actions: that of the first of its instances.
func (l *loader) settleAddresses() {
	interfaces := len(l.cfg.Interfaces)
	lead := func(address, fleet int) {
		if fleet < 0 || address < 0 {
			return
		}
		if own := &l.cfg.Addresses[address]; own.Service == cloud.None {
			own.Service = l.cfg.Instances[fleet].Service
		}
	}
	for i := range l.cfg.Interfaces {
		lead(i, l.cfg.Interfaces[i].Fleet)
	}
	for i := range l.cfg.Actions {
		for _, k := range l.cfg.Actions[i].Interfaces {
			lead(k, l.cfg.Actions[i].Fleet)
		}
	}
	for i := range l.cfg.ElasticIPs {
		e := &l.cfg.ElasticIPs[i]
		lead(interfaces+i, e.Fleet)
		if e.Interface >= 0 {
			l.cfg.Addresses[interfaces+i].Service = l.cfg.Addresses[e.Interface].Service
			if !slices.ContainsFunc(l.cfg.Actions, func(a controlplane.Action) bool { return slices.Contains(a.ElasticIPs, i) }) {
				l.cfg.Addresses[interfaces+i].End = l.cfg.Addresses[e.Interface].End
			}
		}
	}
	for i := range l.cfg.Actions {
		a := &l.cfg.Actions[i]
		for _, k := range a.ElasticIPs {
			lead(interfaces+k, a.Fleet)
			if a.Interface >= 0 && l.cfg.Addresses[interfaces+k].Service == cloud.None {
				l.cfg.Addresses[interfaces+k].Service = l.cfg.Addresses[a.Interface].Service
			}
		}
	}
}
