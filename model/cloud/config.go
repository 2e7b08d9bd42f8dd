package cloud

import (
	"errors"
	"fmt"
	"slices"

	"headroom/model"
	"headroom/model/controlplane"
	"headroom/model/dataplane"
	"headroom/sim"
)

// None is the index of an optional reference that is not set.
const None = model.None

// Config is one resolved scenario: typed, immutable, and shared by all its
// replications. It holds specs (recipes) and never live policies; [New] turns
// each spec into a fresh policy. References between tables are indexes into
// the slices here, [None] where optional and absent.
type Config struct {
	Name string
	model.Frame
	dataplane.Traffic
	controlplane.Estate
	Observe dataplane.Observe
	Windows []Window // whose metrics are of interest by themselves
	// Tags are cost allocation tags by the name of what has them, "instance.db".
	Tags map[string]map[string]string
}

// Journeys reports whether some service has steps: requests then visit more than
// one place.
func (c *Config) Journeys() bool {
	for i := range c.Services {
		if len(c.Services[i].Steps) > 0 {
			return true
		}
	}
	return false
}

// Shares reports whether some instances run several applications.
func (c *Config) Shares() bool {
	return slices.ContainsFunc(c.Instances, func(f controlplane.Fleet) bool { return len(f.Applications) > 0 }) ||
		slices.ContainsFunc(c.Groups, func(g controlplane.Group) bool { return len(g.Applications) > 0 })
}

// Validate returns every rule that the config breaks, each with the path, in the
// words of a scenario file, of what breaks it: what a Go user writes is as safe as
// what comes from a file.
func (c *Config) Validate() []error {
	errs := c.frameErrors()
	fleets := c.fleetServices()
	errs = append(errs, c.diskErrors()...)
	errs = append(errs, c.networkErrors()...)
	errs = append(errs, c.weightErrors()...)
	errs = append(errs, c.fluidErrors()...)
	errs = append(errs, c.functionErrors()...)
	errs = append(errs, c.Traffic.Validate(len(c.Zones), fleets)...)
	return append(errs, c.Estate.Validate(controlplane.World{
		Types: len(c.Types), Zones: len(c.Zones), Services: len(c.Services), TargetGroups: len(c.TargetGroups), Outside: len(c.Outside),
	})...)
}

func (c *Config) frameErrors() (errs []error) {
	if c.Duration <= 0 || c.Duration > sim.Horizon {
		errs = append(errs, fmt.Errorf("run.duration: must be above 0 and at most %v, got %v", sim.Horizon, c.Duration))
	}
	if c.Warmup < 0 || c.Warmup > c.Duration {
		errs = append(errs, fmt.Errorf("run.warmup: must be 0 to the duration (%v), got %v", c.Duration, c.Warmup))
	}
	if len(c.Zones) == 0 {
		errs = append(errs, errors.New("region.zones: must have a zone"))
	}
	for i := range c.Types {
		if t := &c.Types[i]; t.VCPUs <= 0 {
			errs = append(errs, fmt.Errorf("types.%d: %s must have vCPUs, got %d", i, t.Name, t.VCPUs))
		}
	}
	return errs
}

// fleetServices lists the service of each [instance.NAME].
func (c *Config) fleetServices() []int {
	services := make([]int, len(c.Instances))
	for i := range services {
		services[i] = c.Instances[i].Service
	}
	return services
}
