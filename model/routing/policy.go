package routing

import (
	"errors"
	"slices"
	"strings"

	"headroom/sim/fluid"
)

// Policy picks the target that serves a request. Targets are small numbers that
// the caller gives out densely from 0.
type Policy interface {
	// Add puts target into rotation. It is not in rotation yet.
	Add(target int)
	// Remove takes target, which is in rotation, out of it. Its outstanding
	// requests go on and end by Ended.
	Remove(target int)
	// Began says that target has one more request outstanding.
	Began(target int)
	// Ended says that target has one request fewer outstanding, whether it is
	// in rotation or not.
	Ended(target int)
	// Pick returns the target for the next request that arrives at node, or
	// false if none is in rotation. The caller follows with Began.
	Pick(node int) (target int, ok bool)
}

// Weigher is a [Policy] whose targets may differ in weight.
type Weigher interface {
	// SetWeight gives target, in rotation or not, that weight from now on: 0
	// or more, [FullWeight] at first. A target of weight 0 is not picked.
	SetWeight(target int, weight int64)
}

// FullWeight is the weight of an ordinary target.
const FullWeight int64 = 1_000_000

// Chooser draws uniformly from 0 to n-1. A random stream is one.
type Chooser interface{ Below(n int) int }

// Setup is what a new policy needs to know.
type Setup struct {
	Nodes   int     // of the load balancer; Pick takes nodes 0 to Nodes-1
	Chooser Chooser // for the random policies
}

// Entry describes one policy of the registry.
type Entry struct {
	Name        string // as scenarios write it
	Description string // one line
	Counts      bool   // Pick looks at the requests in flight: it needs Began and Ended
	New         func(setup Setup) Policy

	StartsSlowly bool       // its targets may start slowly, as [SlowStart] has them
	Mitigates    bool       // its policy is a [Weigher] whose weights may follow the errors, as [Mitigate] has them
	ByRates      bool       // rates know how it chooses:
	Rule         fluid.Rule // so
}

// Validate reports what an entry lacks, or promises and does not keep: of an algorithm of your own.
func (e Entry) Validate() error {
	switch {
	case e.Name == "":
		return errors.New("has no name")
	case e.New == nil:
		return errors.New("has no New")
	}
	policy := e.New(Setup{Nodes: 1, Chooser: firstChooser{}})
	if policy == nil {
		return errors.New("has a New that returns no policy")
	}
	if _, ok := policy.(Weigher); e.Mitigates && !ok {
		return errors.New("has Mitigates, and its policy is no Weigher: add SetWeight")
	}
	return nil
}

// firstChooser is the [Chooser] of a policy that is looked at and never asked.
type firstChooser struct{}

func (firstChooser) Below(int) int { return 0 }

// Policies returns the algorithms that a scenario can name.
func Policies() []Entry {
	return []Entry{
		{Name: "round_robin", Description: "each target in turn, per node", StartsSlowly: true, ByRates: true, Rule: fluid.InTurn,
			New: func(s Setup) Policy { return NewRoundRobin(s.Nodes) }},
		{Name: "least_outstanding_requests", Description: "the fewest requests in flight, ties in turn", Counts: true, ByRates: true, Rule: fluid.LeastWaiting,
			New: func(s Setup) Policy { return NewLeastOutstanding(s.Nodes) }},
		{Name: "weighted_random", Description: "at random, in proportion to the weights", Mitigates: true, ByRates: true, Rule: fluid.AtRandom,
			New: func(s Setup) Policy { return NewWeightedRandom(s.Chooser) }},
		{Name: "random", Description: "at random, each target alike (no AWS algorithm)", ByRates: true, Rule: fluid.AtRandom,
			New: func(s Setup) Policy { return NewRandom(s.Chooser) }},
		{Name: "power_of_two_choices", Description: "the less busy of two random targets (no AWS algorithm)", Counts: true,
			New: func(s Setup) Policy { return NewPowerOfTwo(s.Chooser) }},
		{Name: "power_of_two_choices_with_replacement", Description: "the same, of two that may be one (no AWS algorithm)", Counts: true,
			New: func(s Setup) Policy { return NewPowerOfTwoWithReplacement(s.Chooser) }},
	}
}

// NamesOf returns the names of the policies, of these and of [Policies], that have
// something, as messages list them: a or b.
func NamesOf(has func(Entry) bool, own ...Entry) string {
	var names []string
	for _, e := range slices.Concat(own, Policies()) {
		if has(e) {
			names = append(names, e.Name)
		}
	}
	return strings.Join(names, " or ")
}

// StartsSlowly and Mitigates ask for what [NamesOf] lists.
func StartsSlowly(e Entry) bool { return e.StartsSlowly }

// Mitigates is like [StartsSlowly].
func Mitigates(e Entry) bool { return e.Mitigates }

// Find returns the policy with that name: one of these, or of [Policies].
func Find(name string, own ...Entry) (Entry, bool) {
	for _, e := range slices.Concat(own, Policies()) {
		if e.Name == name {
			return e, true
		}
	}
	return Entry{}, false
}
