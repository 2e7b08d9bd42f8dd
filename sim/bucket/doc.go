// Package bucket answers: how much of an allowance is left, and until when?
//
// # Vocabulary
//
// A [Bucket] holds a level of tokens, in whatever unit its owner counts: credits,
// bytes, operations. Two rates move it, earn and spend, each a whole number of
// units per time of the bucket's own choice (Per: a second, an hour). Above the
// capacity earnings are lost; below the floor, which may be beneath zero for a
// bucket that lends, spending is overdrawn:
//
//	d level / dt = (earn − spend) / Per,  floor ≤ level ≤ capacity
//
// A rate may change at any instant with [Bucket.SetEarn] and [Bucket.SetSpend], and
// so may the bounds with [Bucket.Resize]. An amount is spent at once, or refused,
// with [Bucket.Take]; [Bucket.Put] adds an amount or withdraws one that has been
// spent already. [Bucket.EmptyAt] and [Bucket.FullAt] are when the level meets a
// bound if no rate changes: what an owner schedules, who has then to change the
// rate of spending himself. [Bucket.Lost] and [Bucket.Overdrawn] are what went over
// the bounds since the start; whoever pays for it takes the difference between two
// readings.
//
// # Guarantees and costs
//
// Everything is counted in grains of a unit × 1 ns / Per, integers of 128 bits in
// which a rate moves the level by a whole number every nanosecond. So levels and
// totals are exact, after any number of changes, and
//
//	level = start + earned + put − spent − taken − lost + overdrawn
//
// holds to the last grain. A rate that is no whole number per second is one per some
// longer time: a third of a unit per second is 1 per 3 s. Rounding is only where the
// level is told: [Bucket.At], Lost and Overdrawn round down to a whole unit, and the
// instant at which a level is reached is the first whole nanosecond at which it has
// been. A bucket that runs out between two nanoseconds has therefore overdrawn what
// is spent in less than one.
//
// Levels are any int64; totals of 2⁶³ units and more are told as 2⁶³−1. Every verb
// takes constant time and allocates nothing. Time that goes back panics.
//
// # How to extend it
//
// What earns only while it does not spend, or at another rate while it does, is its
// owner's rule: set the rates accordingly at each change. What earns in steps of a
// clock is Put into at each step. What spends from two allowances in turn has two
// buckets and changes over when the first is empty.
package bucket
