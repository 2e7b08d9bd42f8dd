// Package imports answers: what do files hold that people already have, and what of
// them was left out?
//
// Its rooms read one kind each and make a scenario or a part of one:
//
//   - accesslog: access logs of load balancers and web servers → arrivals
//   - cloudwatch: metrics of CloudWatch as JSON → arrivals and measurements
//   - terraform: a plan of Terraform as JSON → tables of a scenario
//
// Here is what they share: a [Source] opens files and pipes, [Lines] reads many of them
// line by line, [Skipped] keeps what was left out and why, and [Recognise] tells a file's
// kind by how it begins.
//
// # Guarantees and costs
//
// [Lines] takes constant memory whatever the files hold: at most 64 KiB of a line are
// looked at, the rest of a longer one is passed over. What is broken ends a file, never
// the reading: it is in [Skipped] with its file and line, as is each kind of line that
// was left out. It allocates nothing per line.
//
// # How to extend it
//
// A kind of file is a line in the table of recognise.go, a room with its parser, and a
// file of cmd/headroom with its command.
package imports
