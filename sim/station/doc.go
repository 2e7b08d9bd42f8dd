// Package station answers: who is in service at a server, who waits, and when
// does each of them leave?
//
// A [Station] has c servers that are shared evenly by the jobs in service: with
// n of them each is served at the rate min(1, c/n) × speed. At most limit jobs
// are in service, at most backlog more wait in order of arrival, and the next
// one is refused. With limit = c this is first come, first served with c
// servers (each job has a server of its own); with a larger limit or none it is
// processor sharing.
//
// A station is a small simulator of its own. It keeps its departures to itself:
// the caller settles it up to an instant before it looks or changes anything,
// and pulls what happened meanwhile, in order, with [Station.Settle]:
//
//	for turn, ok := s.Settle(now); ok; turn, ok = s.Settle(now) {
//		switch turn.Kind { case station.Departed: …; case station.Started: … }
//	}
//
// [Station.SetSpeed] makes every server slower or faster; [Station.SetCeiling] bounds
// what all of them do together, so that n jobs are served at the rate
// min(min(n, c) × speed, ceiling) in all.
//
// [Station.Next] says when the next departure is due if nothing changes, for a
// caller that must be there when it happens. A place that [Station.Abandon] frees
// is taken by who waits at the next Settle, which must come before time goes on.
//
// A [Foreseen] is the same station where nothing is ever taken back: first come, first
// served, at full speed, by jobs that stay. It is cheaper, and unfolds into a Station
// when that is over.
//
// # Exactness
//
// A virtual clock shows the service attained by a job since the clock's start,
// in units of 2⁻⁸ ns (the virtual time of processor sharing; see Parekh and
// Gallager, "A generalized processor sharing approach to flow control", 1993).
// A job is done when the clock has advanced by its demand. A departure falls on
// the first whole nanosecond at which the demand is attained; of several that are done at one
// reading of the clock who began first leaves first. While no more jobs
// share than there are servers, at speed 1 and without a ceiling, everything is
// exact; else the clock loses less than 2⁻⁸ ns of service at each change, and looks
// lose nothing: a job is never early, and late by less than 2⁻⁸ × n/c / speed, or
// 2⁻⁸ × n / ceiling, nanoseconds for each change that it lived through. The clock
// wraps: demands are at most
// [MaxDemand]. Servers at work times speed stay below 2⁵⁶ millionths, which is 16
// million servers at the highest speed of all.
//
// # Cost
//
// A job costs O(log n) with n jobs in service and no allocation in steady state;
// one that gives up while in service costs O(n). A station keeps 16 bytes a job.
package station
