package regular

import (
	"os"
	"syscall"
)

// withoutWaiting opens a pipe without a writer at once, and makes no terminal the
// program's own.
const withoutWaiting = syscall.O_NONBLOCK | syscall.O_NOCTTY

// kernels are file systems whose files, regular by name, are made up by the kernel
// while they are read: some never end, some wait. The numbers are those of statfs(2).
var kernels = map[int64]string{
	0x9fa0:     "/proc",
	0x62656572: "/sys",
	0x64626720: "debugfs",
	0x74726163: "tracefs",
	0x73636673: "securityfs",
	0x27e0eb:   "cgroups",
	0x63677270: "cgroups",
	0xcafe4a11: "bpf",
}

// kernelFiles names the file system of such a file, "" for any other.
func kernelFiles(f *os.File) string {
	var on syscall.Statfs_t
	if err := syscall.Fstatfs(int(f.Fd()), &on); err != nil {
		return ""
	}
	return kernels[int64(on.Type)]
}
