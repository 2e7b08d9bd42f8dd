package dataplane

import (
	"testing"
	"unsafe"
)

func TestARequestInFlightTakesAtMost64Bytes(t *testing.T) {
	if size := unsafe.Sizeof(request{}); size > 56 {
		t.Errorf("a request takes %d bytes, want at most 56", size)
	}
	if size := unsafe.Sizeof(calendarEntry[compactRequest]{}); size != 64 {
		t.Errorf("a compact request takes %d bytes with its announcement, want a cache line of 64", size)
	}
	const generation = 8 // of its slot in the slab, padded
	slot := unsafe.Sizeof(request{}) + generation
	if slot > 64 {
		t.Errorf("a request in its slot takes %d bytes, want at most 64", slot)
	}
	if size := slot + unsafe.Sizeof(trip{}); size > 128 {
		t.Errorf("a request on a journey takes %d bytes, want at most 128", size)
	}
}
