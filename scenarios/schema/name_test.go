package schema

import (
	"regexp"
	"testing"
)

// An editor accepts every name that the reader accepts, and of names in ASCII no other.
func TestEditorsReadNamesAsTheReaderDoes(t *testing.T) {
	plain := regexp.MustCompile(plainName)
	for a := range rune(0x250) {
		for _, name := range []string{string(a), "a" + string(a), "a" + string(a) + "z"} {
			sound := soundName.MatchString(name)
			if got := plain.MatchString(name); got != sound && (sound || a < 0x80) {
				t.Errorf("%q: an editor accepts it: %v, the reader: %v", name, got, sound)
			}
		}
	}
	for _, name := range []string{"Ωmega-β", "日本 1", "🛒"} {
		if soundName.MatchString(name) && !plain.MatchString(name) {
			t.Errorf("%q: an editor marks it", name)
		}
	}
}
