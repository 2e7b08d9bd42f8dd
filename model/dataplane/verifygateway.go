package dataplane

import (
	"fmt"

	"headroom/model"
)

// verifyGateways: of the bytes that came to Gateway Load Balancers each has passed an
// appliance, or is lost; and appliances have passed those of nobody else.
func (p *Plane) verifyGateways() error {
	passed, sent := p.retired, model.Bytes(0)
	for i := range p.appliances {
		passed = passed.Plus(p.appliances[i].passed)
	}
	for b := range p.balancers {
		c := &p.balancers[b].counts
		sent = sent.Plus(c.OfferedBytes - c.LostBytes)
		if c.Lost > c.Inspected || c.OfferedBytes != c.InspectedBytes+c.LostBytes {
			return fmt.Errorf("load balancer %d: %d requests lost of %d; of %d bytes %d passed and %d were lost", b, c.Lost, c.Inspected, c.OfferedBytes, c.InspectedBytes, c.LostBytes)
		}
	}
	if passed != sent {
		return fmt.Errorf("appliances passed %d bytes of %d", passed, sent)
	}
	return nil
}
