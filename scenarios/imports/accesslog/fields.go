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
		f.rest = text[end+1:]
		if len(f.rest) > 0 && f.rest[0] == ' ' {
			f.rest = f.rest[1:]
		}
		return text[:end]
	}
}

// skip passes over fields.
func (f *fields) skip(n int) {
	for range n {
		f.next()
	}
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
