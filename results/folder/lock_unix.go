//go:build unix

package folder

import (
	"os"
	"syscall"
)

// locks says that a lock tells whether somebody has a file.
const locks = true

// lock makes the file ours until it is closed or the process dies.
func lock(f *os.File) error {
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
}
