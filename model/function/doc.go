// Package function answers: is there an execution environment for a call of a function?
//
// A [Pool] has the environments of one Lambda function. Each serves one call at a time;
// a call finds one that is idle, or has one made (a cold start), or is throttled, by the
// concurrency that the function or its [Account] has, or by how fast environments may be
// made. The rules, with numbers and sources, are in rules.md.
//
// [Rates] are the same where calls come at a rate: how many there are at once on average, and which share of
// them is cold, throttled or served by what is provisioned, without any of them being played. Against pools that are played (rates_test.go)
// cold starts are within 5 % where environments wait for longer than calls take, 12 % where they hardly do; throttles are
// Erlang's loss formula. A function that shares the account's concurrency hears of the others' mean alone.
// A step in which nothing changes costs some microseconds, however many calls come.
//
// The pool knows no requests: an environment is a number, and who has it remembers that.
// It allocates only when it has more environments than ever before.
package function
