package controlplane

import (
	"fmt"

	"headroom/model"
	"headroom/model/addressing"
	"headroom/sim"
	"headroom/sim/slab"
)

// card is a network interface of its own table. Its addresses are its own for good.
type card struct {
	cfg      *Interface
	instance slab.Handle // that it is attached to; 0: none
	fleet    int         // whose instance it is attached to when one runs; None
	next     int         // fleet that it moves to; None
	moves    bool        // from another instance
	turnsAt  sim.Time    // when it is detached, or attached; Never
}

// elasticIP is a public address of the account.
type elasticIP struct {
	cfg      *ElasticIP
	instance slab.Handle // that has it by its primary interface; 0: none
	fleet    int         // whose instance has it when one runs; None
	card     int         // interface that has it; None
	private  int         // which of its private addresses
}

// newInterfaces opens the interfaces and Elastic IPs; instances have them when they run.
func (cp *Plane) newInterfaces() error {
	n := &cp.vpc
	for i := range cp.cfg.Interfaces {
		if err := cp.claim(&cp.cfg.Interfaces[i]); err != nil {
			return err
		}
	}
	for i := range cp.cfg.Interfaces {
		cfg := &cp.cfg.Interfaces[i]
		owner := holding{cp.owner("network_interface." + cfg.Name), None, model.PrivateAddress, cp.vpc.subnets[cfg.Subnet].cfg.Zone}
		for _, a := range cfg.Private {
			cp.openAddress(a, owner)
			owner.kind = model.SecondaryAddress
		}
		free := 1 + cfg.Secondary
		if len(cfg.Private) > 0 {
			free = 0
		}
		if n.subnets[cfg.Subnet].pool.Free() < free {
			return &Shortage{Path: "network_interface." + cfg.Name, Text: "its subnet has no free address", Code: noFreeAddresses}
		}
		for range free {
			cp.assign(cfg.Subnet, owner)
			owner.kind = model.SecondaryAddress
		}
		n.cards = append(n.cards, card{cfg: cfg, fleet: cfg.Fleet, next: None, turnsAt: sim.Never})
	}
	for i := range cp.cfg.ElasticIPs {
		cfg := &cp.cfg.ElasticIPs[i]
		record := cp.takePublic(holding{cp.owner("elastic_ip." + cfg.Name), None, model.ElasticAddress, cp.homeOf(cfg)})
		cp.ledger.Addresses[record].Own = cfg.Own
		n.elastic = append(n.elastic, elasticIP{cfg: cfg, fleet: cfg.Fleet, card: cfg.Interface, private: cfg.Private})
	}
	return nil
}

// homeOf returns a zone of the Region of an Elastic IP: that of who has it at the start.
func (cp *Plane) homeOf(cfg *ElasticIP) model.Zone {
	switch {
	case cfg.Interface != None:
		return cp.vpc.subnets[cp.cfg.Interfaces[cfg.Interface].Subnet].cfg.Zone
	case cfg.NAT != None:
		return cp.vpc.subnets[cp.cfg.NATs[cfg.NAT].Subnet].cfg.Zone
	case cfg.Fleet != None && len(cp.cfg.Instances[cfg.Fleet].Zones) > 0:
		return cp.cfg.Instances[cfg.Fleet].Zones[0]
	}
	return 0
}

// claim takes the addresses of a subnet that an interface is to have.
func (cp *Plane) claim(cfg *Interface) error {
	for _, a := range cfg.Private {
		if !cp.vpc.subnets[cfg.Subnet].pool.Claim(a) {
			return &Shortage{Path: "network_interface." + cfg.Name, Text: "its address is not free", Code: "InvalidIPAddress.InUse"}
		}
	}
	return nil
}

// attachWaiting gives an instance that runs the interfaces and addresses that wait for one of its
// fleet.
func (cp *Plane) attachWaiting(h slab.Handle) {
	in := cp.instances.Get(h)
	if in.order.fleet == None || len(cp.vpc.cards)+len(cp.vpc.elastic) == 0 {
		return
	}
	for i := range cp.vpc.cards {
		if c := &cp.vpc.cards[i]; c.instance == 0 && c.turnsAt == sim.Never && c.fleet == in.order.fleet && cp.vpc.subnets[c.cfg.Subnet].cfg.Zone == in.zone {
			c.instance = h
		}
	}
	for i := range cp.vpc.elastic {
		if e := &cp.vpc.elastic[i]; e.instance == 0 && e.fleet == in.order.fleet && cp.elasticOf(h) == None {
			e.instance = h
			cp.reroute(h)
		}
	}
	cp.point()
}

