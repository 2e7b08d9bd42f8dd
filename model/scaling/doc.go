// Package scaling answers: how much capacity does an Auto Scaling group want,
// and which instances should it be?
//
// How much: a [Policy] looks at a [Signal], the measured facts of a group at one
// decision, and answers with a wanted capacity within the group's limits:
// [TargetTracking], [Step] or [Simple]. [Combine] settles what several policies
// want in the same instant. A [Schedule] sets capacity by the calendar and its
// [Timetable] says when. [Predictive] raises capacity to a forecast.
//
// Which: [LaunchZone] chooses the zone of the next instance, [MixedInstances]
// how many are On-Demand and from which pool the next one comes, and [Victim]
// the instance that leaves.
//
// A policy here has no memory, so that its spec is the policy and can be shared
// by all replications. Mechanism is the caller's: when alarms fire, activities,
// cooldown timers, warm-up, retries, suspended processes. Nothing here draws
// random numbers; a tie to be broken at random asks a function for an index.
//
// Counts are integers and percentages of counts are exact. A capacity computed
// from a metric is rounded up after taking off 10⁻⁹, so that a float a hair
// above a whole number does not launch an instance.
//
// Every Validate returns all faults at once, each starting with the key of the
// field and a colon.
//
// To add a scaling policy, write a file with a type that is a [Spec] and add a
// line to [Policies]; likewise [TerminationPolicies] and [AllocationStrategies].
// The shared tests range over these tables. rules.md has the rules
// with their sources, and testdata the notebooks that show them.
package scaling
