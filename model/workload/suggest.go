package workload

import (
	"fmt"
	"strings"
)

// suggest returns the end of a message about a missing name: the nearest of the
// names there are, if one is near, and all of them.
func suggest(name string, names []string) string {
	const mostNames = 20
	nearest, best := "", 1+len(name)/2
	for _, candidate := range names {
		if len(candidate) > 100 || len(name) > 100 {
			continue
		}
		if d := distance(strings.ToLower(name), strings.ToLower(candidate)); d < best {
			nearest, best = candidate, d
		}
	}
	hint := ""
	if nearest != "" {
		hint = fmt.Sprintf(", did you mean %q?", nearest)
	}
	list := names[:min(len(names), mostNames)]
	quoted := make([]string, len(list))
	for i, n := range list {
		quoted[i] = shorten([]byte(n))
	}
	more := ""
	if len(names) > mostNames {
		more = fmt.Sprintf(" and %d more", len(names)-mostNames)
	}
	return fmt.Sprintf("%s (columns: %s%s)", hint, strings.Join(quoted, ", "), more)
}

// distance returns how many bytes must be inserted, deleted or replaced to make
// a into b (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
