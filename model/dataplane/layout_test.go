package dataplane

import (
	"testing"
	"unsafe"

	"headroom/sim/slab"
)

// TestWhatEachRequestAsksLiesTogether: a routed target and a cookie are a part of one cache line, and
// what a fast path is asked with each end is one line, and with each arrival a pair of them. Each server
// begins a line, so that its station is two of them.
func TestWhatEachRequestAsksLiesTogether(t *testing.T) {
	const line = 64
	var f fastPath
	for what, size := range map[string]uintptr{"routed target": unsafe.Sizeof(routedTarget{}), "cookie": unsafe.Sizeof(cookie{})} {
		if line%size != 0 {
			t.Errorf("a %s has %d bytes, which do not divide a cache line of %d", what, size, line)
		}
	}
	if size, at := unsafe.Sizeof(lane{}), unsafe.Offsetof(lane{}.came); size%line != 0 || at != line {
		t.Errorf("a lane has %d bytes and what is written of it begins at %d, want cache lines of %d", size, at, line)
	}
	if size := unsafe.Sizeof(f); size%(2*line) != 0 {
		t.Errorf("a fast path has %d bytes, which are not pairs of cache lines of %d", size, line)
	}
	if size := unsafe.Sizeof(server{}) + unsafe.Sizeof(slab.Handle(0)); size%line != 0 {
		t.Errorf("a server and its generation have %d bytes, which are not cache lines of %d", size, line)
	}
	if at := unsafe.Offsetof(f.station); at != line-24 {
		t.Errorf("the station of a fast path begins at byte %d, not 24 before the end of its first cache line", at)
	}
}
