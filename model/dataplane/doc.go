// Package dataplane answers: what happens to a request?
//
// A [Plane] plays the requests of one replication: sources send them, load
// balancers route them to targets, servers serve them step by step. What servers
// there are, and when, is the control plane's to say: it opens, registers,
// deregisters and kills them through the methods of [Plane], and the data plane
// tells it back through [ControlPlane].
//
// # Vocabulary
//
// A source sends requests: a workload, or one call step of a service. A request
// is one attempt of a client; a user request is all attempts of one workload
// request together; a hop is an attempt of a call. A journey is the steps that a
// service takes with a request; most services have one, on the CPU. A server is
// an instance as requests see it: its station (package station), its supply of CPU and
// its targets. A load is CPU work without requests.
//
// Visitors are the clients of a workload that are told apart; each keeps its cookies,
// which lead to a target or to a target group of an action, in its part of a jar. A way
// is what the rules of a load balancer say of each class of requests of one source; a
// front end is how its connections come in at a listener, with a handshake or without. A
// sender is all connections of one kind that an end makes; an end has addresses and
// security groups, and the filter says which senders pass to which ends. Packets pass
// or do not (filter.go, package network); bytes take time (network.go, package
// bandwidth): a nic has two links, inward and outward, on each of which the bytes of a
// request are a flow. The type flow is something else: a connection through a Network Load
// Balancer (flow.go). The link of a server to its volumes is a [storage.Link]; a
// passage is such a link where volumes or file systems are shared.
//
// # When a server is looked at
//
// A server keeps the ends of its requests to itself, and the plane settles it
// when somebody looks: a request arrives there, a health check comes, a metric is
// read, a client gives up, a deregistration or a kill strikes. There are four
// kinds of servers. Most are settled only then. Those behind an algorithm that
// counts requests in flight announce their next departure in a calendar, which is
// turned up to the present before each pick. Those whose departures lead
// somewhere else at once (journeys of calls, callees, applications that fail, targets
// that drain) have their next departure in the kernel (journeywatch.go), or, where nothing hears
// of it but a caller behind a load balancer, the instant at which the answer reaches that one:
// one event a call, not two, and none where that one and all before it only answer then
// ([Plane.markReturns]). All four give the same outcome; and so it does where requests that nothing comes between
// are played tier by tier, without events (journeytier.go). Where requests only
// compute, pause, read and write, the ends of their steps are the server's own as well
// (kept.go): it plays them, in the order in which the kernel would have, when somebody
// looks, and keeps nothing to itself once its disks, its memory or a fault concern others.
//
// # Fast paths
//
// A server in order of arrival at full speed whose requests make one step knows the
// start and the end of each when it comes. While nothing disturbs that, its requests
// go by a fast path (fastpath.go; which servers may have one [Plane.foreseeable] says): no list of time limits, since it is known that they are
// kept, no departures, and counted late. Whatever disturbs it (a fault, a change of
// speed, a load, a draining, a check that decides, a client that will not wait for the
// end) settles the fast path and leaves it: the server's own station goes on as if it had
// been there all the time. Nothing may change a server's station without that.
//
// Where requests share the CPU of their server no end is known when they come, but an instant by
// which each has ended while no more than so many are there (sharedpath.go, and sharedline.go where few are let in at once; which servers of their
// own [Plane.foreseeableAlone] says, and which machines that applications share
// [Plane.applicationsForeseen]). While each has a vCPU of its own, its end is known all the same
// (sharedforeseen.go); and where the applications of a machine never serve more at once than it has vCPUs, each
// has the path of a server in order of arrival (apartpath.go). Where a CPU is shared, such a path is the server's own station, whose jobs have the numbers of compact requests; it is left
// for all where more are there. Who may not wait until that instant keeps its time limit.
//
// # Compact requests
//
// A plain request on a fast path is kept as a compact one (compact.go): 48 bytes, of which
// only its end is to be counted. One function takes it from its source to its server
// (compactsend.go: [Plane.sendCompact]), past enter, balance, forward and offer, which are
// the general way and say the same, and one ends it (compact.go: [Plane.compactEnds]), past
// complete. Its target hears of it when its server is settled ([Plane.tellTarget]). Where it
// cannot go on, and where a fast path is left, a full request is made of it that is as it
// would have been: the pool of requests may move then, as it may when one is offered to its
// server. Where each
// request opens a flow that ends with it, the flow of a compact one is counted and has no
// record (flowcompact.go). What requests of one route have in common is found once, in its lane (lane.go);
// it gathers their arrivals and ends within one minute (gathered.go), which are counted before anybody looks.
//
// # Plain sources and arrivals ahead
//
// What a source can meet before its load balancer's rules and after the answer (packets
// that are held, flows, kept connections, handshakes, other balancers) is known when the
// plane is built. [Plane.findWays] (shortway.go) asks each source once what it meets, of one list
// of encounters, and so which short ways its requests may take; whatever adds such a thing adds
// it to the list. Those that meet nothing there are plain. Those of them whose rules lead
// straight to a target go a straight way (journeystraight.go), past
// balance and forward, and complete there; most requests of journeys do, which are never
// compact. What may change while the plane runs is a look at each row of requests: a load balancer
// with a node in a zone that is down is dark, and a source some of whose packets security groups would drop is guarded
// (filterways.go); its requests go the general way meanwhile. Where the next arrival comes
// before all that is pending, it is played at once, as an event of its own that never
// enters the kernel's queue ([Plane.PlayAhead]); who looks at each event lets none follow.
// The bytes of a compact request that have come in before that next arrival, and before
// all that is pending, meet nobody: it goes to the CPU at once, for that later instant
// ([Plane.takeIn]).
//
// The files journey*.go hold what a request of a journey goes through, to lie together in the
// program: scattered, its instructions push each other out of the processor's first cache, a
// hundred lines a journey of three tiers, and together twenty.
//
// # What CPU a server gets
//
// Most have all of their vCPUs for good. The others have a supply: CPU credits, which
// follow each change of what the server does, so that the instant at which they run
// out is found when it is settled; and a host that may have promised more vCPUs than it
// has threads, which is shared out anew, by an event, whenever its servers ask for more
// than it has or did so before. On such a host departures are in the kernel.
//
// # Several applications on one machine, functions, appliances
//
// Where an instance runs several services each is an application: a server with a gate,
// targets and checks of its own on a base, the server that has the CPU, the interface, the
// disks and the RAM that they share (application.go, sharedmemory.go). What is settled is
// the base. Where their requests ask for its CPU alone, in one step, they have a fast path together
// (sharedpath.go), on which requests are compact: no end is known, but one that is soon enough. A function has no servers: each of its calls takes an environment of a pool
// (function.go, package function). A Gateway Load Balancer stands before another one: its
// appliances take each request's bytes and packets in order, and what that takes is added
// to the latency of the response (gateway.go). An Application Load Balancer that is the
// target of a Network one is a relay (relay.go).
//
// # Health checks and silence
//
// A health check is a request of its own source: it takes a place and CPU like any
// other and counts in no route. While one is aboard whose end decides about its
// target, the departures of its server are in the kernel. A server that is cut off
// or hangs answers nothing: what is aboard waits in vain, and so does what is sent
// there until its checks have failed; each ends by the first of its time limits.
//
// # Disks
//
// A disk (package storage) says at once when what it is asked will be done: it serves in
// order, and nothing that comes later delays it. Volumes that share a narrow link do
// delay each other, and are played (array.go); one that several servers have is reached
// through the link of each (shareddisk.go). What a disk was asked is done, and its
// place held, though the client has gone.
//
// # Network
//
// Where a service says so, bytes take their time through the network interfaces of its
// servers (package bandwidth, network.go), which are stations of the server like its CPU:
// a request comes in before it takes a place, though its connection has kept one, and its
// response goes out after it has given that back. The bytes of a call pass the interface
// of its caller at the same time; it goes on when both have let all of them through. Such
// a server keeps steps of journeys to itself no more, and its fast path is another
// (fastnetwork.go). Elsewhere bytes are counted and take no time.
//
// # Memory
//
// What a server's application holds (package memory) is a level, not a station: it rises
// when a request arrives and when it begins, and falls when it ends. Where a part of it
// lies in swap, a request that begins reads pages of a disk first; what fits nowhere ends
// the application, in an event of the same instant, and all that it serves. A service that
// says what it holds has steps, so that its requests can wait, and takes no fast path.
//
// # Rates instead of requests
//
// With Traffic.Fluid workloads send no requests: in each step the plane draws how many come,
// divides them among currents (fluidcurrent.go), lets cohorts of servers that are alike serve
// them (fluidcohort.go, package model/fluid) and counts what becomes of them in the places of
// requests (fluidcount.go). What fails and is tried again comes back as an inflow of its number of
// attempts (fluidretry.go), and asks for what it asked for (fluidrepeat.go); what reaches no
// server does so in the same step, else in the next one at the earliest. Steps of CPU time are one demand (fluidwork.go), and so are the rows of a trace
// (fluidrows.go). Calls are inflows of their own, played after their callers, as many as leave the CPU
// (fluidcall.go); a caller's stay is the sum of its CPU, its pauses and its calls, independent of each other
// (fluidstay.go), and holds its place meanwhile (fluidgate.go: places and connections by means alone).
// A function is a cohort of its own, whose calls are throttled and find environments as package function says of rates
// (fluidfunction.go).
// CPU credits are spent by each server of a cohort, which leaves it when it is out of them (fluidcredits.go). Which server is in which is in fluidplace.go, and
// what those that hang, refuse or are slower get by requests in flight in fluidunequal.go. Who is registered, healthy, draining or impaired is decided by the
// code of every run; whatever changes that calls [Plane.regroup] or [Plane.regroupAll]. Health checks
// of healthy targets sleep while none can fail (fluidcheck.go); when a draining target has last answered is drawn
// (fluidanswer.go). What stands before a balancer divides or ends a part of an inflow in a file of its own: names
// (fluidname.go), security groups (fluidfilter.go), ports and addresses where nobody answers (fluidnowhere.go),
// handshakes (fluidconnection.go), redirects (fluidredirect.go), flows (fluidflow.go), connections that targets
// close (fluidkept.go), cookies (fluidsticky.go), a balancer before it (fluidrelay.go) and a Gateway Load Balancer
// (fluidgateway.go). Bytes pass the interface that each server of a cohort has (fluidnetwork.go), those of steps too
// (fluidtalk.go), by sizes of flows (fluidsizes.go); where more is wanted than a link carries, by when each came
// (fluidcrowd.go). Responses that take as long are recorded together (fluidtally.go). What rates do not carry is listed in validatefluid.go.
//
// # Cost
//
// A plain request costs one event, no allocation and 64 bytes while in flight, beside its
// place in the station that it is in. A compact one has 64 with its announcement in the
// calendar, and nothing else; a full one on a fast path has a compact one beside it.
// A request of a journey with calls costs an event a step, one an answer of a call, and
// 128 bytes, two cache lines; one without calls costs one event and the same bytes. What a call
// asks for is drawn while its caller computes, so that it need not wait for that when it is sent.
//
// # Where what is
//
// What a request meets, in this order:
//
//   - visitor.go: who sent it; source.go: what it asks for; request.go: its clock, and
//     its end
//   - listener.go: what may be said of listeners; way.go: what rules say of each class of
//     requests, once; balancer.go: node, listener, rule; sticky.go: to whom its client is
//     faithful; flow.go: its connection through a Network Load Balancer; target.go and check.go: who
//     is in rotation, and who drains; evict.go: what ends when it has drained
//   - filter.go: whether its packets pass; filterways.go: whether anybody has to ask; filterchange.go:
//     what becomes of it when a rule changes; transfer.go: which of its bytes AWS charges
//     for, by their path
//   - server.go: who serves it, open.go: from when on, application.go: where several are on one instance; network.go: when its bytes have come and gone; journey.go
//     and journeycall.go: its steps
//   - record.go: what is kept of it, tracked.go: of whom more is (trips), ahead.go: its CPU time and its bytes; meter.go and outcome.go: what is counted
//
// What a server computes with: supply.go, host.go. How the plane comes to know of its
// departures: shortway.go, fastpath.go, leavepath.go, apartpath.go, fastnetwork.go with fastsend.go and fastpatience.go (whether time limits are met), compact.go and compactsend.go, journeywatch.go, journeytogether.go (in one nanosecond), journeyanswer.go, journeyhop.go (a CPU and nothing else), kept.go, calendar.go, fetchahead.go.
// What it holds: memory.go, memoryuse.go. What it reads and writes: attachdisk.go gives it its disks, disk.go asks
// one, array.go, shareddisk.go and filesystem.go are those that depend on others,
// refit.go changes them, diskuse.go counts; networkuse.go counts its interface. What is
// left of it when its instance starts again: reopen.go. What goes wrong: impairment.go,
// check.go, mitigation.go. What others see of it: inspect.go (debuggers), sample.go (the
// time series). What must always hold: validate*.go of a configuration, verify*.go of a
// state.
//
// # Extending
//
// A routing algorithm is a file in package routing. A new kind of step is a
// constant in config.go, a case in journey.go and a handler. A new kind of event
// is a constant and a row in event.go. What changes how a server serves must settle it,
// leave its fast path ([Plane.leaveFastPath]) and have it keep nothing to itself any more
// ([Plane.watchClosely], or [Plane.disturb] for its disks) before, and call
// [Plane.changed] after. A state that must hold at every instant is a function in a
// verify file and a word in the list of [Plane.Verify].
package dataplane
