package scenarios

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/BurntSushi/toml"
)

// override applies the assignments "key=value" to a tree, in order, and returns
// what is wrong with them.
func override(root *node, assignments []string) Faults {
	var faults Faults
	for _, assignment := range assignments {
		if path, rule := assign(root, assignment); rule != "" {
			faults = append(faults, Fault{File: "--set", Path: path, Rule: rule, Got: strconv.Quote(assignment)})
		}
	}
	return faults
}

// assign applies one assignment. The key is a dotted path, in which an element
// of a list goes by its index or its name; the value is TOML, or else a string.
func assign(root *node, assignment string) (path, rule string) {
	key, value, ok := strings.Cut(assignment, "=")
	if !ok {
		return "", "must be key=value"
	}
	parts, err := splitKey(key)
	if err != nil || len(parts) == 0 {
		return "", "must begin with a dotted key"
	}
	at := position{file: "--set"}
	n, err := parseValue(value, at)
	if err != nil {
		n = &node{at: at, form: scalarForm, scalar: value}
	}
	return strings.TrimSpace(key), root.set(parts, n)
}

// splitKey takes a dotted key apart: a part may be quoted.
func splitKey(key string) ([]string, error) {
	s := scanner{text: strings.TrimSpace(key), line: 1}
	path := s.keyPath()
	if s.at < len(s.text) || s.tooDeep > 0 {
		return nil, errors.New("malformed key")
	}
	return path, nil
}

// set puts a value at a path below n. It returns what is wrong with the path.
func (n *node) set(path []string, value *node) string {
	name, rest := path[0], path[1:]
	switch n.form {
	case tableForm:
		if len(rest) == 0 {
			n.table[name] = value
			return ""
		}
		if n.table[name] == nil {
			n.table[name] = newTable(value.at)
		}
		return n.table[name].set(rest, value)
	case listForm:
		i := n.element(name)
		if i < 0 {
			return fmt.Sprintf("element %q is not in the list: name one by its name or by 0..%d", name, len(n.list)-1)
		}
		if len(rest) == 0 {
			n.list[i] = value
			return ""
		}
		return n.list[i].set(rest, value)
	default:
		return fmt.Sprintf("nothing can be below a value, so not %q", name)
	}
}

// element returns the index of an element of a list by its index or its name,
// -1 if there is none.
func (n *node) element(name string) int {
	if i, err := strconv.Atoi(name); err == nil && i >= 0 && i < len(n.list) {
		return i
	}
	for i, e := range n.list {
		if e.form == tableForm && e.table["name"] != nil && e.table["name"].scalar == name {
			return i
		}
	}
	return -1
}

// parseValue decodes one value of TOML.
func parseValue(text string, at position) (*node, error) {
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
