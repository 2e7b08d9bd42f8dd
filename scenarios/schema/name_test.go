package schema

import (
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
)

// The pattern of the rule is the twin of the check.
func TestSoundNameIsAsThePatternSays(t *testing.T) {
	const (
		inNames     = `\p{L}\p{M}\p{N}_./:+@#()\-`
		namePattern = `^[\p{L}\p{N}_]([` + inNames + ` ]{0,253}[` + inNames + `])?$`
	)
	pattern := regexp.MustCompile(namePattern)
	letters := []string{"a", "Z", "7", "_", "é", "e\u0301", "Ⅷ", "名", "-", ".", "/", "(", "#", " ", " ", "\t", "\n", "{", "=", "*", "\x80", "\ufffd", "€"}
	draw := rand.New(rand.NewPCG(1, 2))
	var sound int
	for range 20_000 {
		var name strings.Builder
		for range draw.IntN(6) {
			name.WriteString(letters[draw.IntN(len(letters))])
		}
		if draw.IntN(50) == 0 { // near the longest
			name.WriteString(strings.Repeat("b", 249+draw.IntN(6)))
		}
		want := pattern.MatchString(name.String())
		if got := soundName(name.String()); got != want {
			t.Fatalf("soundName(%q) = %v, the pattern says %v", name.String(), got, want)
		}
		if other := otherName(name.String(), nil); !pattern.MatchString(other) {
			t.Fatalf("instead of %q it offers %q, which the pattern does not take", name.String(), other)
		}
		if want {
			sound++
		}
	}
	if sound < 1000 || sound > 19_000 {
		t.Errorf("%d of 20,000 names are sound: too few or too many to tell", sound)
	}
}

// An editor accepts every name that the reader accepts, and of names in ASCII no other.
func TestEditorsReadNamesAsTheReaderDoes(t *testing.T) {
	plain := regexp.MustCompile(plainName)
	for a := range rune(0x250) {
		for _, name := range []string{string(a), "a" + string(a), "a" + string(a) + "z"} {
			sound := soundName(name)
			if got := plain.MatchString(name); got != sound && (sound || a < 0x80) {
				t.Errorf("%q: an editor accepts it: %v, the reader: %v", name, got, sound)
			}
		}
	}
	for _, name := range []string{"Ωmega-β", "日本 1", "名"} {
		if !soundName(name) || !plain.MatchString(name) {
			t.Errorf("%q: must be a name", name)
		}
	}
}
