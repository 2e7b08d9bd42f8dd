//go:build unix

package folder_test

import (
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"headroom/results/folder"
)

// A pipe takes the content as it comes and stays a pipe; so does a device, which a name
// of its own would replace for all programs of the machine.
func TestWriteLeavesDevicesAndLinksThere(t *testing.T) {
	dir := t.TempDir()
	pipe, file, link := filepath.Join(dir, "pipe"), filepath.Join(dir, "file"), filepath.Join(dir, "link")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Skip(err)
	}
	if err := os.WriteFile(file, []byte("earlier"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("file", link); err != nil {
		t.Fatal(err)
	}
	said := func(w io.Writer) error {
		_, err := io.WriteString(w, "said")
		return err
	}
	heard := make(chan string, 1)
	reader, err := os.OpenFile(pipe, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		content := make([]byte, 9)
		n, _ := reader.Read(content)
		heard <- string(content[:n])
	}()
	if err := folder.Write(sound(), pipe, said); err != nil {
		t.Error(err)
	}
	if now, err := os.Lstat(pipe); err != nil || now.Mode()&os.ModeNamedPipe == 0 {
		t.Fatalf("the pipe is %v now, %v", now.Mode(), err)
	}
	if got := <-heard; got != "said" {
		t.Errorf("the pipe took %q", got)
	}
	if err := folder.Write(sound(), link, said); err != nil {
		t.Error(err)
	}
	if to, err := os.Readlink(link); err != nil || to != "file" {
		t.Errorf("the link leads to %q, %v", to, err)
	}
	if got, err := os.ReadFile(file); string(got) != "said" {
		t.Errorf("the file holds %q, %v", got, err)
	}
}
