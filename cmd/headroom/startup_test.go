package main

import (
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
	"time"
)

// initialised is a line of GODEBUG=inittrace=1: what the variables of a package take before main.
var initialised = regexp.MustCompile(`(?m)^init (\S+) .* (\d+) bytes, (\d+) allocs$`)

// Whatever is not wanted at every start is made when it is wanted. What the program's own
// packages allocate before it begins are some maps of words: an expression that is compiled there
// is 5 kB, a table more. What libraries allocate is ten times as much, and each page of it is a fault that
// the kernel answers before anything is printed: one that sets up 600 kB shows here.
func TestStartupAllocatesLittle(t *testing.T) {
	const mostBytes, mostOfOne, mostAllocs = 64 << 10, 12 << 10, 500
	const mostOfAll = 1100 << 10
	c := exec.Command("headroom", "version")
	c.Env = append(os.Environ(), "GODEBUG=inittrace=1")
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	packages, bytes, allocs, all := 0, 0, 0, 0
	for _, m := range initialised.FindAllSubmatch(out, -1) {
		name := string(m[1])
		b, _ := strconv.Atoi(string(m[2]))
		all += b
		if !strings.HasPrefix(name, "headroom/") || name == "headroom/cmd/headroom" || name == "headroom/sim/notebook" { // of tests, too
			continue
		}
		n, _ := strconv.Atoi(string(m[3]))
		if b > mostOfOne {
			t.Errorf("%s allocates %d bytes in %d pieces before main, want at most %d", name, b, n, mostOfOne)
		}
		packages, bytes, allocs = packages+1, bytes+b, allocs+n
	}
	t.Logf("%d packages allocate %d bytes in %d pieces before main, with libraries %d bytes", packages, bytes, allocs, all)
	if all > mostOfAll {
		t.Errorf("packages and libraries allocate %d bytes before main, want at most %d", all, mostOfAll)
	}
	if packages < 10 || bytes > mostBytes || allocs > mostAllocs {
		t.Errorf("%d packages allocate %d bytes in %d pieces before main, want at most %d in %d", packages, bytes, allocs, mostBytes, mostAllocs)
	}
}

// The first collection comes late, the others as ever; points of a sweep outlast it.
func TestOnlyTheFirstCollectionIsLate(t *testing.T) {
	t.Setenv("GOGC", "")
	percent := func() int {
		now := debug.SetGCPercent(-1)
		debug.SetGCPercent(now)
		return now
	}
	defer debug.SetGCPercent(percent())
	collectLate()
	if got := percent(); got != earlyPercent {
		t.Errorf("%d %% at the start, want %d", got, earlyPercent)
	}
	end := collectSeldom(10)
	points := percent()
	if points != garbagePercent(10) || points == usualPercent || points == earlyPercent {
		t.Errorf("%d %% while points are computed, want %d", points, garbagePercent(10))
	}
	early := func() bool {
		collector.Lock()
		defer collector.Unlock()
		return collector.early
	}
	for deadline := time.Now().Add(10 * time.Second); early() && time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		runtime.GC()
	}
	if got := percent(); early() || got != points {
		t.Errorf("%d %% after a collection, want %d still", got, points)
	}
	end()
	if got := percent(); got != usualPercent {
		t.Errorf("%d %% in the end, want %d", got, usualPercent)
	}
}
