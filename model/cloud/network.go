package cloud

import (
	"fmt"

	"headroom/model/controlplane"
)

// networkErrors returns what is wrong with who refers to the network: ends and security
// groups that are not there.
func (c *Config) networkErrors() (errs []error) {
	for i := range c.Instances {
		errs = append(errs, c.endErrors(&c.Instances[i].Template, "instance."+c.Instances[i].Name)...)
	}
	for i := range c.LaunchTemplates {
		errs = append(errs, c.endErrors(&c.LaunchTemplates[i], "launch_template."+c.LaunchTemplates[i].Name)...)
	}
	if n := len(c.Network.Mounts); n != 0 && n != len(c.FileSystems) {
		errs = append(errs, fmt.Errorf("network.mounts: must be one for each of %d file systems, got %d", len(c.FileSystems), n))
	}
	for i := range c.Actions {
		if a := &c.Actions[i]; a.Do == controlplane.AuthorizeRules || a.Do == controlplane.RevokeRules {
			errs = append(errs, c.ruleErrors(&a.Rules, fmt.Sprintf("action.%d", i))...)
		}
	}
	return errs
}

func (c *Config) endErrors(lt *controlplane.LaunchTemplate, path string) (errs []error) {
	if lt.MostTracked < 0 || lt.MostTracked > 1<<30 {
		errs = append(errs, fmt.Errorf("%s: must keep track of 0 to %d connections, got %d", path, 1<<30, lt.MostTracked))
	}
	subnets := len(c.Subnets)
	if subnets == 0 { // of a default VPC
		subnets = len(c.Zones)
	}
	if n := len(lt.Ends); n != 0 && n != subnets {
		return append(errs, fmt.Errorf("%s: must have an end of the network in each of %d subnets, got %d", path, subnets, n))
	}
	for _, e := range lt.Ends {
		if e < 0 || int(e) > len(c.Network.Ends) {
			errs = append(errs, fmt.Errorf("%s: must have ends of the network (0 to %d), got %d", path, len(c.Network.Ends), e))
		}
	}
	return errs
}

func (c *Config) ruleErrors(r *controlplane.RuleChange, path string) (errs []error) {
	if r.Group < 0 || r.Group >= len(c.Network.Groups) || len(c.Network.Ends) == 0 || r.Direction > 1 {
		return []error{fmt.Errorf("%s.on: must be the index of a security group (0 to %d), got %d", path, len(c.Network.Groups)-1, r.Group)}
	}
	for _, rule := range r.Rules {
		if err := rule.Validate(len(c.Network.Groups)); err != nil {
			errs = append(errs, fmt.Errorf("%s.%s: %w", path, r.Direction, err))
		}
	}
	return errs
}
