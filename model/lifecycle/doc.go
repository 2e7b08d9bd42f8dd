// Package lifecycle answers: what may be done with an instance in the state that it is in?
//
// A [State] is one of the six that EC2 shows, a [Request] what somebody wants of an instance.
// [Answer] says what comes of it: something happens, nothing has to, or it is refused with
// EC2's error code. [Refusal] is such an answer. [Hibernation] says whether instances that are
// launched in some way can hibernate, [Resume] how long they take to come back.
//
// Guarantees: everything is a value without a clock, and [Answer] has an answer for every state
// and every request.
//
// Costs: a few comparisons.
//
// To add a request: a constant, its name, and its row in answers.
//
// rules.md has the rules with their sources; the notebooks of testdata show them.
package lifecycle
