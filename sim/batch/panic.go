package batch

import (
	"fmt"
	"runtime"
	"strings"
)

// Panic is the error of a call that panicked.
type Panic struct {
	Value any // what it panicked with
	// Trace says where: functions and lines, without addresses and goroutines, so
	// that it is the same whenever and wherever the same program panics.
	Trace string
}

// Error returns the value of the panic and the trace.
func (p *Panic) Error() string { return fmt.Sprintf("panic: %v\n%s", p.Value, p.Trace) }

// Unwrap returns the value of the panic if it is an error.
func (p *Panic) Unwrap() error {
	err, _ := p.Value.(error)
	return err
}

// Try calls a function and turns its panic into an error of type *[Panic]: one
// task must not end the others.
func Try[T any](call func() (T, error)) (value T, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &Panic{Value: v, Trace: trace()}
		}
	}()
	return call()
}

// trace lists the frames between the panic that is being caught and [Try].
func trace() string {
	var text strings.Builder
	callers := make([]uintptr, 64)
	frames := runtime.CallersFrames(callers[:runtime.Callers(3, callers)]) // above trace and what caught it
	for {
		frame, more := frames.Next()
		if strings.Contains(frame.Function, "/batch.Try[") {
			break
		}
		if !strings.HasPrefix(frame.Function, "runtime.") {
			fmt.Fprintf(&text, "%s\n\t%s:%d\n", frame.Function, frame.File, frame.Line)
		}
		if !more {
			break
		}
	}
	return text.String()
}
