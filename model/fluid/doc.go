// Package fluid answers: what becomes of a rate of requests at targets that are alike?
//
// A [Cohort] is any number of targets of one shape to which requests come at the same rate.
// A step of its time ([Cohort.Advance]) says how they fared who left in it: by which law their
// responses took their time, how many were refused or had given up, and how many are still inside; what it
// costs does not depend on how many requests or targets there are. Beyond what the targets can
// do a line grows, by what comes less what is done, and who leaves has been there for as long as
// the past of that line says. Numbers of requests are whole: a [Share] rounds parts of them
// so that nothing is lost in the long run.
//
// Who come may be of several kinds ([Ask]): the targets do the work of all, and each kind has a law of its own stays
// ([Cohort.LawOf]), and gives up by it. What all ask for together is taken from a mixture of the kinds whose parts are near those
// of the step, and made as much as those of the step ask for (Scale), less what those leave behind who give up before others do.
//
// Where servers are shared and a line has grown of which chance says little (the load is not within a tenth of 1, and places are not
// what holds them) who is served follows from when each came and from what it asks for, as in a [Crowd]: hardly anybody, where
// all ask for the same. In order of arrival, and before places that share servers, a line of clients who give up hovers where what the
// servers do is what comes, and chance serves some of it: the share that gives up is within 0.02, and up to 0.06 of few places where
// they ask for less than clients wait for by little. Whoever gives up at targets that work on for nobody ends then.
//
// A [Crowd] is flows that want more of a link than it carries, by when each came: bytes that come pass, are given up
// or are left.
//
// An [Audit] plays windows of a run request by request, from the state of the rates: the line, for how
// long each in it has waited and what it has been served, clients that give up and try again. So it
// judges overload, too, and finds a storm of retries that rates do not show. A window goes on until 12,000 requests have come or
// an hour is over, or its targets become others. By how much chance alone has what is played differ from rates follows from how
// parts of windows differ: only what is beyond that is found.
//
// Where the flows of a link are a crowd its windows play them, too, to the byte, from those that the crowd has by when each
// came ([LinkStep]): for at most 60,000 flows at a target. With few flows a window lasts for up to an hour. A link whose
// credits are gone but which has less to carry than its base is a station of fewer servers, and no crowd: no window is
// drawn there. How long targets work for flows that are late is not in the windows of links, nor links in those of targets.
//
// Windows do not judge cost. Instance-hours follow from decisions over the whole run, which a window takes as they are; and what
// requests cost each, as bytes and LCUs, is played to within chance alone: a thousandth of it needs some million requests, where a
// window has 12,000. What is off in availability, in the CPU's utilization or in bytes on links is off in the bill.
//
// An [Auto] does the same while the run goes on, in the steps for which rates are not good enough, and has what it
// plays take the place of the law: with more targets than 48 these stand for all. It costs what so many requests cost.
// Of links it plays the flows of crowds, by a [LinkPlayer]: those of links that have more to carry than they can, as when
// their credits are gone. Where there are more than 60,000 at a target they are rates, and results say so.
// A file whose workloads send less than three million requests has no Auto: there requests are played everywhere, for about
// as little (fewRequests in scenarios/tables/verify.go).
//
// [Thinkers] are the clients of a closed loop. At a steady load of hundreds of them the rate, the mean and the median are
// within 1 %; the 99th percentile is up to 7 % too long where those who wait are missed (a few dozen to a server that they keep
// four fifths busy), and no audit is drawn there. Of clients who want more than servers do the mean is within 1 %; of constant
// demands, which all take as long then, the 99th percentile is a fifth too short, and so is of twenty clients the 90th by 4 %.
//
// A health check waits behind the line that is there when it comes, which moves on as requests are served or given up. Windows check their targets as often: which share of checks fails
// is compared, and not which target is healthy when, which takes several checks in a row. How many requests come while checks
// fail under an overload is counted ([Findings.Failing]), for results/audit.go to mark what follows.
//
// Targets that are not alike, where each request goes to the fewest in flight, are in a window all together ([Together]): slow ones, of
// another type, or closed, up to 128 of them, that do nothing else but to serve (no calls, volumes or sessions). It begins with as many at
// each as rates have, and with those whom a target that hangs has kept. Health checks are not in such windows. What comes to others
// is counted ([Uneven]) and told.
//
// Where no window shows an overload, or what comes after a change of capacity, one more is played of it: of the step
// with the most requests there. What an audit compares is listed in results/audit.go. Beside cost it is not: the time that requests are
// away from the CPU of their targets (pauses, calls, volumes), which has the laws of other stations; functions; sessions, whose clients are
// in no window; targets on hosts that promise more than they have.
//
// Those who keep a flow through a Network Load Balancer come back to its target, if its listener is TCP. Who asks is drawn from
// all of them: where all ask for the first time at once it takes some rounds until all have a flow, as on the first minutes
// of a run.
//
// Targets on a host that has promised more vCPUs than it has threads share these ([Beside]): the mean is within 1 %, the
// 99th percentile some 5 % too short near the host's limit. For how long targets are short of the host's CPU counts where more
// is asked for on average than there is, and not what chance alone asks for too much. No audit is drawn at hosts.
//
// Against requests one by one the mean and the 99th percentile of the latency through a flash crowd, with
// twice the load that the targets can serve and clients that give up, are within 1 %, how many
// give up within 2 % (scenarios/flash-crowd.toml, simple scaling). Where alarms decide by a hair when
// a group grows the minutes differ, and with them the tails: step scaling there has a mean 6 % longer.
package fluid
