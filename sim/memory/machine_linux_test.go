package memory

import (
	"testing"
	"testing/fstest"
)

func TestControlGroupsBoundTheMachine(t *testing.T) {
	for name, c := range map[string]struct {
		files map[string]string
		want  int64
	}{
		"none": {map[string]string{}, unbounded},
		"version 2": {map[string]string{
			"proc/self/cgroup": "0::/user/job\n", "sys/fs/cgroup/user/job/memory.max": "2048\n", "sys/fs/cgroup/user/memory.max": "max\n",
		}, 2048},
		"version 2, one around": {map[string]string{
			"proc/self/cgroup": "0::/user/job\n", "sys/fs/cgroup/user/job/memory.max": "max\n", "sys/fs/cgroup/user/memory.max": "1024\n",
		}, 1024},
		"version 2, slowed down before": {map[string]string{
			"proc/self/cgroup": "0::/job\n", "sys/fs/cgroup/job/memory.max": "2048\n", "sys/fs/cgroup/job/memory.high": "1024\n",
		}, 1024},
		"version 1 in a container": {map[string]string{
			"proc/self/cgroup": "5:cpu:/x\n4:memory:/docker/abc\n", "sys/fs/cgroup/memory/memory.limit_in_bytes": "4096\n",
		}, 4096},
		"version 1, unlimited": {map[string]string{
			"proc/self/cgroup": "4:memory:/\n", "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
		}, 9223372036854771712},
	} {
		root := fstest.MapFS{}
		for path, text := range c.files {
			root[path] = &fstest.MapFile{Data: []byte(text)}
		}
		if got := groups(root); got != c.want {
			t.Errorf("%s: got %d, want %d", name, got, c.want)
		}
	}
}

func TestMachineTellsItsMemory(t *testing.T) {
	root := fstest.MapFS{"proc/meminfo": {Data: []byte("MemTotal:        1000 kB\nMemFree: 5 kB\n")}}
	if got := total(root); got != 1000<<10 {
		t.Errorf("got %d", got)
	}
	if got := total(fstest.MapFS{}); got != assumed {
		t.Errorf("got %d without /proc", got)
	}
	if got := Machine(); got < 64<<20 {
		t.Errorf("this machine has %d bytes", got)
	}
}

// A buffer that grows needs its old and its new place at once.
func TestAddressesLeaveRoomToGrow(t *testing.T) {
	if got := addressable(2 << 30); got != 1<<30 {
		t.Errorf("got %d of %d addresses", got, 2<<30)
	}
	if got := addressable(-1); got != 1<<20 {
		t.Errorf("got %d where none are left", got)
	}
}
