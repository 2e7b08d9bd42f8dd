package memory

import (
	"bufio"
	"bytes"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path"
	"strconv"
	"strings"
	"syscall"
)

// ask returns what this process may take: the memory of the machine,
// or what a control group or ulimit -v leaves of it.
func ask() int64 {
	root := os.DirFS("/")
	return min(total(root), groups(root), addressSpace(root))
}

// unbounded is the bound where there is none.
const unbounded = math.MaxInt64

// total returns the memory of the machine (proc(5), meminfo).
func total(root fs.FS) int64 {
	text, err := fs.ReadFile(root, "proc/meminfo")
	if err != nil {
		return assumed
	}
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		var kB int64
		if n, _ := fmt.Sscanf(lines.Text(), "MemTotal: %d kB", &kB); n == 1 && kB > 0 {
			return kB << 10
		}
	}
	return assumed
}

// groups returns the least bound of the control groups that the process is in, one
// within the other: memory.max and memory.high of version 2 (cgroups(7) and
// Documentation/admin-guide/cgroup-v2.rst of Linux), memory.limit_in_bytes of
// version 1. Within a container the path is that of the machine, but the root the
// container's own.
func groups(root fs.FS) int64 {
	text, err := fs.ReadFile(root, "proc/self/cgroup")
	if err != nil {
		return unbounded
	}
	least := int64(unbounded)
	for line := range strings.Lines(string(text)) {
		parts := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(parts) != 3 {
			continue
		}
		switch {
		case parts[0] == "0" && parts[1] == "":
			least = min(least, within(root, "sys/fs/cgroup", parts[2], "memory.max"), within(root, "sys/fs/cgroup", parts[2], "memory.high"))
		case strings.Contains(","+parts[1]+",", ",memory,"):
			least = min(least, within(root, "sys/fs/cgroup/memory", parts[2], "memory.limit_in_bytes"))
		}
	}
	return least
}

// within returns the least bound of a group and of those around it.
func within(root fs.FS, mount, group, file string) int64 {
	least := int64(unbounded)
	for at := path.Join("/", group); ; at = path.Dir(at) {
		if text, err := fs.ReadFile(root, path.Join(mount, at, file)); err == nil {
			if v, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64); err == nil && v > 0 {
				least = min(least, v)
			}
		}
		if at == "/" {
			return least
		}
	}
}

// addressSpace returns what ulimit -v leaves: addresses that are not memory count
// against it.
func addressSpace(root fs.FS) int64 {
	var bound syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_AS, &bound); err != nil || bound.Cur > math.MaxInt64 {
		return unbounded
	}
	text, err := fs.ReadFile(root, "proc/self/statm")
	var pages int64
	if n, _ := fmt.Sscan(string(text), &pages); err != nil || n != 1 {
		return unbounded
	}
	return addressable(int64(bound.Cur) - pages*int64(os.Getpagesize()) + Taken())
}

// addressable returns how much memory fits into so many addresses: half. What
// is freed keeps its addresses, and what grows is there twice while it moves.
func addressable(left int64) int64 { return max(1<<20, left/2) }
