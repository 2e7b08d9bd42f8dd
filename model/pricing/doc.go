// Package pricing answers: what does usage cost, under each way of buying it?
//
// A [Plan] turns a [model.Ledger] into an [Invoice] and touches nothing else, so
// comparing thirty plans costs one simulation and thirty folds. It bills the
// instances as they were launched, On-Demand and Spot, less what each [Commitment]
// covers, or moves them to Dedicated Hosts. What usage is billed at all is the
// table of meters; what things cost is asked of a [Book].
//
// [Plans] is the registry of what compare lists; its plans are sized to their own
// optimum over all replications. [Recommendations] tells what to buy, and the regret;
// [Plan.Figures] what a plan shows beside On-Demand. [Invoice.FOCUS] writes a
// line as a FOCUS 1.2 row.
//
// Guarantees:
//
//   - A [Line] is one SKU of one owner in one zone and one calendar month (UTC), in
//     FOCUS's terms one row. Its cost is the exact product of an exact quantity and
//     the price as it is written in decimal, rounded once, half away from zero, to
//     10⁻⁹ $. The total is the sum of the lines, exactly.
//   - Every second of every lease is in exactly one way of buying, on a line or in
//     [Invoice.Unpriced], also those that cost nothing.
//   - Nothing is skipped in silence: what has no price is in [Invoice.Unpriced],
//     what has an estimated one is flagged, and [Invoice.Warnings] says so.
//   - The same ledger and prices give the same invoice, line by line.
//   - Monthly allowances and tiers are prorated to the part of the month that the run
//     covers, unless they are asked for whole; lines that this concerns are marked.
//   - A plan is sized exactly: no other size of the same commitments costs less
//     over the replications together, up to 10⁻⁹ of the On-Demand cost.
//
// Conventions of time: billing sees whole seconds. A period begins in
// the second of its From and lasts its duration rounded up, at least 60 s, the
// missing seconds being appended after its end. A second belongs to the clock
// hour, the month and the Spot price in which it begins. Commitments are in force,
// and charged, in the whole clock hours that the run touches, or from the one in
// which their term begins up to that in which it ends; of the last
// candidate of a Savings Plan a part is covered, to the microsecond.
//
// What an invoice is to pay ([Invoice.Total]) is not what the run costs
// ([Invoice.Cost]): usage under a commitment has nothing to pay and an effective
// cost, the purchase of one the reverse, and what is paid upfront is spread over
// its term. Without commitments both are the same.
//
// Conventions of our own, where no source decides: EC2 Instance Savings Plan rates are
// those of Standard Reserved Instances, of a Dedicated Host at the discount of the type that
// was placed in its family first, estimated; plans of one kind apply one after the
// other, and share a candidate between owners and zones by usage; instances that
// run fill a Capacity Reservation also if a zonal Reserved Instance covers them.
//
// Costs: a ledger of 10⁶ leases bills in under a second of CPU, and in one to two
// under commitments or on hosts; commitments keep 8 bytes per clock hour of each instance that
// Reserved Instances may cover, instances that come and go together counting once. clockHoursOf keeps 8 bytes per clock hour and
// distinct use, whatever the number of leases; a Spot pool keeps 24 bytes per
// price step and maximum price. All plans over a month of a thousand instances
// are sized and billed in half a second.
//
// To bill another kind of usage: a record in the ledger, a file here with its
// meter, a line in meters, and rows in the price book. To add a plan: an entry in
// [Plans]. A discount that applies per clock hour takes its part out of the items
// of clockHoursOf before the rest is billed On-Demand, as the free tier does.
//
// rules.md has the rules with their sources; the notebooks of testdata show them.
package pricing
