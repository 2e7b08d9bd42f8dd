// Package model answers: in which words does headroom speak about a cloud?
//
// It holds plain values that every subsystem shares: [Money], [Bytes],
// [InstanceType], [HostShape], [Zone], [Platform], [Tenancy], [PurchaseOption],
// [Price], [Offering] with its [Class], [Term] and [Payment], and the usage
// [Ledger] that the simulated cloud writes and the prices are computed from.
// It has no behaviour beyond arithmetic and knows nobody above it.
//
// Money is an integer number of 10⁻⁹ dollars and is rounded once per invoice
// line. Usage is recorded in whole nanoseconds and bytes.
package model
