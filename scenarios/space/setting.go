package space

import (
	"strconv"
	"strings"
	"unicode"

	"headroom/scenarios/tree"
)

// Setting is what a point gives to an axis.
type Setting struct {
	Text    string // a string as it is, anything else as TOML; "" if the axis does not apply
	Brief   string // the same for a table's column: of what has one key only its value
	Number  float64
	Numeric bool

	Before, Unit string // of a quantity from a range: what stands around Number
}

// measure takes a quantity from a range apart.
func (s *Setting) measure(n *tree.Node) {
	if value, before, unit, ok := splitQuantity(n); ok {
		s.Number, s.Before, s.Unit = value, before, unit
	}
}

func settingOf(n *tree.Node) Setting {
	if n == nil {
		return Setting{}
	}
	switch v := n.Scalar.(type) {
	case int64:
		text := strconv.FormatInt(v, 10)
		return Setting{Text: text, Brief: text, Number: float64(v), Numeric: true}
	case float64:
		text := strconv.FormatFloat(v, 'f', -1, 64)
		return Setting{Text: text, Brief: text, Number: v, Numeric: true}
	case string:
		return Setting{Text: v, Brief: legible(v)}
	}
	return Setting{Text: n.String(), Brief: legible(brief(n))}
}

// mostLegible is how many letters of a value a column has.
const mostLegible = 60

// legible writes a text on one line, cut to what a column has room for.
func legible(text string) string {
	letters := []rune(text)
	if len(letters) > mostLegible {
		letters = append(letters[:mostLegible-1], '…')
	}
	for i, r := range letters {
		if !unicode.IsPrint(r) {
			letters[i] = '�'
		}
	}
	return string(letters)
}

// brief writes a value without what can be guessed.
func brief(n *tree.Node) string {
	var parts []string
	switch n.Form {
	case tree.ListForm:
		for _, e := range n.List {
			parts = append(parts, brief(e))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case tree.TableForm:
		keys := n.Keys()
		if len(keys) == 1 {
			return brief(n.Table[keys[0]])
		}
		for _, key := range keys {
			parts = append(parts, tree.QuoteKey(key)+" = "+brief(n.Table[key]))
		}
		return "{ " + strings.Join(parts, ", ") + " }"
	}
	if text, ok := n.AsText(); ok {
		return text
	}
	return tree.FormatScalar(n.Scalar)
}
