package tables

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"headroom/model"
	"headroom/model/addressing"
	"headroom/model/cloud"
	"headroom/model/controlplane"
	"headroom/scenarios/schema"
	"headroom/scenarios/tree"
)

// networkKeys are those of [vpc], its subnets and its gateways.
func networkKeys() []schema.Key {
	return slices.Concat(
		schema.Within("vpc", "InvalidVpc.Range", []schema.Key{
			schema.Row("cidr_block", schema.Text(), `"172.31.0.0/16"`, "its private addresses, /16 to /28 of 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16; without [vpc] there is a default one with a /20 in each zone"),
		}),
		schema.Within("subnet.NAME", "ValidationError", []schema.Key{
			schema.Row("availability_zone", schema.Text(), schema.Required, "the zone in which it is"),
			regionKey(),
			schema.Row("cidr_block", schema.Text(), schema.Required, "its addresses, a part of the VPC's that no other subnet has; five of them are AWS's own").Coded("InvalidSubnet.Range"),
			schema.Row("map_public_ip_on_launch", schema.Flag(), "false", "a public IPv4 address for each instance, unless its template says otherwise"),
			schema.Row("nat_gateway", schema.Name("nat_gateway"), "", "by which instances without a public address reach the internet"),
		}),
		schema.Within("nat_gateway.NAME", "ValidationError", []schema.Key{
			schema.Row("subnet_id", schema.Name("subnet"), schema.Required, "where it is"),
			schema.Row("elastic_ip", schema.Name("elastic_ip"), "", "its public address; one of its own without"),
		}),
		schema.Within("vpc_endpoint.NAME", "ValidationError", []schema.Key{
			schema.Row("service_name", schema.Text(), schema.Required, `what it leads to: "com.amazonaws.REGION.s3"`).Coded("InvalidServiceName"),
			schema.Row("vpc_endpoint_type", schema.OneOf("Gateway: a route to S3, which costs nothing"), `"Gateway"`, "of which kind it is"),
			schema.Row("subnets", schema.Names("subnet"), "(all)", "from which it leads there: those of the route tables that have the route"),
		}),
		schema.Within("vpn_connection.NAME", "ValidationError", []schema.Key{
			schema.Row("cidr_block", schema.Text(), `"192.168.0.0/16"`, "the addresses at its other end, from which clients reach private addresses here"),
		}),
	)
}

// placeKeys are those that say in which subnets something is.
func placeKeys() []schema.Key {
	return []schema.Key{
		schema.Row("subnet_id", schema.Name("subnet"), "", "the subnet where they get their addresses, instead of availability_zones"),
		schema.Row("subnets", schema.Names("subnet"), "", "the same, several: they are dealt to their zones in turn"),
	}
}

// interfaceKeys are those of the network interfaces that instances are launched with.
func interfaceKeys() []schema.Key {
	return []schema.Key{
		schema.Row("network_interfaces", schema.List(), "", "network interfaces, the primary one first; without, one with one private address"),
		schema.Row("network_interfaces[].security_groups", schema.Names("security_group"), "", "of the primary one: those of the instance, instead of vpc_security_group_ids").Coded(invalidGroup),
		schema.Row("network_interfaces[].subnet_id", schema.Name("subnet"), "", "where its addresses come from; for the primary one of a group the group says so"),
		schema.Row("network_interfaces[].associate_public_ip_address", schema.Flag(), "", "of the primary one: a public IPv4 address, which is billed"),
		schema.Row("network_interfaces[].ipv4_address_count", schema.Whole(0, 64), "0", "private addresses beside the first").Coded("AttachmentLimitExceeded"),
	}
}

// vpc is what the file says of the network.
type vpc struct {
	declared bool
	block    addressing.Block
	internet bool // there is an internet gateway
}

// readNetwork reads the VPC, its subnets and its gateways.
func (l *loader) readNetwork(top *schema.Table) {
	t := top.Within("vpc")
	l.vpc = vpc{block: addressing.DefaultVPC, internet: true}
	gateway := top.Within("internet_gateway")
	if gateway != nil {
		gateway.Done()
	}
	if t != nil {
		l.vpc = vpc{declared: true, internet: gateway != nil}
		l.vpc.block = readBlock(t, "InvalidVpc.Range")
		t.Done()
		if len(l.tables["subnet"]) == 0 {
			t.Add(schema.Fault{Path: "vpc", Rule: "needs a [subnet.NAME]: instances get their addresses there"}, t.Node, "cidr_block")
			l.vpc.internet = true // one fault at a time: nothing is to be led anywhere yet
		}
	}
	for _, t := range l.tables["subnet"] {
		l.readSubnet(t)
	}
	for i, t := range l.tables["nat_gateway"] {
		l.readNAT(t, i)
	}
	for _, t := range l.tables["vpc_endpoint"] {
		l.readEndpoint(t)
	}
	for _, t := range l.tables["vpn_connection"] {
		l.readVPN(t)
	}
}

