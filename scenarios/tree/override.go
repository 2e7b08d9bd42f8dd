package tree

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/BurntSushi/toml"
)

// Assigned is the file in the position of what an override sets.
const Assigned = "--set"

// Override applies the assignments "key=value" to a tree, in order, and returns
// what is wrong with them.
func Override(root *Node, assignments []string) []Mistake {
	var mistakes []Mistake
	for _, assignment := range assignments {
		if path, rule := assign(root, assignment); rule != "" {
			mistakes = append(mistakes, Mistake{Position{File: Assigned}, path, rule, strconv.Quote(assignment)})
		}
	}
	return mistakes
}

// assign applies one assignment. The key is a dotted path, in which an element
// of a list goes by its index or its name; the value is TOML, or else a string.
func assign(root *Node, assignment string) (path, rule string) {
	s := scanner{text: assignment, line: 1}
	parts := s.keyPath()
	s.skipBlank(false)
	key := s.text[:s.at]
	switch {
	case len(parts) > 0 && endsInDot(key) && s.peek('='):
		return strings.TrimSpace(key), "must not end in a dot: a key follows it"
	case len(parts) > 0 && s.tooDeep == 0 && s.take("="):
	case !strings.Contains(assignment, "="):
		return "", "must be key=value"
	default:
		return "", "must begin with a dotted key"
	}
	value := s.text[s.at:]
	if parts[0] == "include" {
		return strings.TrimSpace(key), "must stand in the file: what it includes is read before anything is set"
	}
	at := Position{File: Assigned}
	n, err := ParseValue(value, at)
	if err != nil && isWhole(value) {
		return strings.TrimSpace(key), "must be an integer of at most 9223372036854775807"
	}
	if err != nil {
		n = &Node{At: at, Form: ScalarForm, Scalar: value}
	}
	return strings.TrimSpace(key), root.Set(parts, n)
}

// isWhole reports whether a text is an integer, however large.
func isWhole(text string) bool {
	digits := strings.ReplaceAll(strings.TrimLeft(strings.TrimSpace(text), "+-"), "_", "")
	return len(digits) > 18 && digits[0] != '0' && strings.Trim(digits, "0123456789") == ""
}

// SplitKey takes a dotted key apart: a part may be quoted.
func SplitKey(key string) ([]string, error) {
	s := scanner{text: strings.TrimSpace(key), line: 1}
	path := s.keyPath()
	if s.at < len(s.text) || s.tooDeep > 0 || endsInDot(key) {
		return nil, errors.New("malformed key")
	}
	return path, nil
}

func endsInDot(key string) bool { return strings.HasSuffix(strings.TrimSpace(key), ".") }

// MustParse decodes a value of TOML that stands in this program, the first time.
func MustParse(value string) *Node {
	if plain, is := literal(value); is {
		return newNode(plain, nil, Position{})
	}
	if known, ok := decoded.Load(value); ok {
		return known.(*Node).Copy()
	}
	n, err := ParseValue(value, Position{})
	if err != nil {
		panic(fmt.Sprintf("tree: %s: %v", value, err))
	}
	decoded.Store(value, n.Copy())
	return n
}

// decoded are the values that [MustParse] has seen, which nobody changes.
var decoded sync.Map // of string: *Node

// literal decodes a flag, a whole number or a text as most values in the program are. It
// leaves all others to the decoder of TOML, which takes a hundred times as long.
func literal(value string) (plain any, is bool) {
	if value == "true" || value == "false" {
		return value == "true", true
	}
	if text, opened := strings.CutPrefix(value, `"`); opened {
		text, closed := strings.CutSuffix(text, `"`)
		return text, closed && !strings.ContainsAny(text, "\"\\\n\r\t")
	}
	const most = 15 // digits, which 64 bits hold
	if value == "" || len(value) > most || value[0] == '0' && value != "0" || strings.Trim(value, "0123456789") != "" {
		return nil, false
	}
	n, err := strconv.ParseInt(value, 10, 64)
	return n, err == nil
}

// ParseValue decodes one value of TOML.
func ParseValue(text string, at Position) (*Node, error) {
	source := "value = " + text
	if _, tooDeep := locate(source); tooDeep > 0 {
		return nil, errors.New("nests too deep")
	}
	var holder map[string]any
	if _, err := toml.Decode(source, &holder); err != nil {
		return nil, err
	}
	if len(holder) != 1 {
		return nil, errors.New("more than one value")
	}
	return newNode(holder["value"], nil, at), nil
}
