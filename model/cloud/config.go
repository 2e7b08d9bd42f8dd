package cloud

import (
	"headroom/model"
	"headroom/model/controlplane"
	"headroom/model/dataplane"
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
