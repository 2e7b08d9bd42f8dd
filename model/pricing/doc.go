// Package pricing answers: what does usage cost?
//
// A [Plan] turns a [model.Ledger] into an [Invoice] and touches nothing else, so
// comparing thirty plans costs one simulation and thirty folds. [AsRun] bills the
// instances as they were launched, On-Demand and Spot. What usage is billed at
// all is the table of [Meters]; what an hour or a gigabyte costs is asked of a
// [Prices].
//
// Guarantees:
//
//   - A [Line] is one SKU of one owner in one zone and one calendar month (UTC), in
//     FOCUS's terms one row. Its cost is the exact product of an exact quantity and
//     the price as it is written in decimal, rounded once, half away from zero, to
//     10⁻⁹ $. The total is the sum of the lines, exactly.
//   - Every second of every lease is in exactly one line or in [Invoice.Unpriced],
//     also those that cost nothing.
//   - Nothing is skipped in silence: what has no price is in [Invoice.Unpriced],
//     what has an estimated one is flagged, and [Invoice.Warnings] says so.
//   - The same ledger and prices give the same invoice, line by line.
//
// Conventions of time (FACTS 28.1): billing sees whole seconds. A period begins in
// the second of its From and lasts its duration rounded up, at least 60 s, the
// missing seconds being appended after its end. A second belongs to the clock
// hour, the month and the Spot price in which it begins.
//
// Costs: a ledger of 10⁶ leases bills in under a second of CPU. [ClockHours] keeps
// 8 bytes per clock hour and distinct use, whatever the number of leases; a Spot
// pool keeps 24 bytes per price step and maximum price.
//
// To bill another kind of usage: a record in the ledger, a file here with its
// meter, a line in [Meters], and rows in the price book. Discounts that apply per
// clock hour (Reserved Instances, Savings Plans) take seconds out of ClockHours
// before the rest is billed On-Demand, as the free tier does.
package pricing
