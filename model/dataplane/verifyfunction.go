package dataplane

import "fmt"

// verifyFunctions: calls = done + failed + timed out + in flight, each of which has an
// environment, and each pool is sound.
func (p *Plane) verifyFunctions() error {
	if p.fluid != nil {
		return p.verifyFunctionRates()
	}
	there := make([]int, len(p.functions))
	for h, r := range p.requests.All() {
		if !r.phase.aboard() {
			continue
		}
		f := p.servers.at(r.server).function
		if f == nil {
			continue
		}
		there[f.index]++
		if i := indexOf(h); f.callers[p.environments[i]] != i {
			return fmt.Errorf("function %s: request %d is not served by its environment", f.cfg.Name, i)
		}
	}
	for i := range p.functions {
		f := &p.functions[i]
		c := &f.counts
		if err := f.pool.Verify(); err != nil {
			return fmt.Errorf("function %s: %w", f.cfg.Name, err)
		}
		if busy := f.pool.Busy(); busy != there[i] || c.Called != c.Done+c.Failed+c.TimedOut+int64(busy) || f.busy.Value() != int64(busy) {
			return fmt.Errorf("function %s: called %d, done %d, failed %d, timed out %d; %d in flight, counted %d", f.cfg.Name, c.Called, c.Done, c.Failed, c.TimedOut, there[i], busy)
		}
	}
	return nil
}
