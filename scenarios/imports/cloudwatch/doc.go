// Package cloudwatch answers: what did CloudWatch measure, when?
//
// [Read] takes the answers of get-metric-data and get-metric-statistics as JSON, alone
// or in a list, and returns a [Series] of each metric: sorted, with its period.
//
// # Guarantees and costs
//
// Times may be seconds since 1970 or ISO 8601, with a zone or without one, which is UTC.
// Points may come in any order. What is no measurement of its metric, such as a
// utilization above 100 %, is left out with its file and line.
//
// # How to extend it
//
// A shape of an answer is a case in read.go: reader.answer.
package cloudwatch
