//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package jetstream

import "os"

// lockFile opens a file. This system has no advisory locks, so that it falls to
// the user not to start two servers in one directory.
func lockFile(name string) (*os.File, error) {
	return os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o600)
}
