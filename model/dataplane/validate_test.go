package dataplane

import (
	"strings"
	"testing"

	"headroom/model/function"
	"headroom/model/routing"
	"headroom/sim"
)

func TestFunctionsAreValidated(t *testing.T) {
	for want, spoil := range map[string]func(*Function){
		"":             func(*Function) {},
		"idle":         func(f *Function) { f.Idle = sim.Horizon + 1 },
		"scaling_rate": func(f *Function) { f.ScalingRate = MaxConcurrency + 1 },
		"threads":      func(f *Function) { f.Threads = function.MaxThreads + 1 },
		"timeout":      func(f *Function) { f.Timeout = function.MaxTimeout + 1 },
	} {
		f := Function{Name: "f", Memory: 128, Threads: 1, Storage: function.FreeStorage, Terms: function.Terms{Reserved: function.None, Timeout: sim.Second}}
		spoil(&f)
		traffic := Traffic{Services: []Service{{Name: "s", Discipline: FCFS, Steps: []Step{{Kind: StepCPU}}}}, Functions: []Function{f}}
		errs := traffic.Validate(1, nil)
		if want == "" && len(errs) > 0 || want != "" && (len(errs) != 1 || !strings.HasPrefix(errs[0].Error(), "function.f."+want+": ")) {
			t.Errorf("found %v, want %q alone", errs, want)
		}
	}
}

// An algorithm of your own that promises what its policy has not is refused before a target asks for it.
func TestAlgorithmsAreValidated(t *testing.T) {
	inTurn := func(s routing.Setup) routing.Policy { return routing.NewRoundRobin(s.Nodes) }
	for want, own := range map[string]routing.Entry{
		"":                                {Name: "mine", New: func(s routing.Setup) routing.Policy { return routing.NewWeightedRandom(s.Chooser) }, Mitigates: true},
		`algorithms.0: "" has no name`:    {New: inTurn},
		`algorithms.0: "mine" has no New`: {Name: "mine"},
		`algorithms.0: "mine" has a New that returns no policy`:                           {Name: "mine", New: func(routing.Setup) routing.Policy { return nil }},
		`algorithms.0: "mine" has Mitigates, and its policy is no Weigher: add SetWeight`: {Name: "mine", New: inTurn, Mitigates: true},
	} {
		traffic := Traffic{Algorithms: []routing.Entry{own}}
		errs := traffic.Validate(1, nil)
		if want == "" && len(errs) > 0 || want != "" && (len(errs) != 1 || errs[0].Error() != want) {
			t.Errorf("found %v, want %q alone", errs, want)
		}
	}
}
