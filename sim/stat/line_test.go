package stat

import (
	"math"
	"math/rand"
	"testing"
)

// The line of five points, by hand: mean x 3, mean y 4, Sxx 10, Sxy 6.
func TestALineByHand(t *testing.T) {
	l := FitLine([]float64{1, 2, 3, 4, 5}, []float64{2, 4, 5, 4, 5}, 0.95)
	if math.Abs(l.Slope.Value-0.6) > 1e-12 || math.Abs(l.Intercept.Value-2.2) > 1e-12 || math.Abs(l.Explained-0.6) > 1e-12 {
		t.Errorf("got slope %g, intercept %g, R² %g, want 0.6, 2.2, 0.6", l.Slope.Value, l.Intercept.Value, l.Explained)
	}
	for i, want := range []float64{-0.8, 0.6, 1, -0.6, -0.2} {
		if math.Abs(l.Residuals[i]-want) > 1e-12 {
			t.Errorf("residual %d: got %g, want %g", i, l.Residuals[i], want)
		}
	}
	// HC3: √Σ d²(e/(1-h))² / Sxx with d = -2..2 and h = 0.6, 0.3, 0.2, 0.3, 0.6; t of 3 degrees is 3.182446.
	squares := 4*math.Pow(0.8/0.4, 2) + math.Pow(0.6/0.7, 2) + math.Pow(0.6/0.7, 2) + 4*math.Pow(0.2/0.4, 2)
	if want := 3.182446305 * math.Sqrt(squares) / 10; l.Lag > 0 || math.Abs(l.Slope.HalfWidth-want) > 1e-8 {
		t.Errorf("half-width of the slope: got %g, want %g (lag %g)", l.Slope.HalfWidth, want, l.Lag)
	}
}

func TestALineThroughNothing(t *testing.T) {
	if l := FitLine([]float64{1, 1, 1}, []float64{1, 2, 3}, 0.95); !math.IsNaN(l.Slope.Value) {
		t.Errorf("all x equal: got a slope of %g, want NaN", l.Slope.Value)
	}
	if l := FitLine([]float64{1, 2}, []float64{1, 2}, 0.95); l.Slope.Value != 1 || !math.IsNaN(l.Slope.HalfWidth) {
		t.Errorf("two points: got %g ± %g, want 1 ± NaN", l.Slope.Value, l.Slope.HalfWidth)
	}
}

// The intervals hold where the scatter grows with x, and where residuals follow each other.
func TestIntervalsOfLinesCover(t *testing.T) {
	for name, c := range map[string]struct {
		follow float64
		least  int
	}{"independent": {0, 930}, "following": {0.5, 880}} { // the lag itself is estimated, from 60 residuals
		random := rand.New(rand.NewSource(3))
		inside := 0
		for range 1000 {
			var xs, ys []float64
			before := 0.0
			for i := range 60 {
				x := 1 + math.Sin(float64(i)/9)
				before = c.follow*before + random.NormFloat64()
				xs, ys = append(xs, x), append(ys, 2+3*x+0.2*x*before)
			}
			if l := FitLine(xs, ys, 0.95); math.Abs(l.Slope.Value-3) <= l.Slope.HalfWidth {
				inside++
			}
		}
		if inside < c.least || inside > 970 {
			t.Errorf("%s: %d of 1000 intervals hold the slope, want %d to 970", name, inside, c.least)
		}
	}
}
