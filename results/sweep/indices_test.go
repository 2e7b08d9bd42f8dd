package sweep

import (
	"math"
	"slices"
	"testing"

	"headroom/scenarios/space/design"
	"headroom/sim/rng"
)

// y = 2a + b + 3ab over a, b in {-1, 1}: variances 4, 1 and 9 of 14.
func TestIndicesOfAFactorialAreExact(t *testing.T) {
	var levels [][]int
	var values [][]float64
	for a := range 2 {
		for b := range 2 {
			x, y := float64(2*a-1), float64(2*b-1)
			levels = append(levels, []int{a, b})
			values = append(values, []float64{2*x + y + 3*x*y, 2*x + y + 3*x*y})
		}
	}
	s := surfaceOf(levels, values)
	got := s.Indices()
	for i, want := range []Index{{Share{4. / 14, 0, 0}, Share{13. / 14, 0, 0}}, {Share{1. / 14, 0, 0}, Share{10. / 14, 0, 0}}} {
		if math.Abs(got[i].First.Value-want.First.Value) > 1e-12 || math.Abs(got[i].Total.Value-want.Total.Value) > 1e-12 {
			t.Errorf("axis %d: got %+v, want %+v", i, got[i], want)
		}
		if math.Abs(got[i].First.Low-want.First.Value) > 1e-12 {
			t.Errorf("axis %d: equal replications leave no doubt, got %+v", i, got[i])
		}
	}
	effects := s.Effects(0)
	if len(effects) != 2 || effects[0].Mean.Value != -2 || effects[1].Mean.Value != 2 || effects[0].Points != 2 {
		t.Errorf("effects %+v", effects)
	}
}

// Where nothing changes a metric no axis has a share of its variance, whatever rounding leaves.
func TestIndicesOfWhatNothingChanges(t *testing.T) {
	for _, of := range []func(i int) float64{
		func(int) float64 { return 1.55 },
		func(i int) float64 { return 1.55 + float64(i%3)*1e-15 },
	} {
		levels, values := make([][]int, 45), make([][]float64, 45)
		for i := range levels {
			levels[i] = []int{i % 5, i / 5 % 3, i / 15}
			values[i] = []float64{of(i), of(i) * 1.1, of(i) * 0.7}
		}
		for axis, index := range surfaceOf(levels, values).Indices() {
			for _, share := range []Share{index.First, index.Total} {
				if !math.IsNaN(share.Value) || !math.IsNaN(share.Low) || !math.IsNaN(share.High) {
					t.Errorf("axis %d has a share of %v", axis, share)
				}
			}
		}
	}
}

// ishigami is the usual test of sensitivity analysis (a = 7, b = 0.1), with
// first-order indices 0.3139, 0.4424, 0 and totals 0.5576, 0.4424, 0.2437.
func ishigami(u []float64) float64 {
	x := make([]float64, 3)
	for i := range x {
		x[i] = math.Pi * (2*u[i] - 1)
	}
	return math.Sin(x[0]) + 7*math.Sin(x[1])*math.Sin(x[1]) + 0.1*math.Pow(x[2], 4)*math.Sin(x[0])
}

// surfaceOf is a surface of levels by point, then axis, and values by point, then replication.
func surfaceOf(levels [][]int, values [][]float64) *Surface {
	s := &Surface{Levels: make([][]int32, len(levels[0])), Values: make([][]float64, len(values[0]))}
	for i := range levels {
		for axis, level := range levels[i] {
			s.Levels[axis] = append(s.Levels[axis], int32(level))
		}
		for r, v := range values[i] {
			s.Values[r] = append(s.Values[r], v)
		}
	}
	return s
}

func sampledSurface(s design.Sampler, points, levels int) *Surface {
	var all [][]int
	var values [][]float64
	for i := range points {
		u := []float64{s.At(i, 0), s.At(i, 1), s.At(i, 2)}
		level := make([]int, 3)
		for axis := range level {
			level[axis] = int(u[axis] * float64(levels))
		}
		all = append(all, level)
		values = append(values, []float64{ishigami(u)})
	}
	return surfaceOf(all, values)
}

var firstOrder, totalOrder = [3]float64{0.3139, 0.4424, 0}, [3]float64{0.5576, 0.4424, 0.2437}

func TestSaltelliFindsTheIndicesOfIshigami(t *testing.T) {
	const rows = 2048
	s := sampledSurface(design.Saltelli(1, 3), rows*5, 2)
	s.Rows = rows
	for axis, got := range s.Indices() {
		if math.Abs(got.First.Value-firstOrder[axis]) > 0.03 || math.Abs(got.Total.Value-totalOrder[axis]) > 0.03 {
			t.Errorf("axis %d: got %+v, want %v and %v", axis, got, firstOrder[axis], totalOrder[axis])
		}
		if !(got.First.Low < firstOrder[axis] && firstOrder[axis] < got.First.High) {
			t.Errorf("axis %d: %v outside %+v", axis, firstOrder[axis], got.First)
		}
	}
}

func TestOtherDesignsFindFirstOrderIndices(t *testing.T) {
	s := sampledSurface(design.LatinHypercube(3, 4000), 4000, 16)
	for axis, got := range s.Indices() {
		if math.Abs(got.First.Value-firstOrder[axis]) > 0.05 || !math.IsNaN(got.Total.Value) {
			t.Errorf("axis %d: got %+v, want %v", axis, got, firstOrder[axis])
		}
	}
}

// The front is that of the dumb definition.
func TestParetoKeepsWhatNothingBeats(t *testing.T) {
	stream := rng.New(4, 0, "pareto")
	for range 200 {
		points := make([][2]float64, 1+stream.Below(30))
		for i := range points {
			points[i] = [2]float64{float64(stream.Below(8)), float64(stream.Below(8))}
		}
		if stream.Below(3) == 0 {
			points[0][1] = math.NaN()
		}
		var want []int
		for i, p := range points {
			beaten := math.IsNaN(p[1])
			for _, q := range points {
				beaten = beaten || q[0] <= p[0] && q[1] <= p[1] && q != p
			}
			if !beaten {
				want = append(want, i)
			}
		}
		got := Pareto(points)
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Fatalf("%v: got %v, want %v", points, got, want)
		}
	}
}

// Each value of an axis has the effect of its points, where it has as many values as there are points:
// going through all of them for each value would take minutes.
func TestEffectsOfManyValuesCountEachPointOnce(t *testing.T) {
	const points = 50_000
	var levels [][]int
	var values [][]float64
	for i := range points {
		levels = append(levels, []int{i * 7919 % points})
		values = append(values, []float64{float64(i), float64(2 * i)})
	}
	s := surfaceOf(levels, values)
	if !s.factorial() {
		t.Error("every value occurs once, and it is no full factorial")
	}
	effects := s.Effects(0)
	if len(effects) != points {
		t.Fatalf("%d effects of %d values", len(effects), points)
	}
	for i, l := range levels {
		e := effects[l[0]]
		if e.Level != l[0] || e.Points != 1 || e.Mean.Value != 1.5*float64(i) || e.Mean.N != 2 {
			t.Fatalf("point %d, of value %d: %+v", i, l[0], e)
		}
	}
}
