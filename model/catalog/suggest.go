package catalog

import (
	"iter"
	"strings"
)

// nearest returns the candidate with the fewest typing errors against name:
// letters missing, added, wrong or swapped with their neighbour. The first of
// equals wins. Names are lower case, so the case of name does not count. It
// returns "" when more than a third of the name would be wrong.
func nearest(name string, candidates iter.Seq[string]) string {
	const longest = 40 // no name is that long; it bounds the work
	if len(name) > longest {
		return ""
	}
	name = strings.ToLower(name)
	best, fewest := "", 1+max(1, len(name)/3)
	for candidate := range candidates {
		if errors := typingErrors(name, candidate, fewest); errors < fewest {
			best, fewest = candidate, errors
		}
	}
	return best
}

// typingErrors is the optimal string alignment distance of a and b, or any
// number not below limit when the distance is not below it.
func typingErrors(a, b string, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit {
		return limit
	}
	var rows [3][64]int // before the previous one, previous, current
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
	return old[len(b)]
}
