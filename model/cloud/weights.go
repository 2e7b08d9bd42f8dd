package cloud

import (
	"fmt"

	"headroom/model"
	"headroom/model/controlplane"
	"headroom/model/routing"
)

// weightErrors returns what is wrong with the actions that set weights.
func (c *Config) weightErrors() (errs []error) {
	for i := range c.Actions {
		if a := &c.Actions[i]; a.Do == controlplane.SetWeights {
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
