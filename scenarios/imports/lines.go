package imports

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strconv"
	"unicode/utf16"

	"headroom/scenarios/tree"
)

// longestLine is the most bytes of a line that are looked at.
const longestLine = 1 << 16

// Lines reads files line by line, one after the other.
type Lines struct {
	Files   tree.Files
	Names   []string
	Skipped *Skipped
	Halt    func() bool // asked now and then whether to stop; nil: never
}

// patience is how many lines are read until Halt is asked again.
const patience = 1 << 14

// Place is where a line stands.
type Place struct {
	File string
	Line int64  // from 1; 0: the file as a whole
	Part string // of a file that is no lines: what is meant, "" the whole
}

// String returns the place as it stands in messages.
func (p Place) String() string {
	switch {
	case p.Part != "":
		return p.File + ": " + p.Part
	case p.Line == 0:
		return p.File
	}
	return p.File + ":" + strconv.FormatInt(p.Line, 10)
}

// Each hands out each line without its end, blank ones left out; it is good until the
// function returns. The function returns why it leaves a line out, "" if it takes it.
// Files that begin like gzip are decompressed. What cannot be read is [Skipped], and
// what stands before it is taken.
func (l *Lines) Each(take func(at Place, line []byte) (why string)) {
	b := buffers{bufio.NewReaderSize(nil, longestLine), bufio.NewReaderSize(nil, longestLine)}
	for _, name := range l.Names {
		file, rule := l.Files.Open(name)
		if rule != "" {
			l.Skipped.Add(Place{File: name}, rule)
			continue
		}
		l.file(name, b.open(file), take)
		_ = file.Close()
		if l.halts() {
			return
		}
	}
}

// halts reports whether to stop.
func (l *Lines) halts() bool { return l.Halt != nil && l.Halt() }

// buffers are those of a file, and of what it holds if it is compressed.
type buffers struct{ file, text *bufio.Reader }

// open returns what a file holds, decompressed if it begins like gzip; nil if that is
// broken.
func (b buffers) open(file io.Reader) *bufio.Reader {
	b.file.Reset(file)
	if !isGzip(b.file) {
		return b.file // which is copied once only
	}
	plain, err := gzip.NewReader(b.file)
	if err != nil {
		return nil
	}
	b.text.Reset(plain)
	return b.text
}

// gzipMagic is how gzip begins.
var gzipMagic = []byte{0x1f, 0x8b}

// isGzip reports whether a file begins like gzip. What is wrong shows when it is read.
func isGzip(file *bufio.Reader) bool {
	magic, err := file.Peek(len(gzipMagic))
	return err == nil && bytes.Equal(magic, gzipMagic)
}

// file reads one file.
func (l *Lines) file(name string, buffer *bufio.Reader, take func(Place, []byte) string) {
	at := Place{File: name}
	if buffer == nil {
		l.Skipped.Add(at, "broken gzip: nothing of it was read")
		return
	}
	for {
		line, err := buffer.ReadSlice('\n')
		at.Line++
		if at.Line == 1 {
			if why := noLines(line); why != "" {
				l.Skipped.Add(Place{File: name}, why+": nothing of it was read")
				return
			}
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			l.Skipped.Add(at, "longer than 64 KiB")
			for errors.Is(err, bufio.ErrBufferFull) {
				_, err = buffer.ReadSlice('\n')
			}
			line = nil
		}
		if err != nil && err != io.EOF {
			l.Skipped.Add(at, "the file is broken from here on: "+rule(err))
			return
		}
		if at.Line == 1 {
			if len(line) == 0 && err == io.EOF {
				l.Skipped.Add(Place{File: name}, "is empty")
			}
			line = bytes.TrimPrefix(line, []byte("\ufeff"))
		}
		if line = trimmed(line); len(line) > 0 {
			if why := take(at, line); why != "" && bytes.IndexByte(line, 0) >= 0 {
				l.Skipped.Add(at, "has NUL bytes, which are no text: a damaged part of the file")
			} else if why != "" {
				l.Skipped.Add(at, why)
			}
		}
		if err != nil || at.Line%patience == 0 && l.halts() {
			return
		}
	}
}

// noLines says of the first line of a file why there are no lines to read, "" if there are.
func noLines(first []byte) string {
	nuls := bytes.Count(first, []byte{0})
	switch {
	case utf16Order(first) != nil:
		return "must be UTF-8 text, got UTF-16"
	case bytes.HasPrefix(first, gzipMagic):
		return "is gzip within gzip: gunzip it once"
	case nuls*4 > len(first) && (first[0] == 0) != (first[1] == 0):
		return "must be UTF-8 text, got NUL bytes between others, as in UTF-16 without a mark"
	case !bytes.HasSuffix(first, []byte("\n")) && bytes.IndexByte(trimmed(first), '\r') >= 0:
		return `must end its lines by LF or CR LF, got CR alone: tr '\r' '\n' mends it`
	}
	return ""
}

// trimmed returns a line without its end.
func trimmed(line []byte) []byte {
	for len(line) > 0 && (line[len(line)-1] == '\n' || line[len(line)-1] == '\r' || line[len(line)-1] == ' ') {
		line = line[:len(line)-1]
	}
	return line
}

// rule says in few words what ended a file.
func rule(err error) string {
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "it ends early"
	case errors.Is(err, gzip.ErrChecksum):
		return "its checksum is wrong"
	}
	return err.Error()
}

// Decompressed returns what a file holds, decompressed if it begins like gzip.
func Decompressed(file io.Reader) (io.Reader, error) {
	buffered := bufio.NewReaderSize(file, longestLine)
	if !isGzip(buffered) {
		return buffered, nil
	}
	return gzip.NewReader(buffered)
}

// largestPlain is the most bytes that a compressed file may hold that is kept as a whole.
const largestPlain = 1 << 30

// Plain returns the content of a file, decompressed if it begins like gzip.
func Plain(name string, content []byte) ([]byte, error) {
	plain, err := Decompressed(bytes.NewReader(content))
	if err != nil {
		return nil, fmt.Errorf("%s: broken gzip: %w", name, err)
	}
	text, err := io.ReadAll(io.LimitReader(plain, largestPlain+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: broken gzip: %s", name, rule(err))
	case len(text) > largestPlain:
		return nil, fmt.Errorf("%s: must hold at most 1 GiB", name)
	case bytes.HasPrefix(text, gzipMagic):
		return nil, fmt.Errorf("%s: is gzip within gzip: gunzip it once", name)
	}
	return unmarked(text), nil
}

// unmarked returns a text as UTF-8 without the mark at its beginning: what a PowerShell
// writes by > is UTF-16.
func unmarked(text []byte) []byte {
	order := utf16Order(text)
	if order == nil {
		return bytes.TrimPrefix(text, []byte("\ufeff"))
	}
	units := make([]uint16, 0, len(text)/2)
	for rest := text[2:]; len(rest) >= 2; rest = rest[2:] {
		units = append(units, order.Uint16(rest))
	}
	return []byte(string(utf16.Decode(units)))
}

// utf16Order is the order of the bytes of a text that is marked as UTF-16, nil for all others.
func utf16Order(text []byte) binary.ByteOrder {
	switch {
	case bytes.HasPrefix(text, []byte{0xff, 0xfe}):
		return binary.LittleEndian
	case bytes.HasPrefix(text, []byte{0xfe, 0xff}):
		return binary.BigEndian
	}
	return nil
}
