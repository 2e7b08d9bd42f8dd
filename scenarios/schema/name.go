package schema

import (
	"regexp"
	"strconv"
	"strings"

	"headroom/scenarios/tree"
)

// What the name of a table may be: what AWS's resources are called but for what has a
// meaning in the key of a metric, as in name{label=part}, and in a pattern of keys. AWS's
// longest names, those of Auto Scaling and security groups, have 255 letters.
const (
	namePattern = `^[\p{L}\p{N}_]([` + inNames + ` ]{0,253}[` + inNames + `])?$`
	inNames     = `\p{L}\p{M}\p{N}_./:+@#()\-`
	nameRule    = "must be a name of at most 255 letters, digits and _ . - / : + @ # ( ), with spaces within, that begins with a letter, a digit or _"
)

// The same for JSON Schema, whose readers know no classes of letters: all that is not ASCII
// may be a letter.
const (
	plainName    = `^[^\x00-/:-@\[-^\x60{-\x7f]([^\x00-\x1f!"$%&'*,;-?\[-^\x60{-\x7f]*[^\x00- !"$%&'*,;-?\[-^\x60{-\x7f])?$`
	longestTable = 255
)

var (
	soundName = regexp.MustCompile(namePattern)
	notInName = regexp.MustCompile(`[^` + inNames + ` ]`)
)

// otherName returns a name that may be and is not taken, like one that may not be.
func otherName(name string, taken map[string]*tree.Node) string {
	plain := strings.Trim(notInName.ReplaceAllString(name, "-"), "./:+@#()- ")
	if !soundName.MatchString(plain) {
		plain = "x"
	}
	other := plain
	for i := 2; taken[other] != nil; i++ {
		other = plain + "-" + strconv.Itoa(i)
	}
	return other
}
