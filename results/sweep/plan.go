package sweep

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"

	"headroom/results/run"
	"headroom/sim/batch"
)

// Plan says what the points of a sweep are.
type Plan struct {
	Points int // with Screen twice those of the design: [Screen.Requests] and [Screen.Rates]
	Rule   Rule
	// Build returns the experiment of a point. It is called from many
	// goroutines.
	Build  func(point int) (*run.Experiment, error)
	Screen *Screen // nil: all points are computed

	last atomic.Pointer[Layout] // the points of most plans measure the same
}

// layout returns what an experiment measures.
func (p *Plan) layout(e *run.Experiment) *Layout {
	keys, units := e.Keys()
	if last := p.last.Load(); last != nil && slices.Equal(last.Keys, keys) && slices.Equal(last.Units, units) {
		return last
	}
	l := NewLayout(keys, units)
	p.last.Store(l)
	return l
}

// errorOf is the error of a point whose replication failed.
func errorOf(replication int, err error) error {
	return fmt.Errorf("replication %d: %w", replication, err)
}

// build makes the experiment of a point; a panic becomes its error.
func build(p *Plan, point int) (*run.Experiment, error) {
	e, err := batch.Try(func() (*run.Experiment, error) { return p.Build(point) })
	return e, brief(err)
}

// replicate runs one replication; a panic becomes its error.
func replicate(ctx context.Context, e *run.Experiment, replication int) ([]float64, error) {
	values, err := batch.Try(func() ([]float64, error) { return e.Replicate(ctx, replication) })
	return values, brief(err)
}

// brief keeps of a panic what says where it came from.
func brief(err error) error {
	const most = 2000
	if p := (*batch.Panic)(nil); errors.As(err, &p) && len(p.Error()) > most {
		return errors.New(p.Error()[:most])
	}
	return err
}
