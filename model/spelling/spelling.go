package spelling

import (
	"iter"
	"strings"
)

// longest bounds the work: no name is that long.
const longest = 200

// Nearest returns the name with the fewest typing errors against a wrong one, the
// first of equals, or "" where each has too many to guess. Letters missing, added,
// wrong, or swapped with their neighbour are errors; their case is none.
func Nearest(wrong string, names iter.Seq[string]) string {
	best, fewest := "", most(wrong)+1
	for name := range names {
		if n := Errors(wrong, name, fewest); n < fewest {
			best, fewest = name, n
		}
	}
	return best
}

// most is how many typing errors a word may have to be guessed: a third of its letters, but one
// at least in two.
func most(wrong string) int {
	if len(wrong) < 2 {
		return 0
	}
	return max(1, len(wrong)/3)
}

// Errors is how many typing errors stand between two names, or limit where there are not fewer.
func Errors(a, b string, limit int) int {
	if len(a) > longest {
		return limit
	}
	return typingErrors(strings.ToLower(a), strings.ToLower(b), limit)
}

// typingErrors is the optimal string alignment distance of a and b, or limit where
// it is not below.
func typingErrors(a, b string, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit {
		return limit
	}
	var rows [3][2*longest + 1]int // before the previous one, previous, current
	if len(b) >= len(rows[0]) {
		return limit
	}
	older, old, now := &rows[0], &rows[1], &rows[2]
	for j := range len(b) + 1 {
		old[j] = j
	}
	for i := 1; i <= len(a); i++ {
		now[0] = i
		least := i
		for j := 1; j <= len(b); j++ {
			wrong := 1
			if a[i-1] == b[j-1] {
				wrong = 0
			}
			now[j] = min(old[j]+1, now[j-1]+1, old[j-1]+wrong)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				now[j] = min(now[j], older[j-2]+1)
			}
			least = min(least, now[j])
		}
		if least >= limit {
			return limit
		}
		older, old, now = old, now, older
	}
	return min(old[len(b)], limit)
}
