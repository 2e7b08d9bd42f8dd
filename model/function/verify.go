package function

import (
	"fmt"

	"headroom/sim"
)

// Verify returns the first invariant that does not hold: each environment serves, is idle
// or is no more; lists are in order of time; and no limit is exceeded. It is meant for
// tests.
func (p *Pool) Verify() error {
	serving, shared := 0, 0
	for id := range p.all {
		if e := &p.all[id]; e.serving {
			serving++
			if p.account != nil && !e.provisioned {
				shared++
			}
		}
	}
	listed := len(p.free) + serving
	for _, l := range []list{p.idle, p.ready} {
		last := sim.Time(0)
		for id := l.oldest; id != nobody; id = p.all[id].newer {
			if p.all[id].serving || p.all[id].since < last {
				return fmt.Errorf("environment %d is out of place among those that are idle", id)
			}
			last = p.all[id].since
			listed++
		}
	}
	last := sim.Time(0)
	for id := p.running.oldest; id != nobody; id = p.all[id].newer {
		if !p.all[id].serving || p.all[id].began < last {
			return fmt.Errorf("environment %d is out of place among those that run", id)
		}
		last = p.all[id].began
	}
	switch {
	case serving != p.busy || shared != p.shared:
		return fmt.Errorf("%d environments serve, %d of them of the account, counted %d and %d", serving, shared, p.busy, p.shared)
	case listed != len(p.all):
		return fmt.Errorf("%d environments, of which %d are known", len(p.all), listed)
	case p.terms.Reserved != None && p.busy > p.terms.Reserved:
		return fmt.Errorf("%d calls at once, %d are reserved", p.busy, p.terms.Reserved)
	case p.account != nil && p.account.free < 0:
		return fmt.Errorf("the account serves %d calls more than its %d", -p.account.free, p.account.size)
	}
	return nil
}
