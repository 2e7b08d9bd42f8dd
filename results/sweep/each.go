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
		w := window{journal: j}
		for some := range slices.Chunk(points, aheadRows) {
			now := reading{done: make([]Row, 0, len(some))}
			w.move(some)
			now.err = w.judge(some, rule, &now.done)
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

// judge adds the rows of the points that are done.
func (w *window) judge(points []int, rule *Rule, done *[]Row) error {
	for _, point := range points {
		s, err := w.standing(point, rule, false)
		if err != nil {
			return err
		}
		if s.done {
			*done = append(*done, s.row)
		}
	}
	return nil
}

// window is a stretch of a journal's file that was read at once: points that follow each other in the
// design mostly do in the file, too, and a read of the system costs as much as a row.
type window struct {
	journal *Journal
	at      int64
	content []byte
}

// widest is how much is read at once. Rows of points that lie farther apart are read one by one.
const widest = 1 << 20

// move reads the first rows of some points. If that cannot be, the row says so that cannot be read.
func (w *window) move(points []int) {
	low, high := w.journal.reach(points)
	w.at, w.content = low, w.content[:0]
	if high-low > widest {
		return
	}
	w.content = slices.Grow(w.content, int(high-low))[:high-low]
	if w.journal.readAt(w.content, low) != nil {
		w.content = w.content[:0]
	}
}

// reach is from where to where the first rows of some points are.
func (j *Journal) reach(points []int) (low, high int64) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, point := range points {
		if e := j.points[point]; e.count > 0 {
			if high == 0 {
				low = e.first.at
			}
			low, high = min(low, e.first.at), max(high, e.first.end())
		}
	}
	return low, high
}

// bytes returns what is somewhere in the file, until the window moves.
func (w *window) bytes(s segment) ([]byte, error) {
	if w.at <= s.at && s.end() <= w.at+int64(len(w.content)) {
		return w.content[s.at-w.at:][:s.length], nil
	}
	return w.journal.bytes(s)
}
