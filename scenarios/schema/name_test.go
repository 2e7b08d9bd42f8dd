package schema

import (
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
)

// The JSON schema's pattern is the twin of the check.
func TestSoundNameIsAsThePatternSays(t *testing.T) {
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