// elasticOf returns the Elastic IP of an instance's primary address; None without.
func (cp *Plane) elasticOf(h slab.Handle) int {
	for i := range cp.vpc.elastic {
		if cp.vpc.elastic[i].instance == h {
			return i
		}
	}
	return None
}

// point tells the data plane to whom each interface and each Elastic IP leads now.
func (cp *Plane) point() {
	server := func(h slab.Handle) slab.Handle {
		if in := cp.instances.Get(h); h != 0 && in != nil {
			return in.server
		}
		return 0
	}
	for i := range cp.vpc.cards {
		cp.data.Point(i, server(cp.vpc.cards[i].instance))
	}
	for i := range cp.vpc.elastic {
		e := &cp.vpc.elastic[i]
		h := e.instance
		if e.card != None {
			h = cp.vpc.cards[e.card].instance
		}
		cp.data.Point(len(cp.vpc.cards)+i, server(h))
	}
}

// leaveInterfaces takes the interfaces and Elastic IPs of an instance that ends off it.
// One that ends with its instance does not come back.
func (cp *Plane) leaveInterfaces(h slab.Handle) {
	changed := false
	for i := range cp.vpc.cards {
		if c := &cp.vpc.cards[i]; c.instance == h {
			c.instance, changed = 0, true
			if c.cfg.Deletes {
				c.fleet = None
			}
		}
	}
	for i := range cp.vpc.elastic {
		if e := &cp.vpc.elastic[i]; e.instance == h {
			e.instance, changed = 0, true
		}
	}
	if changed {
		cp.point()
	}
}

// bearerOf returns the first instance of a fleet in a zone, None for any, that runs, else that
// is stopped, for which an interface or address may be as well; 0 if there is none.
func (cp *Plane) bearerOf(fleet, zone int) slab.Handle {
	rests := slab.Handle(0)
	for h, in := range cp.instances.All() {
		switch {
		case in.order.fleet != fleet || zone != None && in.zone != model.Zone(zone):
		case in.life.runs():
			return h
		case in.life == stopped && rests == 0:
			rests = h
		}
	}
	return rests
}

// actOnInterface attaches an interface, detaches it, or moves it to another instance.
func (cp *Plane) actOnInterface(i int, a *Action) error {
	c := &cp.vpc.cards[i]
	switch {
	case c.turnsAt != sim.Never:
		return fmt.Errorf("the interface is being moved [IncorrectState]")
	case a.Do == AttachInterface && c.instance != 0:
		return fmt.Errorf("the interface is in use [InvalidNetworkInterface.InUse]")
	case a.Do == DetachInterface && c.instance == 0:
		return fmt.Errorf("the interface is not attached [InvalidAttachmentID.NotFound]")
	}
	wait := addressing.AttachTime
	if a.Do == DetachInterface {
		wait = addressing.DetachTime
	} else if _, err := cp.attachableTo(c, a.Fleet); err != nil {
		return err
	} else if c.instance != 0 {
		wait += addressing.DetachTime
	}
	c.moves = c.instance != 0 && a.Do == MoveInterface
	c.instance, c.fleet, c.next = 0, None, a.Fleet
	if a.Do == DetachInterface {
		c.next = None
	}
	c.turnsAt = sim.Sum(cp.kernel.Now(), wait)
	cp.point()
	cp.schedule(c.turnsAt, indexed(interfaceTurns, i))
	return nil
}

