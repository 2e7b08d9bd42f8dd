// Package report answers: how does a person, or a program, read what a run
// showed?
//
// [Write] renders summaries in one [Format]: tables for a terminal, the same
// tables in Markdown, the JSON object of which scripts read the metrics, or CSV
// with a line a metric. [Save] writes the files of a run, and [Open] reads them
// back. [WritePlans], [SavePlans] and [WriteAdvice] do the same for ways of buying,
// [SearchPage] for a search for the cheapest configuration. [Sheet] renders other lists
// in the same four formats.
//
// # Vocabulary
//
// In tables, "12.3 ms ± 0.4" is an estimate and the half-width of its 95 %
// interval over the n replications that the heading names; an estimate with
// another n says so, and so does one that is the same in every replication
// ("constant"), of which no interval says anything. JSON and CSV give seconds,
// dollars, ratios and counts, unrounded.
//
// # Guarantees and costs
//
// The same summaries give the same bytes: nothing depends on the clock, the
// locale or the terminal but the colours, which the caller asks for. Files go to a
// folder that the caller has taken (package folder), whole and all at once.
// Tables are built in memory; the series by minute is streamed.
//
// # How to extend it
//
// A row of a table is a line in tables.go, a file of a run a line in files.go,
// a format a case in Write and in Sheet.Write.
package report
