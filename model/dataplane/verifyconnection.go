package dataplane

import "fmt"

// verifyClientConnections: a connection that clients keep carries as many requests as it
// counts, is silent when it carries none, waits for the next one if it may carry one, and
// no two lists know it otherwise.
func (p *Plane) verifyClientConnections() error {
	carried := map[uint32]int32{}
	for h, r := range p.requests.All() {
		i := indexOf(h)
		if r.inFlight() && p.sources[r.source].connections.on && int(i) < len(p.carriers) && p.carriers[i] != noIndex {
			carried[p.carriers[i]]++
		}
	}
	silent, pooled, aged, err := p.listedConnections()
	if err != nil {
		return err
	}
	for h, k := range p.connections.All() {
		id, s := indexOf(h), &p.sources[k.source]
		switch {
		case carried[id] != k.busy:
			return fmt.Errorf("connection %d carries %d requests, counted %d", id, carried[id], k.busy)
		case silent[id] != (k.busy == 0):
			return fmt.Errorf("connection %d with %d requests: among the silent ones %v", id, k.busy, silent[id])
		case pooled[id] != k.usable, k.usable && k.done:
			return fmt.Errorf("connection %d: in its client's pool %v, usable %v, done %v", id, pooled[id], k.usable, k.done)
		case aged[id] != k.ages:
			return fmt.Errorf("connection %d: ages %v, listed %v", id, k.ages, aged[id])
		case int(k.carried) > max(1, s.clients.PerConnection):
			return fmt.Errorf("connection %d has carried %d requests of %d", id, k.carried, s.clients.PerConnection)
		}
	}
	return nil
}

// listedConnections are those on the lists of sources, and of their clients.
func (p *Plane) listedConnections() (silent, pooled, aged map[uint32]bool, err error) {
	silent, pooled, aged = map[uint32]bool{}, map[uint32]bool{}, map[uint32]bool{}
	for n := range p.sources {
		c := &p.sources[n].connections
		if !c.on {
			continue
		}
		for id := c.silent.oldest; id != noIndex; id = p.connections.at(id).silent.newer {
			if older := p.connections.at(id).silent.older; older != noIndex && p.connections.at(older).since > p.connections.at(id).since {
				return nil, nil, nil, fmt.Errorf("source %d: connection %d is silent for longer than one before it", n, id)
			}
			silent[id] = true
		}
		for id := c.aged.oldest; id != noIndex; id = p.connections.at(id).aged.newer {
			aged[id] = true
		}
		for owner := range c.pools {
			for id := c.pools[owner].oldest; id != noIndex; id = p.connections.at(id).pooled.newer {
				k := p.connections.at(id)
				if older := k.pooled.older; k.owner != uint32(owner) || older != noIndex && p.connections.at(older).due > k.due {
					return nil, nil, nil, fmt.Errorf("source %d: connection %d of client %d is out of place in the pool of %d", n, id, k.owner, owner)
				}
				pooled[id] = true
			}
		}
	}
	return silent, pooled, aged, nil
}
