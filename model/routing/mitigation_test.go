package routing

import "testing"

// weightsAfter lets targets with these shares of errors in a hundred requests be
// looked at, and returns their weights in percent.
func weightsAfter(looks int, percent ...int64) []int64 {
	weights := make([]int64, len(percent))
	for i := range weights {
		weights[i] = FullWeight
	}
	for range looks {
		records := make([]Record, len(percent))
		for i, bad := range percent {
			records[i] = Record{Target: i, Answered: 100 - bad, Failed: bad, Weight: weights[i]}
		}
		Mitigate(records)
		for _, r := range records {
			weights[r.Target] = r.Weight
		}
	}
	for i := range weights {
		weights[i] = weights[i] * 100 / FullWeight
	}
	return weights
}

func TestMitigationHalvesAnomalousTargets(t *testing.T) {
	for name, test := range map[string]struct {
		looks   int
		percent []int64
		want    []int64
	}{
		"one of four fails":               {1, []int64{0, 0, 0, 50}, []int64{100, 100, 100, 50}},
		"it goes on":                      {3, []int64{0, 0, 0, 50}, []int64{100, 100, 100, 12}},
		"never below one percent":         {20, []int64{0, 0, 0, 50}, []int64{100, 100, 100, 1}},
		"five percent are usual":          {5, []int64{0, 0, 0, 5}, []int64{100, 100, 100, 100}},
		"three times the median is":       {5, []int64{10, 10, 10, 30}, []int64{100, 100, 100, 100}},
		"more than that is not":           {1, []int64{10, 10, 10, 31}, []int64{100, 100, 100, 50}},
		"two targets are too few":         {5, []int64{0, 50}, []int64{100, 100}},
		"three are enough":                {1, []int64{0, 0, 50}, []int64{100, 100, 50}},
		"at most half, the worst of them": {1, []int64{0, 0, 0, 20, 30}, []int64{100, 100, 100, 50, 50}},
	} {
		got := weightsAfter(test.looks, test.percent...)
		for i := range got {
			if got[i] != test.want[i] {
				t.Errorf("%s: weights %v, want %v", name, got, test.want)
				break
			}
		}
	}
}

// A target that has recovered is back after a tenth at each look.
func TestMitigationRaisesSlowly(t *testing.T) {
	records := []Record{{Target: 0, Answered: 9, Weight: FullWeight}, {Target: 1, Answered: 9, Weight: FullWeight}, {Target: 2, Answered: 1, Weight: lowestWeight}}
	looks := 0
	for ; looks < 100; looks++ {
		Mitigate(records)
		low := FullWeight
		for _, r := range records {
			low = min(low, r.Weight)
		}
		if low == FullWeight {
			break
		}
	}
	if looks+1 != 10 {
		t.Errorf("back after %d looks, want 10", looks+1)
	}
}

// At most half of the targets are below the full weight, whatever the past.
func TestMitigationSparesHalf(t *testing.T) {
	records := []Record{
		{Target: 0, Failed: 90, Answered: 10, Weight: 20000}, {Target: 1, Answered: 100, Weight: 20000},
		{Target: 2, Answered: 100, Weight: 20000}, {Target: 3, Answered: 100, Weight: 20000}, {Target: 4, Answered: 100, Weight: FullWeight},
	}
	Mitigate(records)
	below := 0
	for _, r := range records {
		if r.Weight < FullWeight {
			below++
		}
		if r.Target == 0 && r.Weight != lowestWeight {
			t.Errorf("the worst has weight %d, want %d", r.Weight, lowestWeight)
		}
	}
	if below != 2 {
		t.Errorf("%d of five targets below the full weight, want 2", below)
	}
}
