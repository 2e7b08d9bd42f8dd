package controlplane

import (
	"fmt"

	"headroom/model"
	"headroom/model/addressing"
	"headroom/sim"
)

// vpc is the network of the account at work.
type vpc struct {
	subnets  []subnet
	byZone   [][]int // subnets
	internet addressing.Internet
	nats     []nat
	cards    []card      // interfaces of their own tables
	elastic  []elasticIP // Elastic IPs
}

// subnet is the addresses of one subnet.
type subnet struct {
	cfg  *Subnet
	pool addressing.Pool
}

// newNetwork opens the subnets; none of their addresses is taken.
func (cp *Plane) newNetwork() error {
	n := &cp.vpc
	n.byZone = make([][]int, len(cp.frame.Zones))
	subnets := cp.cfg.Subnets
	if len(subnets) == 0 {
		subnets = defaultSubnets(len(cp.frame.Zones))
	}
	for i := range subnets {
		n.subnets = append(n.subnets, subnet{&subnets[i], addressing.NewPool(subnets[i].Block)})
		z := subnets[i].Zone
		n.byZone[z] = append(n.byZone[z], i)
	}
	return nil
}

// defaultSubnets are those of a default VPC.
func defaultSubnets(zones int) []Subnet {
	subnets := make([]Subnet, zones)
	for z := range subnets {
		subnets[z] = Subnet{Zone: model.Zone(z), Block: addressing.DefaultSubnet(z), PublicIP: true, NAT: None}
	}
	return subnets
}

// Addresses is how many private addresses an instance takes from its own subnet, which is not
// those of cards that name another.
func (t *LaunchTemplate) Addresses() int {
	n := 0
	for _, c := range t.Cards {
		if c.Subnet == None {
			n += 1 + c.Secondary
		}
	}
	return max(1, n)
}

// subnetFor returns a subnet of the order's zone that has addresses for its instance, of
// several the first; None if there is none.
func (cp *Plane) subnetFor(o *order) int {
	candidates := cp.vpc.byZone[o.zone]
	switch {
	case o.group != None && len(cp.cfg.Groups[o.group].Subnets) > 0:
		candidates = cp.cfg.Groups[o.group].Subnets
	case o.group == None && o.fleet != None && len(cp.cfg.Instances[o.fleet].Subnets) > 0:
		candidates = cp.cfg.Instances[o.fleet].Subnets
	}
	wanted := o.template.Addresses()
	for _, i := range candidates {
		if s := &cp.vpc.subnets[i]; s.cfg.Zone == o.zone && s.pool.Free() >= wanted && cp.cardsFit(o.template) {
			return i
		}
	}
	if len(cp.cfg.Subnets) == 0 {
		return cp.furtherSubnet(o.zone)
	}
	return None
}

// furtherSubnet adds a subnet to a zone whose subnets are full, where the scenario names
// none: who does not describe a network does not ask for its limits. None if all that
// there can be are there.
func (cp *Plane) furtherSubnet(zone model.Zone) int {
	n := &cp.vpc
	block, ok := addressing.FurtherSubnet(len(n.subnets) - len(cp.frame.Zones))
	if !ok {
		return None
	}
	n.subnets = append(n.subnets, subnet{&Subnet{Zone: zone, Block: block, PublicIP: true, NAT: None}, addressing.NewPool(block)})
	n.byZone[zone] = append(n.byZone[zone], len(n.subnets)-1)
	return len(n.subnets) - 1
}

// cardsFit reports whether the subnets that a template names have addresses for it.
func (cp *Plane) cardsFit(t *LaunchTemplate) bool {
	for i, c := range t.Cards {
		if c.Subnet == None {
			continue
		}
		need := 0
		for _, other := range t.Cards[:i+1] {
			if other.Subnet == c.Subnet {
				need += 1 + other.Secondary
			}
		}
		if cp.vpc.subnets[c.Subnet].pool.Free() < need {
			return false
		}
	}
	return true
}

// holding is whose an address is.
type holding struct {
	owner, instance int32
	kind            model.AddressKind
	zone            model.Zone // in whose Region it is
}

// assign records an address of a subnet that has one.
func (cp *Plane) assign(subnet int, h holding) int32 {
	a, ok := cp.vpc.subnets[subnet].pool.Take()
	if !ok {
		panic("controlplane: an address of a subnet that has none")
	}
	h.zone = cp.vpc.subnets[subnet].cfg.Zone
	return cp.openAddress(a, h)
}

// takePublic records a new public address.
func (cp *Plane) takePublic(h holding) int32 { return cp.openAddress(cp.vpc.internet.Take(), h) }

// openAddress opens the record of an address.
func (cp *Plane) openAddress(a model.Address, h holding) int32 {
	record := int32(len(cp.ledger.Addresses))
	u := model.AddressUse{
		From: cp.kernel.Now(), To: sim.Never, Owner: h.owner, Instance: h.instance, Address: a, Kind: h.kind,
		Region: int32(cp.frame.RegionOf(h.zone)),
	}
	switch h.kind {
	case model.PrivateAddress:
		u.Interface = record + 1
	case model.SecondaryAddress: // those of an interface are taken after its primary one
		u.Interface = cp.ledger.Addresses[record-1].Interface
	}
	cp.ledger.Addresses = append(cp.ledger.Addresses, u)
	return record
}

