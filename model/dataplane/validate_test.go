package dataplane

import (
	"strings"
	"testing"

	"headroom/model/function"
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
