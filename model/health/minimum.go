package health

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

// FailOpen reports whether requests go to all registered targets of a scope,
// healthy or not: when none is healthy, by AWS's default for routing failover.
func FailOpen(healthy, registered int) bool {
	return Minimum{Count: 1}.Breached(healthy, registered)
}
