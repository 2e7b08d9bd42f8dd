package main

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"strings"
)

// blockSize is about how many bytes of text a packed table's block has. It makes the files a
// twentieth larger than they were in one piece.
const blockSize = 16 << 10

// packed returns the table as a file of gzip whose members can be found and read alone:
// see packed of package catalog, which reads it.
func (t output) packed() ([]byte, error) {
	var file []byte
	text := t.text()
	for text != "" {
		size := min(blockSize, len(text))
		for size < len(text) && (text[size-1] != '\n' || firstCell(text[size:]) == firstCell(lastLine(text[:size]))) {
			size++
		}
		first := text
		if len(file) == 0 {
			first = strings.TrimPrefix(text, t.notice+t.header+"\n")
		}
		member, err := pack(text[:size], firstCell(first))
		if err != nil {
			return nil, err
		}
		file = append(file, member...)
		text = text[size:]
	}
	return file, nil
}

// pack returns a member of a gzip file, with its length and a name in its header.
func pack(text, name string) ([]byte, error) {
	var member bytes.Buffer
	zip, err := gzip.NewWriterLevel(&member, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	extra := []byte{'B', 'C', 2, 0, 0, 0, 'H', 'R', byte(len(name)), 0}
	zip.Extra = append(extra, name...) // no time either: mtime 0
	if _, err := zip.Write([]byte(text)); err != nil {
		return nil, err
	}
	if err := zip.Close(); err != nil {
		return nil, err
	}
	binary.LittleEndian.PutUint16(member.Bytes()[16:], uint16(member.Len()-1))
	return member.Bytes(), nil
}

// firstCell returns the first cell of the first line of a text.
func firstCell(text string) string {
	cell, _, _ := strings.Cut(text, ",")
	return cell
}

// lastLine returns the last line of a text that ends with one.
func lastLine(text string) string {
	return text[strings.LastIndexByte(text[:len(text)-1], '\n')+1:]
}
