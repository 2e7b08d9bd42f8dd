package main

import (
	"bytes"
	"encoding/binary"
	"io"
)

// buildIDWithin is how far from the beginning of a program the linker of Go writes its
// build ID.
const buildIDWithin = 32 << 10

// buildID returns the ID that go build gives a program, by what it was built from and
// what came of it; "" if it has none. Reading it takes microseconds, where to sum the program up takes a
// quarter of a second.
func buildID(program io.Reader) (string, error) {
	head := make([]byte, buildIDWithin)
	n, err := io.ReadFull(program, head)
	if err != nil && err != io.ErrUnexpectedEOF && err != io.EOF {
		return "", err
	}
	head = head[:n]
	if bytes.HasPrefix(head, []byte("\x7fELF")) {
		return elfBuildID(head), nil
	}
	_, id, _ := bytes.Cut(head, []byte("\xff Go build ID: \""))
	id, _, whole := bytes.Cut(id, []byte("\"\n \xff"))
	if !whole {
		return "", nil
	}
	return string(id), nil
}

// elfBuildID finds the note of Go with the build ID in the head of an ELF file of either
// byte order.
func elfBuildID(head []byte) string {
	for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
		var kind [4]byte
		order.PutUint32(kind[:], 4) // of the note; its name is as long
		before, id, found := bytes.Cut(head, append(kind[:], "Go\x00\x00"...))
		if !found || len(before) < 8 || !bytes.Equal(before[len(before)-8:len(before)-4], kind[:]) {
			continue
		}
		if length := order.Uint32(before[len(before)-4:]); uint64(length) <= uint64(len(id)) {
			return string(id[:length])
		}
	}
	return ""
}
