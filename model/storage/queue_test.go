package storage

import (
	"math/rand/v2"
	"testing"

	"headroom/model"
	"headroom/sim"
)

// A batch for which there is credit in any case goes a shorter way: what becomes of it, and
// of the credit, is what the long way says of the same batches, to the nanosecond and the
// last token. Bursts empty the credit, pauses fill it.
func TestTheShortWayOfABatchIsTheLongOne(t *testing.T) {
	small := Spec{Kind: GP2, SizeGiB: 100}.Limits(true)
	small.Operations.Credit = 2000
	link := Link{
		Operations: Allowance{Base: 400, Peak: 2500, Credit: 3000, Daily: true},
		Bytes:      Allowance{Base: 4 << 20, Peak: 100 << 20, Credit: 50 << 20, Daily: true},
	}
	for name, l := range map[string]Link{"volume": {}, "volume and link": link} {
		random := rand.New(rand.NewPCG(5, 6))
		short, long := NewQueue(0, small, l), NewQueue(0, small, l)
		now, quick, throttled := sim.Time(0), 0, 0
		for i := range 30_000 {
			pause := 0.0002
			if i/500%2 == 0 {
				pause = 0.012
			}
			now += sim.Seconds(random.ExpFloat64() * pause)
			io := IO{Count: 1 + random.Int64N(3), Size: model.Bytes(4+random.IntN(60)) * model.KiB}
			sure := short.meters[ownOperations].sure
			got, want := short.Ask(now, io), long.Serve(now, small.Cost(io))
			if got != want {
				t.Fatalf("%s: batch %d at %v: %+v, the long way %+v", name, i, now, got, want)
			}
			if short.meters[ownOperations].sure < sure {
				quick++
			}
			if want.Throttled > 0 {
				throttled++
			}
			for k := range short.meters {
				a, b := &short.meters[k], &long.meters[k]
				if a.credits && (a.left.At(short.free) != b.left.At(long.free) || a.daily && a.day.At(short.free) != b.day.At(long.free)) {
					t.Fatalf("%s: batch %d: the credit of meter %d differs", name, i, k)
				}
			}
		}
		if quick < 500 || throttled < 500 {
			t.Errorf("%s: %d batches went the short way and %d were throttled, want many of both", name, quick, throttled)
		}
	}
}
