// Package fluid answers: how long do requests stay at a station that so many of them
// come to, without playing any?
//
// # Vocabulary
//
// A [Station] is one of package station: servers that share the work of so many places,
// and a backlog. Its load is the share of its capacity that comes to it. A [Split] says
// how requests that come at random (a Poisson process) are divided among stations that
// are alike: at random, in turn, or each to the one that has the fewest. The [Law] is
// that of the stays, from arrival to departure, of those that are let in, in the long
// run; [Laws] has it for every load and number of stations. A delay is what a stay is
// longer than its demand.
//
// # Guarantees
//
// The same questions have the same answers, in any order. Compared with requests played
// one by one (fleet_test.go), up to a load of 0.95:
//
//   - Exponential demands: the number of requests at a station is that of E/M/c, exactly; so
//     are all stays in order of arrival, and the mean where servers are shared. Other
//     stays at shared servers have two exact moments for each demand, and a gamma law between them.
//   - Other demands, in order of arrival: one server exactly (GI/G/1), but for a lattice; several exactly
//     if all ask for the same, otherwise the mean stay within 1 % and the 99th percentile within 3 %, up to a coefficient of
//     variation of 2. Of kinds that ask for ten times as much, sent in turn to two servers, the 99th percentile is 8 to 10 % too short.
//   - Other demands, shared servers: the mean is exact for arrivals at random.
//   - The fewest: from a table of exact chains for exponential demands; others within 2 % of the mean if
//     servers are shared; in order of arrival, with a coefficient of variation of 2, the mean is within 4 % (6 % at a load of 0.95),
//     the median of a few targets 2 to 8 % off, and the 99th percentile of two targets 2 to 14 % too short.
//   - In turn, shared servers: exponential demands within 1 % (one hundred stations of one server: median 4 % too long);
//     others that vary less have a mean within 1 % (a hundred stations 2 %), and a 99th percentile within 4 %; of a hundred stations, where
//     one request in a hundred is delayed, it is up to twice too long. Those that vary more have a mean up to 4 % and a 99th percentile up to 9 % too long at one server.
//   - Several nodes, each in its own turn, exponential demands in order of arrival: mean within 1.5 % up to a load of 0.8 and 3 % at 0.92, the median
//     within 2 %, the 99th percentile within 3 % (one server at low load 4.5 %). Shared servers and other demands: as played, mean and 99th percentile
//     within 3 and 6 % below a load of 0.83; above, demands that vary half as much have a 99th percentile up to 5 % too long.
//   - Requests of several kinds, each with a demand of its own ([Laws.For], [Mixture]): as exact as all together are in
//     order of arrival at one server; shared servers give each kind its mean to within 0.1 % at one server and random
//     arrivals, and a 99th percentile up to 10 % too low for the kind that asks for ten times as much as the others.
//   - Targets that are not alike, each request to one with the fewest ([Fewest]), exponential demands: what each kind gets, the mean stay at it and
//     the 99th percentile within 1 to 5 %, up to a load of 0.9 of all; a target that is kept busy for more than nine tenths of the time within a tenth,
//     and so is what those get who get less than a hundredth. Other demands in order of arrival wait longer by how they vary at one target.
//   - Beyond a load of 1 the room says how many are there, as it does for exponential demands.
//
// # Costs
//
// What is there on average ([Laws.Means], [Laws.Holding]) is worked out once for a node of load and number,
// in some 10 to 100 microseconds, and lies between nodes in a tenth of one. The law of a node takes about a
// millisecond, once it is recorded; what lies between is asked of its neighbours. Where several nodes take
// turns a node of load and number is played first, which takes some 10 milliseconds. A [Chain] takes one.
// A node of [Fewest] takes 5 to 20 milliseconds, one of [NewBriefly] about one. [Solved] keeps nodes and laws for others who ask for the same.
//
// # Extending
//
// A discipline is a [delay]; another way to divide requests is a [Rule], with its chain
// in solve.go: chain. Both are compared with a fleet played one by one.
package fluid
