//go:build amd64 || arm64

package fetch

import "unsafe"

// Line asks for the cache line that at is in.
//
//go:noescape
func Line(at unsafe.Pointer)
