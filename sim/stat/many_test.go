package stat

import (
	"math/rand/v2"
	"reflect"
	"testing"
)

// TestManyAreManyTimesOne records by hand what RecordMany takes at once.
func TestManyAreManyTimesOne(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	var one, many Histogram
	var oneTally, manyTally Tally
	for range 200 {
		v, n := random.Int64N(1<<random.IntN(60)+1), random.Int64N(50)
		many.RecordMany(v, n)
		manyTally.RecordMany(v, n)
		for range n {
			one.Record(v)
			oneTally.Record(v)
		}
	}
	if !reflect.DeepEqual(one, many) {
		t.Errorf("histogram: got %+v, want %+v", many, one)
	}
	if oneTally != manyTally {
		t.Errorf("tally: got %+v, want %+v", manyTally, oneTally)
	}
}
