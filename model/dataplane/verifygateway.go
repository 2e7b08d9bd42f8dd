package dataplane

import (
	"fmt"

	"headroom/model"
)

// verifyGateways: what Gateway Load Balancers sent is what their appliances passed.
func (p *Plane) verifyGateways() error {
	passed, sent := p.retired, model.Bytes(0)
	for i := range p.appliances {
		passed = passed.Plus(p.appliances[i].passed)
	}
	for b := range p.balancers {
		sent = sent.Plus(p.balancers[b].counts.InspectedBytes)
		if c := &p.balancers[b].counts; c.Lost > c.Inspected {
			return fmt.Errorf("load balancer %d: %d requests lost of %d", b, c.Lost, c.Inspected)
		}
	}
	if passed != sent {
		return fmt.Errorf("appliances passed %d bytes of %d", passed, sent)
	}
	return nil
}
