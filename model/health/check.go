package health

import (
	"fmt"

	"headroom/sim"
)

// Kind is what sends the health checks.
type Kind uint8

// Kinds of load balancer, as far as their checks differ.
const (
	ALB       Kind = iota + 1 // instance and ip targets
	ALBLambda                 // lambda targets
	NLB                       // TCP and HTTPS checks
	NLBHTTP                   // HTTP checks of a Network Load Balancer
	GWLB
	GRPC // of an Application Load Balancer, by gRPC
)

// Check is how often and how patiently the targets of a group are examined.
type Check struct {
	Interval           sim.Time // from one check of a target to the next
	Timeout            sim.Time // without an answer for so long, a check fails
	HealthyThreshold   int      // successes in a row that make an unhealthy target healthy
	UnhealthyThreshold int      // failures in a row that make a target unhealthy
}

// Limits of a check that AWS's pages on health checks give.
const (
	MinInterval  = 5 * sim.Second
	MaxInterval  = 300 * sim.Second
	MinTimeout   = 2 * sim.Second
	MaxTimeout   = 120 * sim.Second
	MinThreshold = 2
	MaxThreshold = 10
)

// Default returns the check of a target group that says nothing about it:
// the defaults of AWS's pages on health checks.
func Default(kind Kind) Check {
	check := Check{HealthyThreshold: 5, UnhealthyThreshold: 2}
	switch kind {
	case ALB:
		check.Interval, check.Timeout = 30*sim.Second, 5*sim.Second
	case ALBLambda:
		check.Interval, check.Timeout = 35*sim.Second, 30*sim.Second
	case NLB:
		check.Interval, check.Timeout = 30*sim.Second, 10*sim.Second
	case NLBHTTP:
		check.Interval, check.Timeout = 30*sim.Second, 6*sim.Second
	case GWLB:
		check.Interval, check.Timeout = 10*sim.Second, 5*sim.Second
	default:
		panic(fmt.Sprintf("health: kind %d", kind))
	}
	return check
}

// Fits reports whether the timeout is short enough for the interval: shorter, and at a Gateway Load
// Balancer not longer.
func (c Check) Fits(kind Kind) bool {
	if kind == GWLB {
		return c.Timeout <= c.Interval
	}
	return c.Timeout < c.Interval
}
