// Package tables answers: which experiment do the tables of a scenario describe?
//
// [Load] reads a file with what it includes, applies overrides, and returns a
// [Scenario] with a typed and validated cloud.Config, or [schema.Faults]: everything
// that is wrong, each with file, line, key, rule and value. The scenario also tells
// how its usage is paid for, what it would launch if it were bought in another way
// ([Scenario.AsSpot] and its like), and which scenarios its [sweep] and [search]
// stand for ([Scenario.Point], [Scenario.Candidate]). [Scenario.Pack] and [Unpack]
// take it to other machines, with every file that it names.
//
// A table is a file: the rows of its keys, and the reader that turns a cursor on it
// into its part of the Config. The loader goes through them in one order, and what
// concerns several tables is verified at the end.
//
// # Guarantees
//
// A value that AWS would refuse is refused, with AWS's error code where it has one.
// [Scenario.Resolved] returns the scenario with every default spelled out, and loads
// to an equal Config.
//
// # Costs
//
// A scenario takes some milliseconds, most of them for the catalogue, and what
// its data files take. Files are read once and shared by all replications.
//
// # Extending
//
// A key is a row in its table's file and a call of an accessor in its reader. A test
// fails if one is without the other. A table is a file like the others, with its
// rows in [Vocabulary] and its reader in loader.read.
package tables
