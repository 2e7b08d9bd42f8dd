// Package controlplane answers: what is there to serve requests with, and who
// decides about it?
//
// A [Plane] plays the instances of one replication: their lives on hosts, what is
// held there, the groups that launch and terminate them, alarms and scaling
// policies, the Spot market, instances that come and go by themselves, faults, and
// the ledger of what all that used. It asks the data plane for what happens on the
// instances through [DataPlane] and never reaches into it; the data plane answers
// through [Plane.Drained].
//
// # Vocabulary
//
// An order is what a launch asks for. A life is where an instance is between its
// launch and its end. A group's activity is a change of its capacity that is not
// complete yet. A fleet is one [instance.NAME]; a tenant is an instance of an
// instance workload. A watch is an alarm at work, a clock a metric period, a
// streak the decisions in a row that change nothing for one reason. An account is what
// the books know of an instance's CPU credits; what it has is the data plane's to know. A hold is
// capacity that is kept on hosts, a claim room there that is promised to a launch
// once the Spot instances under notice have gone.
//
// # Rules
//
// [life] and its predicates are the states of an instance; seam.go is what
// crosses to the other plane; event.go lists all that can happen, with its order
// within one instant.
//
// # Cost
//
// Instances, hosts and usage records cost memory while they are, or for the bill.
// Nothing here is done per request.
//
// # Extending
//
// A policy is a file in its leaf package (scaling, placement, spot) and a line in
// its registry. A new kind of event is a constant and a row in event.go and a
// handler in the file of its subject.
package controlplane
