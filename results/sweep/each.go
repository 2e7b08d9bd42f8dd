package sweep

import (
	"maps"
	"slices"
)

// Each calls do for every point below n that is done by the rule, in the order
// of the design. Rows are read ahead, by another core where there is one.
func (j *Journal) Each(n int, rule *Rule, do func(*Row) error) error {
	j.mu.Lock()
	known := slices.Sorted(maps.Keys(j.points)) // a design may have many more points
	j.mu.Unlock()
	end, _ := slices.BinarySearch(known, n)
	stop := make(chan struct{})
	ahead := j.ahead(known[:end], rule, stop)
	defer func() { // nobody reads the file when it returns
		close(stop)
		for range ahead {
		}
	}()
	for some := range ahead {
		for i := range some.done {
			if err := do(&some.done[i]); err != nil {
				return err
			}
		}
		if some.err != nil {
			return some.err
		}
	}
	return nil
}

// aheadRows is how many points are read together, and aheadReads how often while nobody
// wants them.
const (
	aheadRows  = 32
	aheadReads = 2
)

// reading is what was read of some points: the rows of those that are done, and what went
// wrong after them.
type reading struct {
	done []Row
	err  error
}

// ahead reads points until stop is closed. The channel is closed after the last.
func (j *Journal) ahead(points []int, rule *Rule, stop <-chan struct{}) <-chan reading {
	read := make(chan reading, aheadReads)
	go func() {
		defer close(read)
		for some := range slices.Chunk(points, aheadRows) {
			now := reading{done: make([]Row, 0, len(some))}
			for _, point := range some {
				s, err := j.standing(point, rule, false)
				if err != nil {
					now.err = err
					break
				}
				if s.done {
					now.done = append(now.done, s.row)
				}
			}
			select {
			case read <- now:
			case <-stop:
				return
			}
			if now.err != nil {
				return
			}
		}
	}()
	return read
}
