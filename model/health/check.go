package health

import (
	"errors"
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

// Validate returns all that the check breaks of the limits of that kind of load
// balancer, joined. Only a Gateway Load Balancer lets the timeout equal the
// interval.
func (c Check) Validate(kind Kind) error {
	var faults []error
	if c.Interval < MinInterval || c.Interval > MaxInterval {
		faults = append(faults, fmt.Errorf("interval must be %v to %v, got %v", MinInterval, MaxInterval, c.Interval))
	}
	if c.Timeout < MinTimeout || c.Timeout > MaxTimeout {
		faults = append(faults, fmt.Errorf("timeout must be %v to %v, got %v", MinTimeout, MaxTimeout, c.Timeout))
	}
	switch {
	case kind == GWLB && c.Timeout > c.Interval:
		faults = append(faults, fmt.Errorf("timeout must not exceed the interval (%v), got %v", c.Interval, c.Timeout))
	case kind != GWLB && c.Timeout >= c.Interval:
		faults = append(faults, fmt.Errorf("timeout must be less than the interval (%v), got %v", c.Interval, c.Timeout))
	}
	if c.HealthyThreshold < MinThreshold || c.HealthyThreshold > MaxThreshold {
		faults = append(faults, fmt.Errorf("healthy threshold must be %d to %d, got %d", MinThreshold, MaxThreshold, c.HealthyThreshold))
	}
	if c.UnhealthyThreshold < MinThreshold || c.UnhealthyThreshold > MaxThreshold {
		faults = append(faults, fmt.Errorf("unhealthy threshold must be %d to %d, got %d", MinThreshold, MaxThreshold, c.UnhealthyThreshold))
	}
	return errors.Join(faults...)
}

// Next returns the first check after now of a target registered at that
// instant: registration + k × interval, k = 1, 2, ....
func (c Check) Next(registered, now sim.Time) sim.Time {
	if now < registered {
		return registered + c.Interval
	}
	return registered + ((now-registered)/c.Interval+1)*c.Interval
}
