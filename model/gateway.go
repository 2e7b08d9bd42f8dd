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
