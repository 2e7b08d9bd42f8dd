package routing

import "strings"

// Pattern is a compiled host or path pattern: * stands for any characters or
// none, ? for exactly one. Characters are bytes.
type Pattern struct {
	parts    []string // between the stars
	foldCase bool     // parts are in lower case and so is the text taken
}

// CompilePath returns the pattern of a path, which is case-sensitive.
func CompilePath(pattern string) Pattern {
	return Pattern{parts: strings.Split(pattern, "*")}
}

// CompileHost returns the pattern of a host name, which ignores ASCII case.
func CompileHost(pattern string) Pattern {
	lower := []byte(pattern)
	for i, c := range lower {
		lower[i] = lowerASCII(c)
	}
	return Pattern{parts: strings.Split(string(lower), "*"), foldCase: true}
}

// Match reports whether the whole text matches. It goes through the text once,
// because the earliest place of each part between two stars is as good as any
// later one: the cost is at most the length of the text times the longest part.
func (p Pattern) Match(text string) bool {
	first, last := p.parts[0], p.parts[len(p.parts)-1]
	if len(p.parts) == 1 {
		return len(text) == len(first) && p.at(text, first)
	}
	if len(text) < len(first)+len(last) || !p.at(text, first) || !p.at(text[len(text)-len(last):], last) {
		return false
	}
	text = text[len(first) : len(text)-len(last)]
	for _, part := range p.parts[1 : len(p.parts)-1] {
		for len(text) >= len(part) && !p.at(text, part) {
			text = text[1:]
		}
		if len(text) < len(part) {
			return false
		}
		text = text[len(part):]
	}
	return true
}

// at reports whether text, which is long enough, begins with part.
func (p Pattern) at(text, part string) bool {
	for i := range len(part) {
		c := text[i]
		if p.foldCase {
			c = lowerASCII(c)
		}
		if part[i] != c && part[i] != '?' {
			return false
		}
	}
	return true
}

func lowerASCII(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// equalFolded compares texts without regard to ASCII case.
func equalFolded(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) {
		if lowerASCII(a[i]) != lowerASCII(b[i]) {
			return false
		}
	}
	return true
}

// contains reports whether a pattern matches all that another one matches, in so far as
// each star of the other lies within one of its own and each ? at a star or ? of its own.
func contains(pattern, other string, fold bool) bool {
	at, star, from := 0, -1, 0
	for i := 0; i < len(other); {
		switch {
		case at < len(pattern) && pattern[at] == '*':
			star, from = at, i
			at++
		case at < len(pattern) && other[i] != '*' && (pattern[at] == '?' || pattern[at] == other[i] && other[i] != '?' || fold && lowerASCII(pattern[at]) == lowerASCII(other[i]) && other[i] != '?'):
			at, i = at+1, i+1
		case star >= 0: // the last star takes one more
			from++
			at, i = star+1, from
		default:
			return false
		}
	}
	return strings.Trim(pattern[at:], "*") == ""
}
