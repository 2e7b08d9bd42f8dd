//go:build unix

package regular

import (
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestOnlyRegularFilesAreRead(t *testing.T) {
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	if err := os.WriteFile(path("text"), []byte("hello"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(path("pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(path("pipe"), path("link")); err != nil {
		t.Fatal(err)
	}
	socket, err := net.Listen("unix", path("socket"))
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	for _, c := range []struct{ path, want, system string }{
		{path("text"), "", ""},
		{dir, "is a directory", ""},
		{path("pipe"), "must be a regular file, not a pipe", ""},
		{path("link"), "must be a regular file, not a pipe", ""},
		{path("socket"), "cannot be read: no such device or address", "linux"},
		{"/dev/zero", "must be a regular file, not a device", ""},
		{"/proc/self/maps", "must be a regular file, not one of /proc", "linux"},
		{"/sys/kernel/notes", "must be a regular file, not one of /sys", "linux"},
		{path("text") + "/below", "cannot be read: not a directory", ""},
	} {
		if c.system != "" && c.system != runtime.GOOS {
			continue
		}
		begun := time.Now()
		f, err := Open(c.path)
		got := ""
		if err != nil {
			got = err.Error()
		} else {
			f.Close()
		}
		if got != c.want && !(strings.HasPrefix(c.path, "/sys") && errors.Is(err, fs.ErrNotExist)) {
			t.Errorf("%s: got %q, want %q", c.path, got, c.want)
		}
		if took := time.Since(begun); took > 10*time.Second {
			t.Errorf("%s: took %v", c.path, took)
		}
	}
	if _, err := Open(path("nothing")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}

// A pipe is read where it may be, is empty if nobody writes to it, and what is neither a
// pipe nor a regular file is refused there, too.
func TestPipesAreStreams(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	read := func(write func()) string {
		f, piped, err := OpenStream(path)
		if err != nil || !piped {
			t.Fatalf("got %t, %v, want a pipe", piped, err)
		}
		defer f.Close()
		write()
		text, err := io.ReadAll(f)
		if err != nil {
			t.Error(err)
		}
		return string(text)
	}
	if got := read(func() {}); got != "" {
		t.Errorf("nobody wrote %q", got)
	}
	got := read(func() {
		if err := os.WriteFile(path, []byte("hello"), 0); err != nil {
			t.Error(err)
		}
	})
	if got != "hello" {
		t.Errorf("got %q, want hello", got)
	}
	if _, _, err := OpenStream("/dev/zero"); err == nil || err.Error() != "must be a regular file, not a device" {
		t.Errorf("got %v", err)
	}
}

func TestReadIsBounded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "text")
	if err := os.WriteFile(path, []byte("hello"), 0o600); err != nil {
		t.Fatal(err)
	}
	if text, err := Read(path, 5); err != nil || string(text) != "hello" {
		t.Errorf("got %q, %v", text, err)
	}
	if text, err := Read(path, 4); err == nil || err.Error() != "must be at most 4 bytes" {
		t.Errorf("got %q, %v", text, err)
	}
}