// giveBack ends the record of an address, which is free from now on.
func (cp *Plane) giveBack(record int32) {
	u := &cp.ledger.Addresses[record]
	u.To = cp.kernel.Now()
	if u.Kind.Public() {
		return
	}
	for i := range cp.vpc.subnets {
		if p := &cp.vpc.subnets[i].pool; p.Block().Holds(u.Address) {
			p.Give(u.Address)
			return
		}
	}
	panic("controlplane: a private address of no subnet")
}

// openAddresses gives an instance that is launched its private addresses, which it keeps
// to its end, of its subnet, which has them.
func (cp *Plane) openAddresses(in *instance, subnet int) {
	owner := holding{in.order.owner, in.number, model.PrivateAddress, in.zone}
	cards := in.order.template.Cards
	if len(cards) == 0 {
		in.held = append(in.held, cp.assign(subnet, owner))
	}
	for _, c := range cards {
		from := c.Subnet
		if from == None {
			from = subnet
		}
		owner.kind = model.PrivateAddress
		for range 1 + c.Secondary {
			in.held = append(in.held, cp.assign(from, owner))
			owner.kind = model.SecondaryAddress
		}
	}
}

// closeAddresses gives the private addresses of an instance back that ends.
func (cp *Plane) closeAddresses(in *instance) {
	for _, record := range in.held {
		cp.giveBack(record)
	}
	in.held = in.held[:0]
}

// public reports whether instances of a template have a public address in a subnet.
func (cp *Plane) public(t *LaunchTemplate, subnet int) bool {
	if t.PublicBySubnet {
		return cp.vpc.subnets[subnet].cfg.PublicIP
	}
	return t.PublicIP
}

// subnetOfTenant returns where an instance of a workload finds an address in a zone; None
// if nowhere.
func (cp *Plane) subnetOfTenant(f *tenantFlow, zone model.Zone) int {
	if len(f.cfg.Subnets) > 0 {
		return cp.freeSubnet(f.cfg.Subnets, zone)
	}
	return cp.freeSubnet(cp.vpc.byZone[zone], zone)
}

// freeSubnet returns the first of some subnets that is in a zone and has a free address;
// None if there is none.
func (cp *Plane) freeSubnet(subnets []int, zone model.Zone) int {
	for _, i := range subnets {
		if s := &cp.vpc.subnets[i]; s.cfg.Zone == zone && s.pool.Free() > 0 {
			return i
		}
	}
	if len(cp.cfg.Subnets) == 0 {
		return cp.furtherSubnet(zone)
	}
	return None
}

// openNodes gives each node of the load balancers its private address and, if it is
// internet-facing, a public one.
func (cp *Plane) openNodes() error {
	for i := range cp.balancers {
		b := &cp.balancers[i]
		for n := range b.cfg.Nodes {
			if b.cfg.PublicIPs && n >= b.cfg.Elastic {
				cp.takePublic(holding{b.owner, None, model.PublicAddress, b.cfg.zoneOf(n)})
			}
			if n >= len(b.cfg.Zones) {
				continue // a load balancer that says how many nodes it has, not where
			}
			subnet := cp.subnetOfNode(b.cfg, b.cfg.Zones[n])
			if subnet == None {
				return &Shortage{Path: "load_balancer." + b.cfg.Name, Text: "no subnet has a free address for its node in zone " + cp.frame.Zones[b.cfg.Zones[n]], Code: noFreeAddresses}
			}
			cp.assign(subnet, holding{owner: b.owner, instance: None, kind: model.PrivateAddress})
		}
	}
	return nil
}

// noFreeAddresses is EC2's error code.
const noFreeAddresses = "InsufficientFreeAddressesInSubnet"

// zoneOf returns the zone of a node, the first where only their number is known.
func (b *Balancer) zoneOf(node int) model.Zone {
	if len(b.Zones) == 0 {
		return 0
	}
	return b.Zones[min(node, len(b.Zones)-1)]
}

// subnetOfNode is the subnet of a load balancer's node in a zone.
func (cp *Plane) subnetOfNode(b *Balancer, zone model.Zone) int {
	if len(b.Subnets) > 0 {
		return cp.freeSubnet(b.Subnets, zone)
	}
	return cp.freeSubnet(cp.vpc.byZone[zone], zone)
}

// addressShortage says that no subnet has an address for one more of a fleet's instances.
func (f *Fleet) addressShortage(placed int) *Shortage {
	return &Shortage{
		Path: "instance." + f.Name, Code: noFreeAddresses,
		Text: fmt.Sprintf("no subnet has a free address for instance %d of %d at the start", placed+1, f.Count),
	}
}
