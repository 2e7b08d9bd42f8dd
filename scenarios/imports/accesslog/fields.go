package accesslog

import "bytes"

func indexByte(text []byte, c byte) int { return bytes.IndexByte(text, c) }
func lastByte(text []byte, c byte) int  { return bytes.LastIndexByte(text, c) }

// fields reads a line field by field: words between spaces, or text between quotes.
type fields struct{ rest []byte }

// next returns the next field without its quotes, nil at the end of the line.
func (f *fields) next() []byte {
	if len(f.rest) == 0 {
		return nil
	}
	if f.rest[0] == '"' {
		return f.quoted()
	}
	end := indexByte(f.rest, ' ')
	if end < 0 {
		field := f.rest
		f.rest = nil
		return field
	}
	field := f.rest[:end]
	f.rest = f.rest[end+1:]
	return field
}

// quoted returns a field in quotes, in which a backslash makes the quote after it part
// of the text. One that is not closed takes the rest of the line.
func (f *fields) quoted() []byte {
	text := f.rest[1:]
	if end := indexByte(text, '"'); end == 0 || end > 0 && text[end-1] != '\\' { // as nearly always
		f.pass(text, end)
		return text[:end]
	}
	for end := 0; ; end++ {
		at := indexByte(text[end:], '"')
		if at < 0 {
			f.rest = nil
			return text
		}
		end += at
		slashes := 0
		for end-slashes > 0 && text[end-slashes-1] == '\\' {
			slashes++
		}
		if slashes%2 == 1 {
			continue
		}
		f.pass(text, end)
		return text[:end]
	}
}

// pass goes on behind the quote that ends a field, and the space after it.
func (f *fields) pass(text []byte, end int) {
	if f.rest = text[end+1:]; len(f.rest) > 0 && f.rest[0] == ' ' {
		f.rest = f.rest[1:]
	}
}

// skip passes over fields.
func (f *fields) skip(n int) {
	for range n {
		end := -1
		if len(f.rest) > 0 && f.rest[0] != '"' {
			end = indexByte(f.rest, ' ')
		}
		if end < 0 {
			f.next()
			continue
		}
		f.rest = f.rest[end+1:]
	}
}

// seconds reads the next field as [micros] does. An ordinary one is looked at once.
func (f *fields) seconds() (int64, bool) {
	n, places, point := int64(0), 0, false
	for i, c := range f.rest[:min(len(f.rest), mostSeconds)] {
		switch {
		case c >= '0' && c <= '9' && places < 6:
			n = n*10 + int64(c-'0')
			if point {
				places++
			}
		case c == '.' && !point && i > 0:
			point = true
		case c == ' ' && point:
			f.rest = f.rest[i+1:]
			return n * tenTo[6-places], true
		default:
			return micros(f.next())
		}
	}
	return micros(f.next())
}

// mostSeconds is the bytes of seconds that are not too many, with a point and a space.
const mostSeconds = 14

// tenTo has powers of ten.
var tenTo = [7]int64{1, 10, 100, 1e3, 1e4, 1e5, 1e6}

// number reads the next field as [whole] does. An ordinary one is looked at once.
func (f *fields) number() (int64, bool) {
	n := int64(0)
	for i, c := range f.rest[:min(len(f.rest), 18)] {
		if c >= '0' && c <= '9' {
			n = n*10 + int64(c-'0')
			continue
		}
		if c == ' ' && i > 0 {
			f.rest = f.rest[i+1:]
			return n, true
		}
		break
	}
	return whole(f.next())
}

// bytes reads the next field as a number of bytes, of which - is none.
func (f *fields) bytes() (int64, bool) {
	if len(f.rest) > 0 && (f.rest[0] == '-' || f.rest[0] == '"') {
		text := f.next()
		if string(text) == "-" {
			return 0, true
		}
		return whole(text)
	}
	return f.number()
}

// time reads the next field as [stamp] does. One of the minute that was read before it is
// read by its seconds alone.
func (f *fields) time(before *minute) (int64, bool) {
	const length = len("2018-07-02T22:22:48.364000Z")
	if len(f.rest) > length && f.rest[length] == ' ' {
		if at, ok := before.at(f.rest[:length]); ok {
			f.rest = f.rest[length+1:]
			return at, true
		}
	}
	text := f.next()
	at, ok := stamp(text)
	if ok && string(text[17:19]) != "60" {
		before.text, before.micros = [16]byte(text), at-at%60e6
	}
	return at, ok
}

// minute is one as it stands in a log, and its microseconds since 1970.
type minute struct {
	text   [16]byte
	micros int64
}

// at reads a time of the minute, with six decimals.
func (m *minute) at(text []byte) (int64, bool) {
	if [16]byte(text) != m.text || text[16] != ':' || text[19] != '.' || text[26] != 'Z' {
		return 0, false
	}
	second, a := digits(text, 17, 2)
	part, b := digits(text, 20, 6)
	return m.micros + second*1e6 + part, a && b && second < 60
}

// whole reads a number of digits only.
func whole(text []byte) (n int64, ok bool) {
	if len(text) == 0 || len(text) > 18 {
		return 0, false
	}
	for _, c := range text {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	return n, true
}

// micros reads seconds with up to six decimals that count as microseconds, -1 or - for
// unknown.
func micros(text []byte) (int64, bool) {
	if len(text) > 0 && text[0] == '-' {
		return unknown, true
	}
	point := indexByte(text, '.')
	if point < 0 {
		n, ok := whole(text)
		return n * 1e6, ok && n < 1e12
	}
	seconds, ok := whole(text[:point])
	if !ok || seconds >= 1e12 {
		return 0, false
	}
	part, ok := fraction(text[point+1:])
	return seconds*1e6 + part, ok
}

// fraction reads decimals as millionths; what is finer is cut off.
func fraction(digits []byte) (int64, bool) {
	n, places := int64(0), 0
	for _, c := range digits {
		if c < '0' || c > '9' {
			return 0, false
		}
		if places < 6 {
			n = n*10 + int64(c-'0')
			places++
		}
	}
	for ; places < 6; places++ {
		n *= 10
	}
	return n, true
}
