package tree

import "strings"

// mark is where a key or an element of a list is written. The TOML library
// tells no positions of what it has decoded, so a scan of the text finds them.
type mark struct {
	line  int
	keys  map[string]*mark
	items []*mark
}

// key returns the mark of a key, nil where the scan has not seen it.
func (m *mark) key(name string) *mark {
	if m == nil {
		return nil
	}
	return m.keys[name]
}

// item returns the mark of an element of a list.
func (m *mark) item(i int) *mark {
	if m == nil || i >= len(m.items) {
		return nil
	}
	return m.items[i]
}

// lineOr returns the line of the mark, or another one if there is no mark.
func (m *mark) lineOr(line int) int {
	if m == nil {
		return line
	}
	return m.line
}

// child returns the mark below m for a part of a key, made if need be. An array
// of tables stands for its last element.
func (m *mark) child(name string, line int) *mark {
	if n := len(m.items); n > 0 {
		m = m.items[n-1]
	}
	if m.keys == nil {
		m.keys = map[string]*mark{}
	}
	if m.keys[name] == nil {
		m.keys[name] = &mark{line: line}
	}
	return m.keys[name]
}

// open returns the mark of a key and notes its line.
func (m *mark) open(path []string, line int) *mark {
	for _, name := range path {
		m = m.child(name, line)
	}
	m.line = line
	return m
}

// deepest is how far tables, lists and dotted keys may nest. It bounds the work
// of decoding hostile text.
const deepest = 32

// scanner goes through TOML text once and never backwards. It expects valid
// text; of anything else it makes marks that nobody asks for.
type scanner struct {
	text    string
	at      int
	line    int
	tooDeep int // line where nesting goes beyond deepest; 0: nowhere
}

// locate returns the marks of a text, and the line where it nests too deep or 0.
func locate(text string) (root *mark, tooDeep int) {
	s := scanner{text: text, line: 1}
	root = &mark{line: 1}
	table := root
	for s.skipBlank(true); s.at < len(s.text); s.skipBlank(true) {
		line := s.line
		switch {
		case s.take("[["):
			list := root
			for _, name := range s.keyPath() {
				list = list.child(name, line)
			}
			table = &mark{line: line}
			list.items = append(list.items, table)
		case s.take("["):
			table = root.open(s.keyPath(), line)
		default:
			s.pair(table, 0)
		}
		s.skipLine()
	}
	return root, s.tooDeep
}

// pair reads `key = value` into m.
func (s *scanner) pair(m *mark, depth int) {
	line := s.line
	path := s.keyPath()
	if len(path) == 0 {
		return
	}
	m = m.open(path, line)
	s.skipBlank(false)
	s.take("=")
	s.skipBlank(false)
	s.value(m, depth)
}

// value reads one value.
func (s *scanner) value(m *mark, depth int) {
	if depth > deepest {
		s.stop()
		return
	}
	switch {
	case s.peek('"') || s.peek('\''):
		s.quoted()
	case s.take("["):
		for s.more("]") {
			item := &mark{line: s.line}
			m.items = append(m.items, item)
			from := s.at
			s.value(item, depth+1)
			s.mustMove(from)
		}
	case s.take("{"):
		for s.more("}") {
			from := s.at
			s.pair(m, depth+1)
			s.mustMove(from)
		}
	default:
		if n := strings.IndexAny(s.text[s.at:], ",]}#\n"); n >= 0 {
			s.at += n
		} else {
			s.at = len(s.text)
		}
	}
}

// more goes to the next element of a list or inline table; it is false at the
// end.
func (s *scanner) more(end string) bool {
	s.skipBlank(true)
	s.take(",")
	s.skipBlank(true)
	return s.at < len(s.text) && !s.take(end)
}

// mustMove ends the scan of text that is no TOML, where an element has no
// length.
func (s *scanner) mustMove(from int) {
	if s.at == from {
		s.at = len(s.text)
	}
}

// keyPath reads the parts of a dotted key.
func (s *scanner) keyPath() []string {
	var path []string
	for {
		s.skipBlank(false)
		name, ok := s.keyPart()
		if !ok {
			return path
		}
		if path = append(path, name); len(path) > deepest {
			s.stop()
			return path
		}
		s.skipBlank(false)
		if !s.take(".") {
			return path
		}
	}
}

func (s *scanner) keyPart() (string, bool) {
	if s.peek('"') || s.peek('\'') {
		escapes := s.peek('"')
		name := s.quoted()
		if escapes {
			name = unescaped(name)
		}
		return name, true
	}
	from := s.at
	for s.at < len(s.text) && isBare(s.text[s.at]) {
		s.at++
	}
	return s.text[from:s.at], s.at > from
}

// unescaped returns what the escapes of a quoted key stand for; a key that is no
// TOML stays as it is.
func unescaped(name string) string {
	if !strings.Contains(name, `\`) {
		return name
	}
	if n, err := ParseValue(`"`+name+`"`, Position{}); err == nil {
		if text, ok := n.AsText(); ok {
			return text
		}
	}
	return name
}

func isBare(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-'
}

// quoted reads a string and returns what is between its quotes, escapes as they
// stand.
func (s *scanner) quoted() string {
	quote := s.text[s.at : s.at+1]
	if s.take(quote + quote + quote) {
		return s.multiline(quote)
	}
	s.at++
	from := s.at
	for s.at < len(s.text) && s.text[s.at] != '\n' {
		switch {
		case s.text[s.at] == '\\' && quote == `"` && s.at+1 < len(s.text) && s.text[s.at+1] != '\n':
			s.at += 2
		case s.take(quote):
			return s.text[from : s.at-1]
		default:
			s.at++
		}
	}
	return s.text[from:s.at]
}

// multiline reads a string of several lines, whose end may follow up to two
// quotes of its own.
func (s *scanner) multiline(quote string) string {
	from := s.at
	for s.at < len(s.text) {
		switch {
		case s.take(quote + quote + quote):
			for range 2 {
				s.take(quote)
			}
			return s.text[from:s.at]
		case s.text[s.at] == '\\' && quote == `"` && s.at+1 < len(s.text) && s.text[s.at+1] != '\n':
			s.at += 2
		default:
			s.step()
		}
	}
	return s.text[from:]
}

// skipBlank goes over spaces, and over newlines and comments too if told.
func (s *scanner) skipBlank(newlines bool) {
	for s.at < len(s.text) {
		switch c := s.text[s.at]; {
		case c == ' ' || c == '\t' || c == '\r':
			s.at++
		case newlines && c == '\n':
			s.step()
		case newlines && c == '#':
			for s.at < len(s.text) && s.text[s.at] != '\n' {
				s.at++
			}
		default:
			return
		}
	}
}

// skipLine goes to the end of the line.
func (s *scanner) skipLine() {
	for s.at < len(s.text) && s.text[s.at] != '\n' {
		s.at++
	}
}

func (s *scanner) step() {
	if s.text[s.at] == '\n' {
		s.line++
	}
	s.at++
}

func (s *scanner) peek(c byte) bool { return s.at < len(s.text) && s.text[s.at] == c }

func (s *scanner) take(token string) bool {
	if !strings.HasPrefix(s.text[s.at:], token) {
		return false
	}
	s.at += len(token)
	return true
}

// stop gives up where the text nests too deep.
func (s *scanner) stop() {
	s.tooDeep = s.line
	s.at = len(s.text)
}
