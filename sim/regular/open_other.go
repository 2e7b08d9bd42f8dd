//go:build !unix

package regular

import "os"

// withoutWaiting is of no meaning to this system.
const withoutWaiting = 0

// kernelFiles names the file system of a file that the kernel makes up, "" for any
// other: this system has none.
func kernelFiles(*os.File) string { return "" }
