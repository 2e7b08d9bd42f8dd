package main

import (
	"bytes"
	"context"
	"io"
	"math"
	"os"
	"testing"
)

// answer is what `run --format json` prints, as far as these tests read it.
type answer struct {
	Metrics map[string]struct {
		Value     *float64 `json:"value"`
		HalfWidth *float64 `json:"half_width"`
		N         int      `json:"n"`
	} `json:"metrics"`
}

// captured runs the command line and returns what it wrote to a stream,
// standard output or standard error.
func captured(t *testing.T, stream **os.File, args ...string) (string, int) {
	t.Helper()
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	before := *stream
	*stream = write
	done := make(chan []byte)
	go func() {
		var b bytes.Buffer
		io.Copy(&b, read)
		done <- b.Bytes()
	}()
	code := execute(context.Background(), args)
	*stream = before
	write.Close()
	return string(<-done), code
}

// replications of each experiment, and what widens their 95 % interval to one that
// misses with a probability of 10⁻⁴: Student's quantiles of 19 degrees of freedom.
const (
	replications = 20
	widen        = 4.8975 / 2.0930
)

// agrees fails the test unless theory lies in that band of a metric.
func (a answer) agrees(t *testing.T, key string, theory float64) {
	t.Helper()
	m, ok := a.Metrics[key]
	if !ok || m.Value == nil || m.HalfWidth == nil {
		t.Errorf("%s: no estimate", key)
		return
	}
	if m.N != replications || math.Abs(*m.Value-theory) > widen**m.HalfWidth {
		t.Errorf("%s: %.6g ± %.2g (95 %%, n %d), theory says %.6g", key, *m.Value, *m.HalfWidth, m.N, theory)
	}
}

// must unwraps the oracles' constructors.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

var output = make(chan struct{}, 1)
