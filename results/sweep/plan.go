package sweep

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"

	"headroom/results/run"
)

// Plan says what the points of a sweep are.
type Plan struct {
	Points int
	Rule   Rule
	// Build returns the experiment of a point. It is called from many
	// goroutines.
	Build func(point int) (*run.Experiment, error)
}

// Compute returns the row of a point: what [Run] keeps of it, from nothing.
func (p *Plan) Compute(ctx context.Context, point int) (Row, error) {
	experiment, err := build(p, point)
	if err != nil {
		return Row{Point: point, Err: err.Error()}, nil
	}
	row := Row{Point: point, Layout: NewLayout(experiment.Keys())}
	for {
		v := p.Rule.settle(row.Layout, row.Values)
		if v.done {
			row.Ruled = v.ruled
			return row, nil
		}
		for len(row.Values) < v.n {
			n := len(row.Values)
			values, err := replicate(ctx, experiment, n)
			if ctx.Err() != nil {
				return Row{}, context.Cause(ctx)
			}
			if err != nil {
				return Row{Point: point, First: n, Err: errorOf(n, err).Error()}, nil
			}
			row.Values = append(row.Values, values)
		}
	}
}

// errorOf is the error of a point whose replication failed.
func errorOf(replication int, err error) error {
	return fmt.Errorf("replication %d: %w", replication, err)
}

// build makes the experiment of a point; a panic becomes its error.
func build(p *Plan, point int) (e *run.Experiment, err error) {
	defer caught(&err)
	return p.Build(point)
}

// replicate runs one replication; a panic becomes its error.
func replicate(ctx context.Context, e *run.Experiment, replication int) (values []float64, err error) {
	defer caught(&err)
	return e.Replicate(ctx, replication)
}

// caught turns a panic into an error: one point must not end the others.
func caught(err *error) {
	if v := recover(); v != nil {
		*err = errors.New(firstLines(fmt.Sprintf("panic: %v\n%s", v, trace())))
	}
}

// trace says where the panic came from that is being caught: functions and
// lines, the same on every machine, without addresses and goroutines.
func trace() string {
	var text strings.Builder
	callers := make([]uintptr, 64)
	frames := runtime.CallersFrames(callers[:runtime.Callers(3, callers)]) // above caught
	for {
		frame, more := frames.Next()
		if strings.HasSuffix(frame.Function, "/sweep.build") || strings.HasSuffix(frame.Function, "/sweep.replicate") {
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

// firstLines keeps what says where a panic came from.
func firstLines(text string) string {
	const most = 2000
	if len(text) > most {
		return text[:most]
	}
	return text
}
