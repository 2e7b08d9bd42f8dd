package controlplane

import (
	"headroom/model/login"
	"headroom/sim"
)

// origin is where somebody is who sends packets to an instance.
type origin struct {
	private bool // in its network, or linked to it by a VPN: packets go to its private address
}

// reachable says what becomes of a packet to a port of an instance. Who comes over the internet
// needs a public address to send to. Until the host is up, and where no daemon has the port, the
// packet is refused.
func (cp *Plane) reachable(in *instance, port int, from origin) login.Delivery {
	t := in.order.template
	running := in.life.runs() || in.life == draining
	switch {
	case !running || in.cutAt != sim.Never || !from.private && in.address == None:
		return login.Lost
	case cp.kernel.Now() < in.upAt || !login.Listens(port, t.Platform, t.Software):
		return login.Refused
	}
	return login.Arrives
}