// readEndpoint reads a gateway endpoint, of which there are those of S3: nothing here talks to
// DynamoDB.
func (l *loader) readEndpoint(t *schema.Table) {
	e := controlplane.Endpoint{Name: t.Name}
	if name := t.Text("service_name"); t.Sound("service_name") && !gatewayService().MatchString(name) {
		t.Wrong("service_name", `must be "com.amazonaws.REGION.s3": user data that downloads talks to S3, and to no other service that has a gateway endpoint`)
	}
	t.Choice("vpc_endpoint_type")
	if t.Has("subnets") {
		e.Subnets = append([]int{}, t.References("subnets")...)
	} else {
		t.Pass("subnets")
	}
	t.Done()
	l.cfg.Endpoints = append(l.cfg.Endpoints, e)
}

var gatewayService = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^com\.amazonaws\.[a-z0-9-]+\.s3$`) })

// readVPN reads a VPN, whose other end must have private addresses of its own.
func (l *loader) readVPN(t *schema.Table) {
	b := readBlock(t, "ValidationError")
	if b.Bits > 0 && l.vpc.block.Bits > 0 && b.Overlaps(l.vpc.block) {
		t.Wrong("cidr_block", "must not overlap the VPC's, "+l.vpc.block.String()+": nobody would know which is meant")
	}
	t.Done()
	l.cfg.VPNs = append(l.cfg.VPNs, controlplane.VPN{Name: t.Name, Block: b})
}

// readBlock reads a block of addresses.
func readBlock(t *schema.Table, code string) addressing.Block {
	const key = "cidr_block"
	text := t.Text(key)
	if !t.Sound(key) {
		return addressing.Block{}
	}
	b, err := addressing.ParseBlock(text)
	if err == nil {
		err = b.Check()
	}
	if err != nil {
		t.Reject(key, schema.Fault{Rule: err.Error(), Got: tree.Quote(text), Code: code})
		return addressing.Block{}
	}
	return b
}

func (l *loader) readSubnet(t *schema.Table) {
	s := controlplane.Subnet{Name: t.Name}
	if name := t.Text("availability_zone"); t.Sound("availability_zone") {
		s.Zone, _ = l.zoneIn(t, "availability_zone", name, l.region(t))
	} else {
		l.region(t)
	}
	s.Block = readBlock(t, "InvalidSubnet.Range")
	if s.Block.Bits > 0 && l.vpc.block.Bits > 0 {
		l.checkSubnet(t, s.Block)
	}
	s.PublicIP = t.Flag("map_public_ip_on_launch")
	s.NAT = t.Reference("nat_gateway")
	switch {
	case !l.vpc.declared:
		t.Mistake("cidr_block", "needs [vpc]: a default VPC has its own subnets", "")
	case s.PublicIP && !l.vpc.internet:
		t.Wrong("map_public_ip_on_launch", "needs [internet_gateway]: nothing leads to public addresses without")
	}
	t.Done()
	l.cfg.Subnets = append(l.cfg.Subnets, s)
}

// checkSubnet verifies that the block of a subnet is a part of the VPC's of its own.
func (l *loader) checkSubnet(t *schema.Table, b addressing.Block) {
	got := tree.Quote(b.String())
	if !l.vpc.block.Has(b) {
		t.Reject("cidr_block", schema.Fault{Rule: "must be a part of the VPC's, " + l.vpc.block.String(), Got: got, Code: "InvalidSubnet.Range"})
		return
	}
	for _, other := range l.cfg.Subnets {
		if other.Block.Bits > 0 && other.Block.Overlaps(b) {
			t.Reject("cidr_block", schema.Fault{Rule: "must not overlap subnet." + other.Name + ", " + other.Block.String(), Got: got, Code: "InvalidSubnet.Conflict"})
			return
		}
	}
}

func (l *loader) readNAT(t *schema.Table, i int) {
	n := controlplane.NATGateway{Name: t.Name, Subnet: t.Reference("subnet_id")}
	elastic := t.Reference("elastic_ip")
	if k := slices.Index(l.natElastic, elastic); k >= 0 && elastic >= 0 {
		t.Reject("elastic_ip", schema.Fault{Rule: "must not be that of nat_gateway." + l.cfg.NATs[k].Name, Code: "Resource.AlreadyAssociated"})
	}
	l.natElastic = append(l.natElastic, elastic)
	if n.Subnet >= 0 {
		if !l.vpc.internet {
			t.Wrong("subnet_id", "needs [internet_gateway]: a NAT gateway leads there")
		}
		if l.cfg.Subnets[n.Subnet].NAT == i {
			t.Wrong("subnet_id", "must be another subnet than one that it serves")
		}
	}
	t.Done()
	l.cfg.NATs = append(l.cfg.NATs, n)
}

// subnetZones lists the zones of some subnets, each once.
func (l *loader) subnetZones(subnets []int) []model.Zone {
	var zones []model.Zone
	for _, i := range subnets {
		if i >= 0 && !slices.Contains(zones, l.cfg.Subnets[i].Zone) {
			zones = append(zones, l.cfg.Subnets[i].Zone)
		}
	}
	return zones
}

// places reads where something is: in the subnets of a key, or in zones, by default the
// first of the scenario or all of them.
func (l *loader) places(t *schema.Table, key string, first bool) ([]int, []model.Zone) {
	if t.Has(key) {
		subnets := t.References(key)
		if len(subnets) == 0 && t.Sound(key) {
			t.Wrong(key, "must name at least one subnet")
		}
		if t.Has("availability_zones") {
			t.Mistake("availability_zones", "must not be given with "+key+", which says where", "")
		}
		t.Pass("availability_zones")
		zones := l.subnetZones(subnets)
		l.oneRegion(t, key, zones)
		l.inRegion(t, zones)
		return subnets, zones
	}
	t.Pass(key)
	region := l.region(t)
	known := l.zonesOf(region)
	if len(l.cfg.Subnets) > 0 {
		known = nil
		for z, letter := range l.cfg.Zones {
			if l.hasSubnet(model.Zone(z)) && l.cfg.RegionOf(model.Zone(z)) == region {
				known = append(known, letter)
			}
		}
	}
	if first {
		known = known[:min(1, len(known))]
		if z := l.placedZone(t); z != cloud.None {
			known = l.cfg.Zones[z : z+1]
		}
	}
	zones := l.zonesIn(t, "availability_zones", known, region)
	for _, z := range zones {
		if len(l.cfg.Subnets) > 0 && !l.hasSubnet(z) {
			t.Wrong("availability_zones", fmt.Sprintf("must be zones with a subnet, and %s has none", l.cfg.Zones[z]))
		}
	}
	return nil, zones
}

func (l *loader) hasSubnet(z model.Zone) bool {
	return slices.ContainsFunc(l.cfg.Subnets, func(s controlplane.Subnet) bool { return s.Zone == z })
}

// fleetPlaces reads where instances outside groups are.
func (l *loader) fleetPlaces(t *schema.Table) ([]int, []model.Zone) {
	if i := l.primarySubnet(t); i >= 0 && !t.Has("subnet_id") && !t.Has("subnets") && !t.Has("availability_zones") {
		t.Pass("subnet_id", "subnets", "availability_zones")
		l.inRegion(t, l.subnetZones([]int{i}))
		return []int{i}, l.subnetZones([]int{i})
	}
	if !t.Has("subnet_id") {
		t.Pass("subnet_id")
		return l.places(t, "subnets", true)
	}
	if t.Has("subnets") {
		t.Mistake("subnets", "must not be given with subnet_id", "")
	}
	t.Pass("subnets", "availability_zones")
	if t.Has("availability_zones") {
		t.Mistake("availability_zones", "must not be given with subnet_id, which says where", "")
	}
	i := t.Reference("subnet_id")
	l.inRegion(t, l.subnetZones([]int{i}))
	if i < 0 {
		return nil, l.zones(t, "availability_zones", l.cfg.Zones[:1])
	}
	return []int{i}, l.subnetZones([]int{i})
}

// primarySubnet returns the subnet that the primary interface of an instance names, by
// itself or by its template; -1 without.
func (l *loader) primarySubnet(t *schema.Table) int {
	if n := t.Node.Table["network_interfaces"]; n != nil && len(n.List) > 0 && n.List[0].Table["subnet_id"] != nil {
		name, _ := n.List[0].Table["subnet_id"].AsText()
		return slices.Index(l.Names("subnet"), name)
	}
	if n := t.Node.Table["launch_template"]; n != nil {
		name, _ := n.AsText()
		if i := slices.Index(l.Names("launch_template"), name); i >= 0 && len(l.cfg.LaunchTemplates[i].Cards) > 0 {
			return l.cfg.LaunchTemplates[i].Cards[0].Subnet
		}
	}
	return -1
}

// readCards reads the network interfaces of a template, and whether its instances have
// public addresses.
func (l *loader) readCards(t *schema.Table, lt *controlplane.LaunchTemplate) {
	var addresses []int
	given := t.Has("associate_public_ip_address")
	if !given && len(l.cfg.Subnets) == 0 {
		t.Assume("associate_public_ip_address", true)
	}
	lt.PublicIP = t.Flag("associate_public_ip_address")
	for i, card := range t.Each("network_interfaces") {
		c := controlplane.Card{Subnet: card.Reference("subnet_id"), Secondary: card.Whole("ipv4_address_count")}
		l.cardGroups(t, card, i)
		public := card.Flag("associate_public_ip_address")
		switch {
		case !card.Has("associate_public_ip_address"):
		case i > 0:
			card.Mistake("associate_public_ip_address", "must be given of the primary interface only", "")
		default:
			lt.PublicIP, given = public, true
		}
		card.Done()
		lt.Cards = append(lt.Cards, c)
		addresses = append(addresses, 1+c.Secondary)
	}
	lt.PublicBySubnet = !given && len(l.cfg.Subnets) > 0
	if lt.PublicIP && !l.vpc.internet {
		t.Wrong("associate_public_ip_address", "must be false without [internet_gateway]: nothing leads to public addresses")
	}
	if lt.Type < 0 {
		return
	}
	if err := addressing.LimitsOf(&l.cfg.Types[lt.Type]).Check(addresses); err != nil {
		t.Reject("network_interfaces", schema.Fault{Rule: err.Error() + " for " + l.cfg.Types[lt.Type].Name, Got: spelled(addresses), Code: "AttachmentLimitExceeded"})
	}
}

// spelled says how many addresses interfaces have.
func spelled(addresses []int) string {
	words := make([]string, len(addresses))
	for i, n := range addresses {
		words[i] = fmt.Sprint(n)
	}
	return fmt.Sprintf("%d with %s", len(addresses), strings.Join(words, ", "))
}

// settleCards puts the primary interface of a template into the subnet of who uses it, and
// verifies that the others are in its zone.
func (l *loader) settleCards(t *schema.Table, key string, lt *controlplane.LaunchTemplate, zones []model.Zone) {
	for i, c := range lt.Cards {
		if c.Subnet == cloud.None || len(zones) == 0 {
			continue
		}
		if s := &l.cfg.Subnets[c.Subnet]; len(zones) > 1 || s.Zone != zones[0] {
			t.Reject(key, schema.Fault{
				Rule: fmt.Sprintf("must be in the zone of each of its network interfaces: number %d is in %s", i, l.cfg.Zones[s.Zone]), Code: "ENIZoneMismatch",
			})
		}
	}
}

// warnOfAddresses warns of a group that may want more instances than its subnets have
// addresses.
func (l *loader) warnOfAddresses(group int) {
	g := &l.cfg.Groups[group]
	if len(l.cfg.Subnets) == 0 || g.Tasks != nil && g.Tasks.On != cloud.None {
		return // there are as many as it takes, or it takes none
	}
	free := 0
	for i := range l.cfg.Subnets {
		if s := &l.cfg.Subnets[i]; slices.Contains(g.Subnets, i) || len(g.Subnets) == 0 && slices.Contains(g.Zones, s.Zone) {
			free += s.Block.Usable()
		}
	}
	if most := max(g.Max, mostOfSchedules(g)); most > free {
		l.warnAt(l.groupTable(group).Node, fmt.Sprintf(
			"%s: its subnets have %d addresses for %d instances: launches beyond them fail with InsufficientFreeAddressesInSubnet", g.Path(), free, most))
	}
}
