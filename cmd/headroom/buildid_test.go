package main

import (
	"bytes"
	"encoding/binary"
	"os"
	"os/exec"
	"strings"
	"testing"
)

func TestBuildIDIsTheGoToolsOwn(t *testing.T) {
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	want, err := exec.Command("go", "tool", "buildid", program).Output()
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(program)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if got, err := buildID(file); err != nil || got == "" || got != strings.TrimSpace(string(want)) {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
}

// The forms in which the linker writes it, and programs that have none.
func TestBuildIDIsFoundOnEverySystem(t *testing.T) {
	note := func(order binary.AppendByteOrder, id string, length int) string {
		b := order.AppendUint32([]byte("\x7fELF.........\x00GNU.."), 4)
		b = order.AppendUint32(b, uint32(length))
		b = append(order.AppendUint32(b, 4), "Go\x00\x00"...)
		return string(b) + id + "\x00more"
	}
	for _, c := range []struct{ name, head, want string }{
		{"little-endian ELF", note(binary.LittleEndian, "a/b/c", 5), "a/b/c"},
		{"big-endian ELF", note(binary.BigEndian, "a/b/c", 5), "a/b/c"},
		{"Mach-O or PE", "MZ...\xff Go build ID: \"a/b\"\n \xff...", "a/b"},
		{"an ID that is cut off", "MZ...\xff Go build ID: \"a/b", ""},
		{"a note that is cut off", note(binary.LittleEndian, "a/b/c", 5000), ""},
		{"none, in ELF", "\x7fELF", ""},
		{"beyond where it is written", strings.Repeat(".", buildIDWithin) + "\xff Go build ID: \"a/b\"\n \xff", ""},
		{"nothing", "", ""},
	} {
		if got, err := buildID(bytes.NewReader([]byte(c.head))); err != nil || got != c.want {
			t.Errorf("%s: got %q, %v, want %q", c.name, got, err, c.want)
		}
	}
}
