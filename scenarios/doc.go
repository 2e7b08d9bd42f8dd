// Package scenarios answers: which experiment does a TOML file describe?
//
// [Load] reads a scenario file with what it includes, applies overrides, and
// returns a [Scenario] with a typed and validated cloud.Config, or [Faults]:
// everything that is wrong, each with file, line, key, rule and value. The scenario
// also tells how its usage is paid for, and what it would launch if it were bought
// in another way ([Scenario.AsSpot] and its like).
//
// A file goes through four steps. source reads the text and the files that it
// includes into one tree of nodes, each with its position; overrides change the
// tree; the loader walks it table by table, one file for each, with cursors that
// take type, bounds and default of every key from its declaration; and what
// concerns several tables is verified at the end.
//
// [sweep] makes many scenarios of one file: [Sweep] puts the values of a point
// into a copy of the tree as it was written, and reads that. Package design says
// where the points of sampled designs are. [search] does the same for candidates:
// [Search] knows besides which of them are near each other. [Sweep.Pack] and
// [Unpack] take a sweep to other machines, with every file that it names.
//
// # Guarantees
//
// No key is ignored: one that is unknown, planned for a later version, or
// without meaning beside the others is a fault. A value that AWS would refuse is
// refused, with AWS's error code where it has one. No input panics or hangs:
// files are bounded in size and depth, and only regular files are opened.
// [Scenario.Resolved] returns the scenario with every default spelled out.
//
// # Costs
//
// A scenario takes some milliseconds, most of them for the catalogue, and what
// its data files take. Files are read once and shared by all replications.
//
// # Extending
//
// A key is a line in the declarations of its table's file and a call of an
// accessor in its reader. A test fails if one is without the other. The keys of a
// scaling policy are the parameters of its kind in scaling.Policies.
package scenarios
