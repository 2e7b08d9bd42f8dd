package cloud

import (
	"fmt"
	"slices"

	"headroom/model"
	"headroom/model/controlplane"
	"headroom/model/routing"
)

// weightErrors returns what is wrong with the actions on load balancers.
func (c *Config) weightErrors() (errs []error) {
	for i := range c.Actions {
		a := &c.Actions[i]
		if err := c.shiftError(a); err != nil {
			errs = append(errs, fmt.Errorf("action.%d: %w", i, err))
		}
		if a.Do == controlplane.SetWeights {
			if err := c.weightError(&a.Weights); err != nil {
				errs = append(errs, fmt.Errorf("action.%d: %w", i, err))
			}
		}
	}
	return errs
}

func (c *Config) weightError(w *model.Weights) error {
	if w.Balancer < 0 || w.Balancer >= len(c.LoadBalancers) {
		return fmt.Errorf("on must be the index of a load balancer (0 to %d), got %d", len(c.LoadBalancers)-1, w.Balancer)
	}
	all := c.LoadBalancers[w.Balancer].AllListeners()
	if w.Of.Listener < 0 || w.Of.Listener >= len(all) || w.Of.Rule < 0 || w.Of.Rule > len(all[w.Of.Listener].Rules) {
		return fmt.Errorf("must be of a rule of a listener, got %v", w.Of)
	}
	listener := &all[w.Of.Listener]
	action := &listener.Default
	if w.Of.Rule < len(listener.Rules) {
		action = &listener.Rules[w.Of.Rule].Action
	}
	if len(w.Weights) != len(action.Forward) {
		return fmt.Errorf("weights must be those of %d target groups, got %d", len(action.Forward), len(w.Weights))
	}
	return routing.ValidateWeights(w.Weights)
}

func (c *Config) shiftError(a *controlplane.Action) error {
	if a.Do != controlplane.StartZonalShift && a.Do != controlplane.CancelZonalShift {
		return nil
	}
	if a.Balancer < 0 || a.Balancer >= len(c.LoadBalancers) {
		return fmt.Errorf("on must be the index of a load balancer (0 to %d), got %d", len(c.LoadBalancers)-1, a.Balancer)
	}
	if a.Do == controlplane.CancelZonalShift {
		return nil
	}
	lb := &c.LoadBalancers[a.Balancer]
	switch {
	case len(a.Zones) != 1 || !slices.Contains(lb.Zones, a.Zones[0]):
		return fmt.Errorf("zone must be one of the load balancer, got %v", a.Zones)
	case a.For < controlplane.MinShift || a.For > controlplane.MaxShift:
		return fmt.Errorf("duration must be %v to %v, got %v", controlplane.MinShift, controlplane.MaxShift, a.For)
	}
	return nil
}