// attachableTo returns the instance of a fleet that an interface can be attached to.
func (cp *Plane) attachableTo(c *card, fleet int) (slab.Handle, error) {
	zone := cp.vpc.subnets[c.cfg.Subnet].cfg.Zone
	h := cp.bearerOf(fleet, int(zone))
	if h == 0 {
		if cp.bearerOf(fleet, None) != 0 {
			return 0, fmt.Errorf("instance.%s is not in the zone of the interface, %s [ENIZoneMismatch]", cp.cfg.Instances[fleet].Name, cp.frame.Zones[zone])
		}
		return 0, fmt.Errorf("instance.%s is neither running nor stopped [IncorrectInstanceState]", cp.cfg.Instances[fleet].Name)
	}
	in := cp.instances.Get(h)
	attached := max(1, len(in.order.template.Cards))
	for k := range cp.vpc.cards {
		if other := &cp.vpc.cards[k]; other != c && other.instance == h {
			attached++
		}
	}
	if most := addressing.LimitsOf(&cp.frame.Types[in.order.typ]).Interfaces; most > 0 && attached >= most {
		return 0, fmt.Errorf("%s has %d network interfaces at most [AttachmentLimitExceeded]", cp.frame.Types[in.order.typ].Name, most)
	}
	return h, nil
}

// onInterfaceTurns finds an interface detached, or attached to where it was to move.
func (cp *Plane) onInterfaceTurns(ev model.Event) {
	c := &cp.vpc.cards[ev.Index()]
	subject := "network_interface." + c.cfg.Name
	c.turnsAt = sim.Never
	if c.next == None {
		cp.note(Activity{Subject: subject, Kind: "detached", Detail: "available", Cause: "action", Instance: None})
		return
	}
	h, err := cp.attachableTo(c, c.next)
	if err != nil {
		c.next = None
		cp.refuse(subject, "attach-interface", err)
		return
	}
	by := Caller(0)
	if c.moves {
		by = Operator
	}
	c.instance, c.fleet, c.next, c.moves = h, c.next, None, false
	in := cp.instances.Get(h)
	cp.note(Activity{Subject: subject, Kind: "attached", Detail: cp.subjectOf(in), Cause: "action", Instance: in.number, By: by})
	cp.point()
}

// actOnElastic associates an Elastic IP, taking it from whoever has it, or disassociates it.
func (cp *Plane) actOnElastic(i int, a *Action) error {
	e := &cp.vpc.elastic[i]
	if e.cfg.Node {
		return fmt.Errorf("the address is that of a node of a load balancer, for good [OperationNotPermitted]")
	}
	if a.Do == DisassociateAddress {
		if e.instance == 0 && e.card == None {
			return fmt.Errorf("the address is not associated [InvalidAssociationID.NotFound]")
		}
		cp.moveElastic(e, elasticIP{cfg: e.cfg, fleet: None, card: None})
		return nil
	}
	if a.Interface != None {
		for k := range cp.vpc.elastic {
			if other := &cp.vpc.elastic[k]; k != i && other.card == a.Interface && other.private == a.Address {
				return fmt.Errorf("the private address has an Elastic IP already [Resource.AlreadyAssociated]")
			}
		}
		cp.moveElastic(e, elasticIP{cfg: e.cfg, fleet: None, card: a.Interface, private: a.Address})
		return nil
	}
	h := cp.bearerOf(a.Fleet, None)
	if h == 0 {
		return fmt.Errorf("instance.%s is neither running nor stopped [IncorrectInstanceState]", cp.cfg.Instances[a.Fleet].Name)
	}
	if other := cp.elasticOf(h); other != None && other != i {
		return fmt.Errorf("the private address has an Elastic IP already [Resource.AlreadyAssociated]")
	}
	if in := cp.instances.Get(h); in.address != None { // its own is given back
		cp.giveBack(in.address)
		in.address = None
	}
	cp.moveElastic(e, elasticIP{cfg: e.cfg, instance: h, fleet: a.Fleet, card: None})
	return nil
}

// moveElastic puts an Elastic IP elsewhere, and tells who had it and who has it.
func (cp *Plane) moveElastic(e *elasticIP, to elasticIP) {
	from := e.instance
	*e = to
	cp.reroute(from)
	cp.reroute(to.instance)
	cp.point()
}

// hasElastic reports whether an instance has an Elastic IP instead of an address of its own.
func (cp *Plane) hasElastic(in *instance) bool {
	for i := range cp.vpc.elastic {
		if h := cp.vpc.elastic[i].instance; h != 0 && cp.instances.Get(h) == in {
			return true
		}
	}
	return false
}
