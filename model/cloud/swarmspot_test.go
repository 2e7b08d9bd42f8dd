package cloud

import (
	"headroom/model/spot"
	"headroom/sim"
	"headroom/sim/rng"
)

// swarmMarket lets some Spot pools replay a trace, of room or of preemptions. It has a
// stream of its own.
func swarmMarket(seed uint64, cfg *Config) {
	s := rng.New(seed, 0, "swarm/market")
	lead := spot.Lead{Longest: []sim.Time{0, 5 * sim.Minute, sim.Hour}[seed%3], Share: 0.7}
	if seed%2 == 0 {
		cfg.Faults = append(cfg.Faults, Fault{
			Kind: SpotInterruption, Every: must(rng.Exponential(400)), Zone: None, Pool: None, Share: 0.5,
			Before: sim.Time(2+seed%14) * sim.Minute,
		})
	}
	for i := range cfg.SpotPools {
		cfg.SpotPools[i].Lead = lead
		if !chance(&s, 0.4) {
			continue
		}
		supply := &spot.Supply{}
		steps := &supply.Room
		if chance(&s, 0.4) {
			steps = &supply.Taken
		}
		for at := sim.Time(0); at < cfg.Duration; at += sim.Time(1+s.Below(400)) * sim.Second {
			*steps = append(*steps, spot.Step{At: at, Count: s.Below(8)})
		}
		cfg.SpotPools[i].Supply = supply
	}
}
