// Package accesslog answers: when did requests come, and what were they like, as the
// access logs of load balancers and web servers say?
//
// A [Format] parses one kind of line into a [Record]. A [Tally] counts records by
// path, host, method and status, with their bytes and times; an [Order] sorts arrivals
// by time, for lines stand in the order in which requests ended, and files in any.
// [Read] does both, and [Import.WriteTrace] and [Import.Scenario] write what came of it.
//
// # Guarantees and costs
//
// Memory is constant: an [Order] sorts half a million arrivals at a time and keeps what is
// sorted in a temporary file, 40 bytes each, if there are more; of paths, hosts and methods those met first
// are counted, up to a bound, and the rest together. No line allocates memory.
//
// An arrival is when the load balancer received the request, where the line says so;
// otherwise the end of the request less its times.
//
// # How to extend it
//
// A kind of line is a parser and a line in [Formats].
package accesslog
