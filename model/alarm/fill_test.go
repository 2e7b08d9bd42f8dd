package alarm_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"headroom/model/alarm"
)

// AWS's FILL(m1, LINEAR) has the values on the line between the ends of a gap. Nothing is known
// of a gap before it ends, nor ever of one that has no beginning.
func TestFillDrawsALineThroughAGapThatEnds(t *testing.T) {
	e, err := alarm.ParseExpression("FILL(m1, LINEAR) * m2", []string{"m1", "m2"})
	if err != nil {
		t.Fatal(err)
	}
	nan := math.NaN()
	m := e.Memory()
	for i, c := range []struct {
		m1, m2, want float64
		earlier      []float64
	}{
		{nan, 1, nan, nil}, {10, 2, 20, nil}, {nan, 3, nan, nil}, {nan, 4, nan, nil},
		{40, 5, 200, []float64{30 * 4, 20 * 3}}, {nan, nan, nan, nil}, {50, 1, 50, []float64{nan}},
	} {
		got := e.Evaluate([]alarm.Value{valueOf(c.m1), valueOf(c.m2)}, m)
		if got != valueOf(c.want) {
			t.Errorf("period %d: got %v, want %v", i, got, c.want)
		}
		earlier := e.Revise(m)
		if len(earlier) != len(c.earlier) {
			t.Fatalf("period %d: %d periods before have become known, want %d", i, len(earlier), len(c.earlier))
		}
		for k, v := range earlier {
			if v != valueOf(c.earlier[k]) {
				t.Errorf("period %d, %d before: got %v, want %v", i, k+1, v, c.earlier[k])
			}
		}
	}
}

func valueOf(v float64) alarm.Value {
	if math.IsNaN(v) {
		return alarm.Value{}
	}
	return alarm.Value{Value: v, OK: true}
}

// A window that is revised as gaps end shows, once all are over, what somebody computes who sees
// the whole series at once.
func TestRevisedWindowShowsTheSeriesAsAWhole(t *testing.T) {
	e, err := alarm.ParseExpression("FILL(m1 + 1, LINEAR) - FILL(m2, LINEAR) + FILL(m2, REPEAT)", []string{"m1", "m2"})
	if err != nil {
		t.Fatal(err)
	}
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 16))
		n := 2 + r.IntN(20)
		series := [2][]float64{}
		for k := range series {
			for i := range n {
				v := float64(r.IntN(100))
				if i != n-1 && i != 0 && r.IntN(3) > 0 {
					v = math.NaN()
				}
				series[k] = append(series[k], v)
			}
		}
		w, m := alarm.NewWindow(alarm.Config{EvaluationPeriods: n, Comparison: alarm.GreaterThanThreshold}), e.Memory()
		for i := range n {
			v := e.Evaluate([]alarm.Value{valueOf(series[0][i]), valueOf(series[1][i])}, m)
			w.Push(v.Value, v.OK)
			for k, v := range e.Revise(m) {
				w.Revise(k+2, v.Value, v.OK)
			}
		}
		for i := range n {
			repeated := i
			for math.IsNaN(series[1][repeated]) {
				repeated--
			}
			want := line(series[0], i) + 1 - line(series[1], i) + series[1][repeated]
			if got, ok := w.At(n - i); !ok || math.Abs(got-want) > 1e-9 {
				t.Fatalf("seed %d, period %d of %v: got %v, %v, want %v", seed, i, series, got, ok, want)
			}
		}
	}
}

// line is a series that begins and ends with a value, with its gaps filled.
func line(of []float64, i int) float64 {
	a, b := i, i
	for math.IsNaN(of[a]) {
		a--
	}
	for math.IsNaN(of[b]) {
		b++
	}
	if a == b {
		return of[i]
	}
	return (of[a]*float64(b-i) + of[b]*float64(i-a)) / float64(b-a)
}
