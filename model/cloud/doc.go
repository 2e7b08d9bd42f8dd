// Package cloud answers: what happens in a whole simulated cloud, request by
// request and instance by instance?
//
// [Config] is an immutable description, [New] builds one replication's [World]
// from it, and [World.Run] pulls events from the kernel until the horizon and
// returns an [Outcome]: facts and usage, no prices.
//
// A World is a kernel and two planes that schedule on it: package controlplane
// decides what there is, package dataplane serves requests with it. Each has a
// table of its own kinds of events. World.steps is the only place that knows both;
// they know each other through small interfaces.
//
// To look at a world on its way, play it with [World.RunUntil] and take a
// [World.Snapshot].
//
// # Invariants
//
// [World.Verify] checks them, all but the second, for which the kernel panics;
// tests call it after every event.
//
//  1. Requests: arrived = completed + failed + in flight, for every route.
//  2. The clock never runs backwards.
//  3. Hosts: reserved = Σ instances aboard, and never above capacity.
//  4. No worker idles while a request waits at the same instance.
//  5. Every instance-second from running to its end is in exactly one lease.
//  6. min ≤ desired ≤ max in every group.
//  7. No request is sent to a target that is not in service, unless the group
//     fails open.
//  8. A group's members are its pending, in-service and terminating instances,
//     each once.
//  9. Attained service lies between nothing and the demand, and a request
//     leaves when it has attained it, to the nanosecond.
//  10. A call's caller waits for it and for nothing else, and holds its connection.
//  11. What is in flight is on the list of its time limits, and an open connection
//     of its load balancer.
//  12. Every I/O that is asked of a disk is done, lost with its server, or pending.
//
// # Cost
//
// A plain request costs one event and no allocation; one of a journey, more. Memory is proportional to
// what is alive: requests in flight (package dataplane says how many bytes each takes), instances, hosts; and to
// what is recorded: one lease an instance, one row a minute and entity.
//
// # Extending
//
// A policy of your own is a value in the [Config]: the Spec of a [controlplane.ScalingPolicy], an
// entry of Config.Algorithms or Config.Placements. One for all users is a file in its
// leaf package and a line in its registry. A new kind of event is a constant and a
// row in its plane's event.go and a handler in the file of its subject.
package cloud
