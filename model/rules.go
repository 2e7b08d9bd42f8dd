package model

import (
	"errors"
	"fmt"
)

// Rules collects what a configuration breaks of its rules, in the order in which
// they are checked. The zero value holds none.
type Rules struct {
	Broken []error
}

// Check adds an error, the path of what breaks the rule before it, unless it holds.
func (r *Rules) Check(holds bool, path, rule string, args ...any) {
	if !holds {
		r.Broken = append(r.Broken, errors.New(path+": "+fmt.Sprintf(rule, args...)))
	}
}

// Reference checks the index of one of n, and reports whether it is.
func (r *Rules) Reference(index, n int, path, what string) bool {
	ok := index >= 0 && index < n
	r.Check(ok, path, "must be the index of a %s (0 to %d), got %d", what, n-1, index)
	return ok
}

// Failures checks what an application fails with.
func (r *Rules) Failures(e *Errors, path string) {
	r.Check(e.Rate >= 0 && e.Rate <= 1, path+".rate", "must be 0 to 1, got %g", e.Rate)
	r.Check(e.Latency >= 0, path+".latency", "must not be negative, got %v", e.Latency)
	r.Check(e.Rate == 0 || e.Status == 500 || e.Status >= 502 && e.Status <= 504, path+".code", "must be 500, 502, 503 or 504, got %d", e.Status)
}
