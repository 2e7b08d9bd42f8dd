package dataplane

// takeRetry takes a retry from the budget of its client, if there is one.
func (p *Plane) takeRetry(i uint32, c *Clients) bool {
	if c.RetryBudget == 0 {
		return true
	}
	tokens := p.budget(i)
	if tokens == nil || *tokens < 1 {
		return false
	}
	*tokens--
	return true
}

// RetryBurst is the most retries that a budget keeps.
const RetryBurst = 10

// budget is where the retries of a request are counted: its workload, or its
// calling instance; nil if that is no more.
func (p *Plane) budget(i uint32) *float64 {
	r := p.requests.at(i)
	s := &p.sources[r.source]
	if s.call == nil {
		return &p.sources[s.workload].tokens
	}
	parent := p.requests.Get(p.trips[i].parent)
	if parent == nil {
		return nil
	}
	return &p.servers.at(parent.server).outlets[s.outlet].tokens
}
