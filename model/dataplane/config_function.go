package dataplane

import (
	"slices"

	"headroom/model"
	"headroom/model/function"
	"headroom/sim/rng"
)

// Function is a Lambda function: a service whose every call has an environment of its own.
type Function struct {
	Name      string
	Service   int
	Memory    int     // MB, which set its speed and its price
	Threads   float64 // vCPUs that its code can use
	Storage   int     // MB of /tmp
	ARM       bool    // it runs on arm64
	ColdStart rng.Distribution
	Zone      model.Zone // one of its Region
	End       int        // of its network interfaces in the VPC, counted from 1; 0: it is in none
	Groups    []int      // target groups whose target it is
	function.Terms
}

// Claims is the key of what a function takes of the account's concurrency for itself.
func (f *Function) Claims() string {
	if f.Reserved == function.None {
		return "provisioned_concurrent_executions"
	}
	return "reserved_concurrent_executions"
}

// Claimed is how many calls at once that is.
func (f *Function) Claimed() int {
	if f.Reserved == function.None {
		return f.Provisioned
	}
	return f.Reserved
}

// functionOf returns the function that is the target of a target group; None if instances are.
func (t *Traffic) functionOf(group int) int {
	for i := range t.Functions {
		for _, g := range t.Functions[i].Groups {
			if g == group {
				return i
			}
		}
	}
	return None
}

// CalledFunctions lists the functions that requests to a destination may call.
func (t *Traffic) CalledFunctions(to DestinationKind, target int) []int {
	var groups, functions []int
	switch to {
	case ToFunction:
		return []int{target}
	case ToTargetGroup:
		groups = []int{target}
	case ToLoadBalancer:
		groups = t.reached(target)
	}
	for _, g := range groups {
		if f := t.functionOf(g); f != None && !slices.Contains(functions, f) {
			functions = append(functions, f)
		}
	}
	return functions
}
