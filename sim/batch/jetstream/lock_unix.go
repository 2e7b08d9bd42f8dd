//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package jetstream

import (
	"os"
	"syscall"
)

// lockFile opens a file that no other process has open in this way. Closing it,
// or dying, lets others in.
func lockFile(name string) (*os.File, error) {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}
