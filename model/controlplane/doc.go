// Package controlplane answers: what is there to serve requests with, and who
// decides about it?
//
// A [Plane] plays the instances of one replication: their lives on hosts, what is
// held there, the groups that launch and terminate them, alarms and scaling
// policies, the Spot market, instances that come and go by themselves, faults, and
// the ledger of what all that used. It asks the data plane for what happens on the
// instances through [DataPlane] and never reaches into it; the data plane answers
// through [Plane.Drained], [Plane.OutOfMemory] and [Plane.RecordTurns].
//
// # Vocabulary
//
// An order is what a launch asks for. A life is where an instance is between its
// launch and its end. A group's activity is a change of its capacity that is not
// complete yet. A fleet is one [instance.NAME]; a tenant is an instance of an
// instance workload. A watch is an alarm at work, a clock a metric period, a series the
// datapoints that alarms of one period see of a metric, a
// streak the decisions in a row that change nothing for one reason. An account is what
// the books know of an instance's CPU credits; what it has is the data plane's to know. A hold is
// capacity that is kept on hosts, a claim room there that is promised to a launch
// once the Spot instances under notice have gone.
//
// A place is where something lies: [Place] where it is to, a hostPlace where it does. A
// machine is a Dedicated Host of the account. An image is an EBS snapshot, a machineImage
// an AMI, a resume the memory of an instance that is hibernated. An instance rests while
// it stops or is stopped, and rises when it is started. A card is a network interface
// of its own table. An action is what an operator does, a [Subject] to whom; what is not
// allowed, or not possible, is an [Activity] "refused", and the run goes on.
//
// # Rules
//
// [life] and its predicates are the states of an instance; seam.go is what
// crosses to the other plane; event.go lists all that can happen, with its order
// within one instant.
//
// A group for which there is no room at the start (hosts, addresses, quotas) is short: it
// says so in an activity with EC2's code, and tries again, as AWS's does. What is launched
// once, as instances outside groups and hosts of the account's own, is refused then.
//
// # Where what is
//
// The life of an instance: instance.go from its launch until it serves, ending.go how it ends, firstboot.go how long its
// first boot takes, rest.go stop, start, reboot and recovery, unreachable.go what becomes
// of one that nobody reaches, burst.go its CPU credits, utilization.go what it computes
// without requests.
//
// Where it lies: hosts.go, with hold.go (capacity that is kept), placementgroup.go,
// dedicated.go and quota.go; reclaim.go takes room from Spot. Where it is in the network:
// address.go (subnets), interface.go (cards, Elastic IPs), gateway.go, reach.go (who gets
// a packet to it), region.go (which Region is lost).
//
// Who wants it: group.go, with roster.go (its members), scalein.go (which of them go), membership.go (what they are: instances, or
// the tasks of task.go), retry.go (launches that failed) and grouphealth.go (members that did); fleet.go; tenant.go and queue.go (instance
// workloads). Who decides how many: monitor.go publishes and has the alarms look, datapoint.go measures, decision.go and policy.go ask
// the policies, nochange.go says why nothing changes. spot.go is the market, with
// rebalance.go (what is foretold), spotrequest.go and supply.go; fault.go is what breaks.
//
// What there is beside instances: volume.go; snapshot.go and archive.go; filesystem.go;
// machineimage.go. What operators do: action.go says when and to what, operate.go does it
// to instances and groups, access.go is about images, roles and logins.
//
// What is written down: history.go (activities), usage.go (the ledger), outcome.go,
// sample.go (time series), inspect.go (debuggers). What must always hold: config*.go and
// validate*.go of an estate, verify*.go of a state.
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
