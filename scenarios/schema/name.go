package schema

import (
	"strconv"
	"strings"
	"unicode"

	"headroom/scenarios/tree"
)

// What the name of a table may be: what AWS's resources are called but for what has a
// meaning in the key of a metric, as in name{label=part}, and in a pattern of keys. AWS's
// longest names, those of Auto Scaling and security groups, have 255 letters.
const nameRule = "must be a name of at most 255 letters, digits and _ . - / : + @ # ( ), with spaces within, that begins with a letter, a digit or _"

// The same for JSON Schema, whose readers know no classes of letters: all that is not ASCII
// may be a letter.
const (
	plainName    = `^[^\x00-/:-@\[-^\x60{-\x7f]([^\x00-\x1f!"$%&'*,;-?\[-^\x60{-\x7f]*[^\x00- !"$%&'*,;-?\[-^\x60{-\x7f])?$`
	longestTable = 255
)

// soundName reports whether a name is as [nameRule] says. It compiles no pattern, which
// takes longer than reading a small scenario.
func soundName(name string) bool {
	letters := []rune(name)
	for i, r := range letters {
		begins := unicode.In(r, unicode.L, unicode.N) || r == '_'
		if !begins && (i == 0 || r != ' ' && !inName(r)) {
			return false
		}
	}
	return len(letters) > 0 && len(letters) <= longestTable && letters[len(letters)-1] != ' '
}

// inName reports whether a name may have the letter within.
func inName(r rune) bool {
	return unicode.In(r, unicode.L, unicode.N, unicode.M) || strings.ContainsRune("_./:+@#()-", r)
}

// otherName returns a name that may be and is not taken, like one that may not be.
func otherName(name string, taken map[string]*tree.Node) string {
	var like strings.Builder
	for _, r := range name {
		if r != ' ' && !inName(r) {
			r = '-'
		}
		like.WriteRune(r)
	}
	plain := strings.Trim(like.String(), "./:+@#()- ")
	if !soundName(plain) {
		plain = "x"
	}
	other := plain
	for i := 2; taken[other] != nil; i++ {
		other = plain + "-" + strconv.Itoa(i)
	}
	return other
}
