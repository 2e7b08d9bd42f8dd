package dataplane

// MeasureLevels forgets the past of what holds over time, and measures it from now on:
// healthy targets, calls of functions that are served at once, how evenly targets are asked.
func (p *Plane) MeasureLevels() {
	now := p.kernel.Now()
	for i := range p.targetGroups {
		g := &p.targetGroups[i]
		g.healthy.Reset(now)
		g.balance.requests, g.balance.sum, g.balance.worst = 0, 0, 0
	}
	for i := range p.functions {
		p.functions[i].busy.Reset(now)
	}
}
