package dataplane

import (
	"testing"

	"headroom/model"
	"headroom/sim/rng"
)

// Sizes that are drawn some at a time are those that are drawn one by one, of a request before those of its
// response.
func TestSizesDrawnAheadAreThoseDrawnOneByOne(t *testing.T) {
	laws := []rng.Distribution{nil, must(rng.Fixed(500)), must(rng.Exponential(20 << 10)), must(rng.Lognormal(1<<30, 8))}
	for i, in := range laws {
		for k, out := range laws {
			if in == nil && out == nil {
				continue
			}
			z, one := sizes{laws: [2]rng.Distribution{in, out}, stream: rng.New(7, 0, "sizes")}, rng.New(7, 0, "sizes")
			for n := range 3*drawnAhead + 1 {
				want := [2]model.Bytes{}
				for d, law := range z.laws {
					if law != nil {
						want[d] = model.Bytes(max(0, min(one.Draw(law), float64(MaxBytes))))
					}
				}
				of := z.draw()
				r := compactRequest{in: of.in, out: of.out, high: of.high}
				if got := [2]model.Bytes{r.requestBytes(), r.responseBytes()}; got != want {
					t.Fatalf("laws %d and %d, draw %d: %v bytes, want %v", i, k, n, got, want)
				}
			}
		}
	}
}
