package dataplane

import (
	"testing"
	"unsafe"
)

func TestARequestInFlightTakesAtMost64Bytes(t *testing.T) {
	if size := unsafe.Sizeof(request{}); size > 56 {
		t.Errorf("a request takes %d bytes, want at most 56", size)
	}
	type slot struct { // of a slab
		generation uint32
		value      request
	}
	if size := unsafe.Sizeof(slot{}); size > 64 {
		t.Errorf("a request in its slot takes %d bytes, want at most 64", size)
	}
	if size := unsafe.Sizeof(slot{}) + unsafe.Sizeof(trip{}); size > 208 {
		t.Errorf("a request on a journey takes %d bytes, want at most 208", size)
	}
}
