package workload

import (
	"fmt"
	"slices"
	"strings"

	"headroom/model/spelling"
)

// suggest returns the end of a message about a missing name: the nearest of the
// names there are, if one is near, and all of them.
func suggest(name string, names []string) string {
	const mostNames = 20
	hint := ""
	if nearest := spelling.Nearest(name, slices.Values(names)); nearest != "" {
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
