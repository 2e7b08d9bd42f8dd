package controlplane

import (
	"headroom/model"
	"headroom/sim"
)

// nat is a NAT gateway at work.
type nat struct {
	cfg   *NATGateway
	owner int32
}

// newGateways opens NAT gateways, each with a private address of its subnet and a public
// one, and VPN connections.
func (cp *Plane) newGateways() error {
	for i := range cp.cfg.NATs {
		cfg := &cp.cfg.NATs[i]
		g := nat{cfg, cp.ownerAt("nat_gateway."+cfg.Name, cp.vpc.subnets[cfg.Subnet].cfg.Zone)}
		cp.vpc.nats = append(cp.vpc.nats, g)
		if cp.vpc.subnets[cfg.Subnet].pool.Free() == 0 {
			return &Shortage{Path: "nat_gateway." + cfg.Name, Text: "its subnet has no free address", Code: noFreeAddresses}
		}
		cp.assign(cfg.Subnet, holding{owner: g.owner, instance: None, kind: model.PrivateAddress})
		if !cp.cfg.elastic(i) {
			cp.takePublic(holding{g.owner, None, model.PublicAddress, cp.vpc.subnets[cfg.Subnet].cfg.Zone})
		}
		cp.openGateway(g.owner, model.NATGateway)
	}
	for i := range cp.cfg.VPNs {
		cp.openGateway(cp.owner("vpn_connection."+cp.cfg.VPNs[i].Name), model.VPNConnection)
	}
	return nil
}

// elastic reports whether a NAT gateway has an Elastic IP.
func (n *VPC) elastic(nat int) bool {
	for i := range n.ElasticIPs {
		if n.ElasticIPs[i].NAT == nat {
			return true
		}
	}
	return false
}

func (cp *Plane) openGateway(owner int32, kind model.GatewayKind) {
	cp.ledger.Gateways = append(cp.ledger.Gateways, model.GatewayUse{To: sim.Never, Owner: owner, Kind: kind})
}

// gatewayOf returns the NAT gateway of a subnet.
func (cp *Plane) gatewayOf(subnet int) model.Gateway {
	n := cp.vpc.subnets[subnet].cfg.NAT
	if n == None {
		return model.Gateway{}
	}
	return model.Gateway{There: true, Owner: cp.vpc.nats[n].owner, Zone: cp.vpc.subnets[cp.vpc.nats[n].cfg.Subnet].cfg.Zone}
}
