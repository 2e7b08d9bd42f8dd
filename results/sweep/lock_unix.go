//go:build unix

package sweep

import (
	"os"
	"syscall"
)

// lock makes the file ours until it is closed or the process dies.
func lock(f *os.File) error {
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
}
