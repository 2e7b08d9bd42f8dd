package spelling

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func TestTheNearestNameIsFound(t *testing.T) {
	names := slices.Values([]string{"m5.large", "m5.xlarge", "c5.large", "M6i.large", "s", "suse"})
	for wrong, want := range map[string]string{
		"m5.lrage":                     "m5.large", // swapped neighbours are one error
		"m5large":                      "m5.large",
		"m5.xxlarge":                   "m5.xlarge",
		"M5.LARGE":                     "m5.large",
		"m6i.large":                    "M6i.large",
		"x5.large":                     "m5.large", // the first of equals
		"S":                            "s",
		"sus":                          "suse",
		"phse":                         "", // half of it would be wrong
		"*":                            "",
		"m7.huge":                      "",
		"":                             "",
		strings.Repeat("m", 1_000_000): "",
	} {
		if got := Nearest(wrong, names); got != want {
			t.Errorf("%.20q: got %q, want %q", wrong, got, want)
		}
	}
	if got := Nearest(strings.Repeat("a", 100), slices.Values([]string{strings.Repeat("a", 1_000_000)})); got != "" {
		t.Errorf("a name of a million letters is near: %.20q", got)
	}
}

// slow is the definition: what the last letters cost, and the rest.
func slow(a, b string) int {
	if a == "" || b == "" {
		return len(a) + len(b)
	}
	x, y := a[:len(a)-1], b[:len(b)-1]
	wrong := 1
	if a[len(a)-1] == b[len(b)-1] {
		wrong = 0
	}
	best := min(slow(x, b)+1, slow(a, y)+1, slow(x, y)+wrong)
	if len(a) > 1 && len(b) > 1 && a[len(a)-1] == b[len(b)-2] && a[len(a)-2] == b[len(b)-1] {
		best = min(best, slow(a[:len(a)-2], b[:len(b)-2])+1)
	}
	return best
}

func TestTypingErrorsAreThoseOfTheDefinition(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	word := func() string {
		letters := make([]byte, r.IntN(7))
		for i := range letters {
			letters[i] = "abc"[r.IntN(3)]
		}
		return string(letters)
	}
	for range 2000 {
		a, b, limit := word(), word(), 1+r.IntN(8)
		if got, want := typingErrors(a, b, limit), min(slow(a, b), limit); got != want {
			t.Fatalf("%q and %q, limit %d: got %d, want %d", a, b, limit, got, want)
		}
	}
}
