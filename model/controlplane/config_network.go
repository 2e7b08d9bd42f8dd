package controlplane

import (
	"slices"

	"headroom/model"
	"headroom/model/addressing"
)

// VPC is the network of a scenario: where instances get their addresses, and by which
// ways they are reached. Its zero value is a default VPC.
type VPC struct {
	Subnets    []Subnet // none: one in each zone, those of a default VPC
	Interfaces []Interface
	ElasticIPs []ElasticIP
	NATs       []NATGateway
	VPNs       []VPN
	Endpoints  []Endpoint
}

// Subnet is a block of private addresses in one zone.
type Subnet struct {
	Name     string // "" in a default VPC
	Zone     model.Zone
	Block    addressing.Block
	PublicIP bool // its instances have a public address, unless their template says otherwise
	NAT      int  // index into VPC.NATs; None
}

// Card is a network interface that instances of a template are launched with.
type Card struct {
	Subnet    int // index into VPC.Subnets; None: that of the instance
	Secondary int // private addresses beside the primary one
}

// Interface is a network interface of its own table.
type Interface struct {
	Name      string
	Subnet    int // index into VPC.Subnets
	Secondary int
	Private   []model.Address // which it has, the primary one first; nil: free ones
	Fleet     int             // whose instance it is attached to at the start; None
	Deletes   bool            // with its instance
}

// ElasticIP is a public address that stays with the account.
type ElasticIP struct {
	Name      string
	Fleet     int  // whose first instance has it at the start; None
	Interface int  // the same, an interface; None
	Private   int  // of the interface: which of its private addresses has it, 0 the primary one
	NAT       int  // the same, a NAT gateway, for good; None
	Own       bool // brought along: it costs nothing
	Node      bool // of a node of a load balancer, for good
}

// NATGateway lets instances without public addresses reach the internet.
type NATGateway struct {
	Name   string
	Subnet int // index into VPC.Subnets
}

// Endpoint is a gateway endpoint: a route to S3 that does not pass the internet.
type Endpoint struct {
	Name    string
	Subnets []int // indexes into VPC.Subnets; nil: all
}

// LeadsToS3 reports whether a gateway endpoint leads from a subnet to S3.
func (n *VPC) LeadsToS3(subnet int) bool {
	return slices.ContainsFunc(n.Endpoints, func(e Endpoint) bool {
		return e.Subnets == nil || slices.Contains(e.Subnets, subnet)
	})
}

// Meets reports whether two endpoints lead from the same subnet.
func (e *Endpoint) Meets(other *Endpoint) bool {
	if e.Subnets == nil || other.Subnets == nil {
		return (e.Subnets == nil || len(e.Subnets) > 0) && (other.Subnets == nil || len(other.Subnets) > 0)
	}
	return slices.ContainsFunc(e.Subnets, func(i int) bool { return slices.Contains(other.Subnets, i) })
}

// VPN is a Site-to-Site VPN connection.
type VPN struct {
	Name  string
	Block addressing.Block // of addresses at its other end
}
