// Package analytic answers: what must a simulation show, where theory knows?
//
// # Vocabulary
//
// Lambda is the arrival rate, mu the service rate of one server, c the number of
// servers, a = lambda/mu the offered load in Erlangs and rho = a/c the load of a
// server. Time has whatever unit the rates are the inverse of. A wait is the
// time before service, a response the wait plus the service. The scv is the
// squared coefficient of variation, variance over squared mean: 0 for a constant,
// 1 for the exponential. A tail is P(X > t); a quantile q is the t at which the
// tail has fallen to 1−q.
//
//   - [ErlangB], [ErlangC]: loss and delay of c servers.
//   - [MMc], [MMcK]: the same queue with unlimited and with limited room.
//   - [MG1], [MD1]: one server, general or constant service.
//   - [PowerOfD]: very many servers, the shortest of d queues.
//   - [KieferWolfowitz]: the exact waits of given arrivals and services.
//   - [Little]: the law that ties numbers to times.
//
// # Guarantees and costs
//
// Results are exact up to rounding, at about 1e-12 relative unless a comment
// says otherwise; what is an approximation says so in its name or first line.
// Parameters that make no sense are an error. An unstable queue (rho ≥ 1) is no
// error: its means and quantiles are +Inf, its tails 1. A method asked for
// a quantile outside [0, 1] answers NaN. Constructors take O(c) or O(K); methods take constant
// time but where they say more. Values are immutable and safe to share.
//
// # Extending
//
// Add a queue as a type with a constructor that checks, name the source of its
// formula, and test it against a published table, another route to the same
// number, or a sample path: never against its own formula.
package analytic
