// Package scaling answers: how much capacity does an Auto Scaling group want,
// and which instances should it be?
//
// How much: a [Spec] is what a user configures, immutable and shared by all
// replications. Its [Mechanism] says how the group treats the policy (cooldown,
// warm-up, alarms of its own), so that nobody asks which policy it is, and its New
// makes the [Policy] of one group in one run. A policy looks at a [View], the
// measured facts of a group at one decision, and answers with a [Decision]. It may
// keep state, see a [History] of its metrics, and be a [Waker] that decides at
// instants of its own. [TargetTracking], [Step], [Simple] and [Predictive] are AWS's. [Combine]
// settles what several policies want in the same instant. A [Schedule] sets capacity
// by the calendar and its [Timetable] says when. [Thrash] and [Elasticity] say afterwards how
// well capacity followed.
//
// Which: [LaunchZone] chooses the zone of the next instance, [MixedInstances]
// how many are On-Demand and from which pool the next one comes, and [ScaleIn]
// the instances that leave.
//
// Mechanism is the caller's: when alarms fire, activities, cooldown timers,
// warm-up, retries, suspended processes. Nothing here draws random numbers; a tie
// to be broken at random asks a function for an index.
//
// Counts are integers and percentages of counts are exact. A capacity computed
// from a metric is rounded up after taking off 10⁻⁹, so that a float a hair
// above a whole number does not launch an instance.
//
// Every Validate returns all faults at once, each starting with the key of the
// field and a colon.
//
// To add a scaling policy for your own program, write a type that is a [Spec] and
// one that is a [Policy]: nothing else changes. To give it to all users, write them
// in a file here with the [Kind] that documents, parses and constructs it, and add
// a line to [Policies]: scenarios, their documentation and the shared tests range
// over that table. Likewise [TerminationPolicies] and [AllocationStrategies].
//
// rules.md has the rules with their sources; the notebooks of testdata show them.
package scaling
