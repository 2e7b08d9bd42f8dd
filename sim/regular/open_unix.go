//go:build unix && !linux

package regular

import (
	"os"
	"syscall"
)

// withoutWaiting opens a pipe without a writer at once, and makes no terminal the
// program's own.
const withoutWaiting = syscall.O_NONBLOCK | syscall.O_NOCTTY

// kernelFiles names the file system of a file that the kernel makes up, "" for any
// other: these systems mount none.
func kernelFiles(*os.File) string { return "" }
