package controlplane

import (
	"net/netip"

	"headroom/model"
	"headroom/model/login"
	"headroom/model/network"
	"headroom/sim"
	"headroom/sim/slab"
)

// origin is where somebody is who sends packets to an instance.
type origin struct {
	private bool         // in its network, or linked to it by a VPN: packets go to its private address
	address netip.Prefix // of a block of addresses, all of which security groups must let in
}

// reachable says what becomes of a packet to a port of an instance. Who comes over the internet
// needs a public address to send to: one of its own, or an Elastic IP. What its security groups
// do not let in is lost. Until the host is up, and where no daemon has the port, the packet is
// refused.
func (cp *Plane) reachable(h slab.Handle, port int, from origin) login.Delivery {
	in := cp.instances.Get(h)
	t := in.order.template
	running := in.life.runs() || in.life == draining
	flow := network.Flow{
		From: &network.End{Address: from.address, Public: true}, Public: !from.private, Protocol: network.TCP, Port: uint16(port),
	}
	switch {
	case !running || in.cutAt != sim.Never || !from.private && !cp.isPublic(h):
		return login.Lost
	case !cp.data.LetsIn(in.server, flow):
		return login.Lost
	case cp.kernel.Now() < in.upAt || !login.Listens(port, t.Platform, t.Software):
		return login.Refused
	}
	return login.Arrives
}

// wayOut reports whether an instance has a route to the internet: by a public address of its
// own, by an Elastic IP of its primary interface, whose route that is, or by the NAT gateway of
// its subnet, which it returns. A task on an instance has that of the instance.
func (cp *Plane) wayOut(h slab.Handle) (nat model.Gateway, out bool) {
	in := cp.instances.Get(h)
	switch {
	case in.order.on != 0:
		return cp.wayOut(in.order.on)
	case cp.public(in.order.template, int(in.subnet)) || cp.elasticOf(h) != None:
		return model.Gateway{}, true
	}
	nat = cp.gatewayOf(int(in.subnet))
	return nat, nat.There
}

// reroute tells the data plane how an instance reaches the internet, as an Elastic IP has come
// or gone.
func (cp *Plane) reroute(h slab.Handle) {
	if in := cp.instances.Get(h); h != 0 && in != nil {
		nat, out := cp.wayOut(h)
		cp.data.Reroute(in.server, nat, out)
	}
}

// isPublic reports whether an instance has a public address: its own, or an Elastic IP of its
// primary interface or of one that is attached to it.
func (cp *Plane) isPublic(h slab.Handle) bool {
	if cp.instances.Get(h).address != None || cp.elasticOf(h) != None {
		return true
	}
	for i := range cp.vpc.elastic {
		if c := cp.vpc.elastic[i].card; c != None && cp.vpc.cards[c].instance == h {
			return true
		}
	}
	return false
}
