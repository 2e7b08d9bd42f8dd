package station

import (
	"slices"
	"testing"
)

// TestJobListAgreesWithSlice lets jobs come and go, around the lengths at which the list becomes
// a heap and a list again and far from them, and compares who leaves first with a sorted slice.
func TestJobListAgreesWithSlice(t *testing.T) {
	state := uint64(7)
	below := func(n int) int {
		state = state*6364136223846793005 + 1442695040888963407
		return int(state>>33) % n
	}
	for _, most := range []int{3, listMost, listMost + 2, 60} {
		h, twin := jobList{}, []entry{}
		for step := range 20000 {
			done, job := uint64(below(50))-25, uint32(step)*scramble // around where the clock wraps
			switch n := len(twin); {
			case n < below(most+1) || n == 0:
				twin = append(twin, entry{done, uint64(h.began)<<32 | uint64(job)})
				h.push(done, job)
				slices.SortStableFunc(twin, func(a, b entry) int { return int(int64(a.done - b.done)) })
			case below(3) > 0:
				h.dropFirst()
				twin = twin[1:]
			default:
				i := below(n)
				h.remove(twin[i].job())
				twin = slices.Delete(twin, i, i+1)
			}
			if len(h.all) != len(twin) || len(twin) > 0 && *h.first() != twin[0] {
				t.Fatalf("step %d of up to %d jobs: %+v, want the jobs %v", step, most, h, twin)
			}
			if h.heaped && len(twin) <= listAgain || !h.heaped && len(twin) > listMost {
				t.Fatalf("step %d: %d jobs, as a heap: %v", step, len(twin), h.heaped)
			}
		}
	}
}

// scramble makes numbers of numbers that come one after the other, each once: what jobs are called must not matter.
const scramble uint32 = 0x9e3779b1
