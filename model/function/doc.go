// Package function answers: is there an execution environment for a call of a function?
//
// A [Pool] has the environments of one Lambda function. Each serves one call at a time;
// a call finds one that is idle, or has one made (a cold start), or is throttled, by the
// concurrency that the function or its [Account] has, or by how fast environments may be
// made. The rules, with numbers and sources, are in rules.md.
//
// The pool knows no requests: an environment is a number, and who has it remembers that.
// It allocates only when it has more environments than ever before.
package function
