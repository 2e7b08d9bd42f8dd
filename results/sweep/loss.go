package sweep

import (
	"fmt"
	"strings"
)

// Loss is what a journal holds that cannot be used. The zero Loss is none.
type Loss struct {
	Where    int64  // the first byte of what is damaged or missing; 0: nothing is
	Missing  uint64 // records that are damaged, or not there, before one that is
	Tail     int64  // bytes at the end that are no record, and were cut off
	Repeated int    // records that come again, or too late
	Orphans  int    // records without the ones that they follow
}

// damaged notes where the first damage is.
func (l *Loss) damaged(at int64) {
	if l.Where == 0 {
		l.Where = at
	}
}

// Any reports whether there is anything to tell.
func (l *Loss) Any() bool { return *l != Loss{} }

// String says in a phrase what was dropped, and why.
func (l *Loss) String() string {
	var parts []string
	add := func(some bool, format string, v ...any) {
		if some {
			parts = append(parts, fmt.Sprintf(format, v...))
		}
	}
	add(l.Missing > 0, "%s damaged or missing", plural(l.Missing, "record is", "records are"))
	add(l.Tail > 0, "the last %s are no whole record and were cut off", plural(uint64(l.Tail), "byte", "bytes"))
	add(l.Missing == 0 && l.Tail == 0 && l.Where > 0, "some bytes are no record")
	add(l.Repeated > 0, "%s there twice", plural(uint64(l.Repeated), "record is", "records are"))
	add(l.Orphans > 0, "%s of no use without one that is missing", plural(uint64(l.Orphans), "record is", "records are"))
	text := strings.Join(parts, ", ")
	if l.Where > 0 {
		text += fmt.Sprintf(" (the first damage is at byte %d)", l.Where)
	}
	return text
}

func plural(n uint64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
