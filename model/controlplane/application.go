package controlplane

import "slices"

// servicesOf lists the services that the instances of a fleet or a group run: several,
// or its own, or none.
func servicesOf(service int, applications []int) []int {
	switch {
	case len(applications) > 0:
		return applications
	case service == None:
		return nil
	}
	return []int{service}
}

// Services lists the services that its instances run.
func (f *Fleet) Services() []int { return servicesOf(f.Service, f.Applications) }

// Services lists the services that its instances run.
func (g *Group) Services() []int { return servicesOf(g.Service, g.Applications) }

// Serves reports whether its instances run a service.
func (f *Fleet) Serves(service int) bool { return slices.Contains(f.Services(), service) }

// Serves reports whether its instances run a service.
func (g *Group) Serves(service int) bool { return slices.Contains(g.Services(), service) }
