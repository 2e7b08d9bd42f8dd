// Package bandwidth answers: how long do bytes take through a network interface?
//
// A [Link] is one direction of an interface. Bytes pass it in flows, which share its
// capacity max-min fairly: none gets more than the most of one flow, those that come
// from or go to the internet get no more than the internet's part together, and what
// these leave is for the others. The capacity of most types is a peak while credits
// last and a base for good: credits are earned below the base and spent above it.
//
// A link is a small simulator of its own, as package station, of which it is made: the
// caller settles it up to an instant before it looks or changes anything, and pulls the
// flows that have ended meanwhile with [Link.Settle]. That the credits run out is one
// more thing that happens within it.
//
// # Exactness
//
// Rates are in thousands of bytes a second, which all of AWS's figures are multiples
// of. A flow ends on the first whole nanosecond at which its bytes have passed, late by
// less than package station says; credits run out on the first whole nanosecond too, until
// which the peak is given. Where flows of both kinds share a link, the
// internet's part is rounded down to a whole rate.
//
// # Cost
//
// A flow that is alone costs a division: its end is known when it begins, and it is a job of
// a station, and its credits are in a bucket, only from when a second one comes. Then a flow
// costs O(log n) with n flows, and no allocation in steady state; one that is dropped costs
// O(n). A rate that changes costs two divisions where there are credits.
//
// The rules, with their numbers and sources, are in rules.md.
package bandwidth
