package cloud

import (
	"testing"

	"headroom/model"
	"headroom/model/controlplane"
	"headroom/sim"
	"headroom/sim/rng"
)

// swarmLife lets operators do all that they can with the instances and the group of a random
// scenario, at random times, and AWS retire hosts.
func swarmLife(seed uint64, cfg *Config) {
	s := rng.New(seed, 0, "swarm/life")
	if chance(&s, 0.5) {
		return
	}
	traits := func(lt *LaunchTemplate) {
		lt.Launch.Stopping = must(rng.Exponential(20))
		lt.StoreRoot, lt.Protected = chance(&s, 0.1), chance(&s, 0.1)
		lt.ShutdownTerminates, lt.Hibernates = chance(&s, 0.5), chance(&s, 0.7)
		lt.LaunchFails = float64(s.Below(2)) * 0.1
	}
	traits(&cfg.LaunchTemplates[0])
	for i := range cfg.Instances {
		traits(&cfg.Instances[i].Template)
	}
	for range 10 + s.Below(40) {
		do := controlplane.StartInstance + controlplane.ActionKind(s.Below(int(controlplane.SetDesiredCapacity-controlplane.StartInstance)+1))
		a := controlplane.Action{
			Do: do, At: sim.Time(s.Below(int(cfg.Duration))), Fleet: None, On: controlplane.Subject{Kind: controlplane.OfGroup},
			Credits: model.CreditMode(1 + s.Below(2)), Desired: s.Below(12), Count: s.Below(3), Every: sim.Time(s.Below(2)*(60+s.Below(900))) * sim.Second,
		}
		if n := len(cfg.Instances); n > 0 && do != controlplane.SetDesiredCapacity && (do == controlplane.ResizeInstance || chance(&s, 0.7)) {
			a.On = controlplane.Subject{Kind: controlplane.OfFleet, Index: s.Below(n)}
			f := &cfg.Instances[a.On.Index]
			a.Launch = controlplane.LaunchType{Type: f.Template.Type, Need: f.Need, Speed: []float64{0, 0.5, 2}[s.Below(3)]}
		}
		if do != controlplane.ResizeInstance || a.On.Kind == controlplane.OfFleet {
			cfg.Actions = append(cfg.Actions, a)
		}
	}
	if chance(&s, 0.3) {
		cfg.Faults = append(cfg.Faults, Fault{Kind: controlplane.InstanceRetirement, Every: must(rng.Exponential(600)), Count: 1, Zone: None, Pool: None})
	}
}

// A fleet's leases are the time that it runs or saves its memory, and no instance has two at a
// time: together with what it is stopped and pending they are the run.
func TestLeasesAndRestsAreTheRun(t *testing.T) {
	rested := 0
	for seed := range uint64(120) {
		cfg := swarm(seed)
		if len(cfg.Actions) == 0 {
			continue
		}
		w, err := New(cfg, 0)
		if err != nil {
			t.Fatal(err)
		}
		until(t, w, cfg.Duration, 50)
		out := w.outcome()
		until := map[int32]sim.Time{}
		for i := range out.Ledger.Leases {
			l := &out.Ledger.Leases[i]
			if l.From < until[l.Instance] {
				t.Errorf("seed %d: instance %d is billed twice from %v on", seed, l.Instance, l.From)
			}
			until[l.Instance] = l.To
		}
		for i := range cfg.Instances {
			f := &out.Fleets[i]
			rested += int(f.Stops)
			leased, n := sim.Time(0), sim.Time(cfg.Instances[i].Count)
			for k := range out.Ledger.Leases {
				if l := &out.Ledger.Leases[k]; out.Ledger.Owners[l.Owner] == "instance."+cfg.Instances[i].Name {
					leased += l.To - l.From
				}
			}
			if most := n * cfg.Duration; leased > most || f.StoppedTime > most {
				t.Errorf("seed %d, fleet %d: billed for %v and stopped for %v of %v", seed, i, leased, f.StoppedTime, most)
			}
			if f.Hibernations == 0 && leased+f.StoppedTime > n*cfg.Duration {
				t.Errorf("seed %d, fleet %d: billed for %v and stopped for %v, more than %v", seed, i, leased, f.StoppedTime, n*cfg.Duration)
			}
		}
	}
	if rested < 20 {
		t.Errorf("%d stops: the test shows too little", rested)
	}
}
