package health

import "fmt"

// Minimum is how many targets of a scope must be healthy: a count, a
// percentage, or both, 0 being off (AWS's "target group health"). A scope
// is the targets that a node sends to: those of its own zone with cross-zone
// balancing off, those of all zones with it on.
type Minimum struct {
	Count   int // healthy targets
	Percent int // healthy targets of 100 registered ones
}

// Breached reports whether fewer are healthy than either limit asks for. A
// scope without registered targets breaches nothing: it has nobody to send to.
func (m Minimum) Breached(healthy, registered int) bool {
	return registered > 0 && (healthy < m.Count || 100*healthy < m.Percent*registered)
}

// Group is how many healthy targets a target group asks for. AWS wants the minimum of
// DNS to be at least that of Routing.
type Group struct {
	DNS     Minimum // of a zone, or clients are not sent to its node
	Routing Minimum // of a scope, or requests go to all of its targets
}

// DefaultGroup is that of a target group that says nothing: one healthy target is enough.
func DefaultGroup() Group { return Group{Minimum{Count: 1}, Minimum{Count: 1}} }

// MaxMinimum is the largest count of a minimum.
const MaxMinimum = 1000

// Validate returns what is wrong with the minimums, nil if nothing is.
func (g Group) Validate() error {
	for _, m := range []Minimum{g.DNS, g.Routing} {
		if m.Count < 0 || m.Count > MaxMinimum || m.Percent < 0 || m.Percent > 100 {
			return fmt.Errorf("must be counts of 0 to %d and percentages of 0 to 100, got %v", MaxMinimum, g)
		}
	}
	switch {
	case g.Routing.Count < 1:
		return fmt.Errorf("must route to at least 1 healthy target, got %d", g.Routing.Count)
	case g.DNS.Count > 0 && g.DNS.Count < g.Routing.Count:
		return fmt.Errorf("must have a count of DNS of at least that of routing (%d), got %d", g.Routing.Count, g.DNS.Count)
	case g.DNS.Percent > 0 && g.DNS.Percent < g.Routing.Percent:
		return fmt.Errorf("must have a percentage of DNS of at least that of routing (%d), got %d", g.Routing.Percent, g.DNS.Percent)
	}
	return nil
}

// Leaves reports whether a zone leaves DNS that has so many targets in its scope. One
// without targets does, unless nothing is asked for.
func (g Group) Leaves(healthy, registered int) bool {
	return g.DNS != Minimum{} && (registered == 0 || g.DNS.Breached(healthy, registered))
}

// FailOpen reports whether requests go to all registered targets of a scope,
// healthy or not: when fewer are healthy than routing asks for.
func (g Group) FailOpen(healthy, registered int) bool {
	return g.Routing.Breached(healthy, registered)
}
