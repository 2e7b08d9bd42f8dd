package model

import "headroom/sim"

// GatewayKind is a way between a VPC and elsewhere that is billed by the hour.
type GatewayKind uint8

// Kinds of gateways.
const (
	NATGateway GatewayKind = iota + 1
	VPNConnection
)

// GatewayUse is the time that a gateway existed.
type GatewayUse struct {
	From, To sim.Time
	Owner    int32
	Kind     GatewayKind
}

// Gateway is a NAT gateway as who uses it sees it. The zero Gateway is none.
type Gateway struct {
	There bool
	Owner int32 // index into Ledger.Owners
	Zone  Zone
}

// Moved is the bytes of one owner that took paths which AWS charges for.
type Moved struct {
	Out  Bytes // to the internet
	Side Bytes // to other zones and from them: what this side of it pays for
	Away Bytes // to other Regions: the sender pays
	NAT  Bytes // through a NAT gateway, whose owner this is, in both directions
}
