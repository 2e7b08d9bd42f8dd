package sweep

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"io"
	"strings"
)

// A journal begins with a line that says what it is and in which version, and a
// line with the journal's own name. Records follow.
const (
	headerKind    = "headroom sweep journal "
	headerVersion = "2"
	headerLine    = headerKind + headerVersion + "\n"
	nameLength    = 26 // of rand.Text
	headerLength  = len(headerLine) + nameLength + 1
)

// A record is a marker, the length of what follows the head, its sequence number
// and a checksum; then a byte for its kind and the content. The checksum is over
// the name of the journal as well, so that no record of another one passes.
const (
	marker       = "\xf7Rec"
	recordHead   = 24
	kindManifest = 'M'
	kindLayout   = 'L'
	kindRow      = 'R'
	kindLeft     = 'A' // of an [Archive]
)

// header returns the beginning of a journal.
func header(name string) string { return headerLine + name + "\n" }

// encodeRecord writes a record of a journal as bytes.
func encodeRecord(name string, sequence uint64, kind byte, content []byte) []byte {
	b := make([]byte, recordHead, recordHead+1+len(content))
	b = append(append(b, kind), content...)
	copy(b, marker)
	binary.LittleEndian.PutUint32(b[4:], uint32(len(content)+1))
	binary.LittleEndian.PutUint64(b[8:], sequence)
	sum := checksum(name, b[4:16], b[recordHead:])
	copy(b[16:recordHead], sum[:8])
	return b
}

func checksum(name string, head, body []byte) (sum [sha256.Size]byte) {
	h := sha256.New()
	h.Write([]byte(name))
	h.Write(head)
	h.Write(body)
	h.Sum(sum[:0])
	return sum
}

// record is one of a journal.
type record struct {
	at       int64 // of its head
	sequence uint64
	body     []byte // until the next one is read
}

func (r *record) end() int64 { return r.at + recordHead + int64(len(r.body)) }

// scan reads the records of a journal one after the other and passes over what is
// none. It allocates what a record that is there needs, whatever a head says.
type scan struct {
	file   io.ReaderAt
	size   int64
	name   string // of the journal
	at     int64  // where the next record should begin
	next   uint64 // the sequence number that it should have
	good   int64  // the end of the last record
	vain   int64  // bytes that may yet be read of what proves no record
	window []byte
	from   int64 // of the window
	lost   Loss
}

// windowSize is how much is read at a time.
const windowSize = 1 << 20

func newScan(file io.ReaderAt, size int64, name string) *scan {
	start := int64(headerLength)
	return &scan{file: file, size: size, name: name, at: start, good: start, vain: 4*size + windowSize}
}

// view returns bytes of the file, nil if it has not so many there.
func (s *scan) view(at, n int64) ([]byte, error) {
	if n > s.size-at {
		return nil, nil
	}
	if at < s.from || at+n > s.from+int64(len(s.window)) {
		most := min(max(n, windowSize), s.size-at)
		if int64(cap(s.window)) < most {
			s.window = make([]byte, most)
		}
		s.window, s.from = s.window[:most], at
		if _, err := s.file.ReadAt(s.window, at); err != nil {
			s.window = s.window[:0]
			return nil, err
		}
	}
	return s.window[at-s.from:][:n], nil
}

// record returns what begins at a place, false if that is no record.
func (s *scan) record(at int64) (record, bool, error) {
	head, err := s.view(at, recordHead)
	if head == nil || string(head[:len(marker)]) != marker {
		return record{}, false, err
	}
	var fields [recordHead - 4]byte
	copy(fields[:], head[4:])
	length := int64(binary.LittleEndian.Uint32(fields[:]))
	body, err := s.view(at+recordHead, length)
	if len(body) == 0 {
		return record{}, false, err
	}
	sum := checksum(s.name, fields[:12], body)
	if !bytes.Equal(sum[:8], fields[12:]) {
		s.vain -= length
		return record{}, false, nil
	}
	return record{at, binary.LittleEndian.Uint64(fields[4:]), body}, true, nil
}

// Next returns the next record that is whole and in its order, false after the
// last.
func (s *scan) Next() (record, bool, error) {
	for s.at < s.size {
		r, ok, err := s.record(s.at)
		if !ok && err == nil {
			s.lost.damaged(s.at)
			r, ok, err = s.search(s.at + 1)
		}
		if !ok || err != nil {
			s.at = s.size
			return record{}, false, err
		}
		s.at, s.good = r.end(), r.end()
		if r.sequence < s.next {
			s.lost.Repeated++
			continue
		}
		if r.sequence > s.next {
			s.lost.damaged(r.at)
			s.lost.Missing += r.sequence - s.next
		}
		s.next = r.sequence + 1
		return r, true, nil
	}
	return record{}, false, nil
}

// search looks for the first record from a place on.
func (s *scan) search(at int64) (record, bool, error) {
	for at <= s.size-recordHead && s.vain > 0 {
		n := s.from + int64(len(s.window)) - at // what is in the window already
		if n < recordHead || at < s.from {
			n = min(windowSize, s.size-at)
		}
		some, err := s.view(at, n)
		if err != nil {
			return record{}, false, err
		}
		i := bytes.Index(some, []byte(marker))
		if i < 0 {
			at += int64(len(some) - len(marker) + 1)
			continue
		}
		at += int64(i)
		if r, ok, err := s.record(at); ok || err != nil {
			return r, ok, err
		}
		at++
	}
	return record{}, false, nil
}

// beginning says what a file begins with, "" if it is a journal of this version.
// A file that is the first part of one is none yet, and torn.
func beginning(file io.ReaderAt, size int64) (name, rule string, torn bool, err error) {
	b := make([]byte, min(size, int64(headerLength)))
	if _, err := file.ReadAt(b, 0); err != nil {
		return "", "", false, err
	}
	text := string(b)
	line, rest, _ := strings.Cut(text, "\n")
	switch {
	case strings.HasPrefix(headerLine, text):
		return "", "", true, nil
	case len(b) > 9 && b[8] == kindManifest && b[9] == '{':
		return "", "was begun by an earlier version of headroom; choose another directory, or remove this one", false, nil
	case !strings.HasPrefix(text, headerKind):
		return "", "is no journal of a sweep", false, nil
	case line+"\n" != headerLine:
		return "", "is of version " + short(strings.ToValidUTF8(strings.TrimPrefix(line, headerKind), "�"), 0) + ", this program writes version " +
			headerVersion + "; choose another directory, or the program that began it", false, nil
	case size < int64(headerLength):
		return rest, "", true, nil
	case rest[nameLength] != '\n':
		return "", ruleDamaged, false, nil
	}
	return rest[:nameLength], "", false, nil
}

// ruleDamaged is said of a journal that nobody can tell the sweep of.
const ruleDamaged = "is damaged where it says to which sweep it belongs: restore it, or remove it to begin anew"
