package sweep

import (
	"context"
	"fmt"

	"headroom/results/run"
)

// Answer computes a task of a [Dispatch] of the same plan. The answer is a pure
// function of both: the same bytes whoever computes it, and however often. The
// error is that of ctx, which ends the work at once, or says that the bytes are no
// task of this plan. It is safe for concurrent use.
func (p *Plan) Answer(ctx context.Context, task []byte) ([]byte, error) {
	stretches, err := decodeTask(task)
	if err != nil {
		return nil, err
	}
	findings := make([]finding, len(stretches))
	var at setup
	for i, s := range stretches {
		if s.point >= p.Points {
			return nil, fmt.Errorf("sweep: a task for point %d, where there are %d", s.point, p.Points)
		}
		if i == 0 || s.point != stretches[i-1].point {
			at = p.setup(s.point)
		}
		findings[i] = at.find(ctx, s)
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
	}
	return encodeAnswer(findings), nil
}

// setup is a point with its experiment, or why it has none.
type setup struct {
	experiment *run.Experiment
	layout     *Layout
	err        error
}

func (p *Plan) setup(point int) setup {
	experiment, err := build(p, point)
	if err != nil {
		return setup{err: err}
	}
	return setup{experiment: experiment, layout: p.layout(experiment)}
}

// find replicates a point until the end of the stretch, or the first failure.
func (s *setup) find(ctx context.Context, these stretch) finding {
	if s.err != nil {
		return finding{err: s.err.Error()}
	}
	f := finding{layout: s.layout}
	for n := range these.count {
		values, err := replicate(ctx, s.experiment, these.first+n)
		if err != nil {
			f.err = err.Error()
			return f
		}
		f.values = append(f.values, values)
	}
	return f
}
