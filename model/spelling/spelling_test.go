package spelling

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func TestTheNearestNameIsFound(t *testing.T) {
	names := slices.Values([]string{"m5.large", "m5.xlarge", "c5.large", "M6i.large"})
	for _, c := range []struct {
		wrong string
		most  int
		want  string
	}{
		{"m5.lrage", 1, "m5.large"}, // swapped neighbours are one error
		{"m5large", 1, "m5.large"},
		{"m5.xxlarge", 1, "m5.xlarge"},
		{"M5.LARGE", 0, "m5.large"},
		{"m6i.large", 0, "M6i.large"},
		{"x5.large", 1, "m5.large"}, // the first of equals
		{"m7.huge", 1, ""},
		{"", 3, ""},
		{strings.Repeat("m", 1_000_000), 2_000_000, ""},
	} {
		if got := Nearest(c.wrong, names, c.most); got != c.want {
			t.Errorf("%.20q with at most %d errors: got %q, want %q", c.wrong, c.most, got, c.want)
		}
	}
	if got := Nearest("a", slices.Values([]string{strings.Repeat("a", 1_000_000)}), 2_000_000); got != "" {
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
