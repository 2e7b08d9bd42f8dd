package cloud

import (
	"fmt"
	"testing"

	"headroom/sim/rng"
)

// worlds are random scenarios, one a seed, that are verified again and again while they run.
type worlds struct {
	seeds  uint64
	make   func(seed uint64) *Config
	events int // that each runs; 0: all
	stride int // events between two looks; 0: 1
	// see is shown what became of each that has come far enough.
	see func(t *testing.T, out *Outcome)
}

// swarms are how random worlds are made, by what they have: a new one is played by all ways that
// say the same.
var swarms = map[string]func(seed uint64) *Config{
	"addresses":             withSwarm("addresses", swarmAddresses),
	"applications":          neighbours,
	"applications together": together,
	"baskets":               withSwarm("baskets", swarmBaskets),
	"brief flows":           withSwarm("brief flows", swarmBriefFlows),
	"connections":           withSwarm("connections", swarmConnections),
	"disks":                 swarmDisks,
	"flows":                 withSwarm("flows", swarmFlows),
	"functions":             swarmFunctions,
	"gateways":              withSwarm("gateways", swarmGateway),
	"journeys":              swarmJourney,
	"memory":                swarmMemory,
	"networks":              networked,
	"packets":               swarmPackets,
	"presences":             swarmPresences,
	"returns":               swarmReturns,
	"rules":                 swarmRules,
	"snapshots":             swarmSnapshots,
	"stages":                swarmStages,
	"resumes":               swarmResumes,
	"tails":                 swarmTails,
	"tasks":                 swarmTasks,
	"tiers":                 swarmTiers,
	"visitors":              withSwarm("visitors", swarmVisitors),
	"websockets":            withSwarm("websockets", swarmWebsockets),
}

// closely is how many events of a world that is cut short are followed one by one, after the
// others.
const closely = 1000

// hold tests that every invariant holds in all worlds.
func (ws worlds) hold(t *testing.T) {
	t.Helper()
	for seed := range ws.seeds {
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			cfg := ws.make(seed)
			w, err := New(cfg, 0)
			if err != nil {
				t.Fatal(err)
			}
			if ws.events > 0 {
				first(t, w, ws.events, max(1, ws.stride), cfg.Duration)
				first(t, w, closely, 1, cfg.Duration)
			} else {
				until(t, w, cfg.Duration, max(1, ws.stride))
			}
			if ws.see == nil {
				return
			}
			if ws.events == 0 {
				ws.see(t, w.outcome())
			} else if out, ok := w.Cut(); ok {
				ws.see(t, out)
			}
		})
	}
}

// withSwarm returns how to make the random scenario of a seed and change it by draws of its own.
func withSwarm(name string, change func(s *rng.Stream, cfg *Config)) func(seed uint64) *Config {
	return func(seed uint64) *Config {
		cfg := swarm(seed)
		s := rng.New(seed, 0, "swarm/"+name)
		change(&s, cfg)
		return cfg
	}
}
