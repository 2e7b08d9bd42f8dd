// Package catalog answers: which instance types does a Region offer, and what
// does each thing cost there?
//
// [Open] returns the [Catalog] of one Region: its types, its zones, the machines
// below the families ([model.HostShape]), On-Demand, Reserved, Spot and Dedicated
// Host prices, and the unit prices of services ([Catalog.Service]): all that
// bills ask of a price book. Type names are taken apart by [ParseTypeName], and
// their CPUs compared by [Catalog.RelativeSpeed]. A price book
// ([Catalog.Override]) replaces list prices.
//
// # Guarantees
//
// A Catalog is immutable and safe for concurrent use. Nothing is read when the
// program starts. Every [model.Price] tells its date and whether it is estimated;
// what is priced nowhere is false, never 0. A type without a price, or offered
// in no zone, is still known to [Catalog.Type]: the caller rejects it.
//
// # Costs
//
// Large tables are packed in blocks of 16 kB, and the first question about a type unpacks the
// one that it is in: 0.1 ms. A price takes two binary searches and some number parsing, one or two
// microseconds: look it up once per type, not per event. [Catalog.Types] unpacks, parses and sorts everything.
//
// # Data
//
// The tables below data are derived by the program in derive from public price
// facts of 2022 to 2026; data/README.md names columns, sources and licences.
// They hold On-Demand prices of 2026-07-20 in us-east-1 for Linux, 2025-05-28
// elsewhere, in all 32 commercial Regions; newer types outside us-east-1 are
// estimates. Host shapes are derived from the largest size of a family; AWS's own
// table was not at hand.
//
// CPU speeds come from public benchmarks of 2024 to 2026 and are under another
// licence than the program: data/speeds.csv states it.
//
// To refresh or to add a Region: gather the data, add the name to the derive
// program, and run `go generate` with HEADROOM_DATA set.
//
// rules.md has the rules with their sources; the notebooks of testdata show them.
package catalog
