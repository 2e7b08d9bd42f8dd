// Package notebook answers: what does a lab notebook claim, and is it still true?
//
// A notebook is a text that a person reads and a test runs. It begins with a
// header of `key: value` lines, goes on in prose, and asks questions in between:
//
//	claim:  A target that refuses is unhealthy at its second failed check.
//	source: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
//	shows:  128, 159 partly
//
//	The target dies right after its check at 0. Both checks that follow fail.
//
//	watch down=0..70
//	----
//	60 unhealthy
//	210 healthy
//
// The keys of the header are claim (one sentence), source (documents or papers),
// where it applies chapter (of the table that collects the notebooks), and shows:
// the numbers of the statements that the notebook shows, "partly" after a number
// where only a part of the statement can be seen. A long value goes on in
// indented lines.
//
// A question is a paragraph with a line of four dashes: the first line is the
// command with its arguments, the lines up to the dashes are its input, those
// after them the answer, up to an empty line. Every other paragraph is prose.
// A line "-- name --" begins a file that the commands may read; files come last.
//
// [Parse] and [Read] understand the form, [Check] asks a package's own answers
// in its test, and [Notebook.Verdicts] finds the lines in which an answer stands beside
// what theory or a document expects. Whoever adds a notebook writes the file; a
// new command is a case in the test that answers.
package notebook
