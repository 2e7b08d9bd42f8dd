package schema

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// mostCompared bounds the names that are compared to find those that are meant: a file
// with thousands of faults gets suggestions for the first of them.
const mostCompared = 1_000_000

func (r *Reader) nearest(got string, names []string) string {
	if r.looked += len(names); r.looked > mostCompared {
		return ""
	}
	return Nearest(got, names)
}

// meant is the key that an unknown one most likely stands for: one beside it, or elsewhere.
func (t *Table) meant(key string) string {
	if name := t.r.schema.called(t.Pattern, key); name != "" {
		return name
	}
	beside := t.r.schema.children(t.Pattern)
	hint := t.r.nearest(key, beside)
	if bare := strings.TrimSuffix(key, "_seconds"); hint == "" && bare != key { // as AWS has it
		hint = t.r.nearest(bare, beside)
	}
	if hint == "" {
		hint = within(key, beside)
	}
	if hint != "" {
		return hint
	}
	return cmp.Or(t.r.schema.elsewhere(t.Pattern, key), t.r.schema.told(t.Pattern, key))
}

// within is the longest of some names that a key has as its first or last words, as
// offering_class has class.
func within(key string, names []string) (longest string) {
	for _, name := range names {
		if len(name) > len(longest) && (strings.HasSuffix(key, "_"+name) || strings.HasPrefix(key, name+"_")) {
			longest = name
		}
	}
	return longest
}

// MayCompare reports whether so many names more may be compared to find the one that
// is meant.
func (t *Table) MayCompare(names int) bool {
	t.r.looked += names
	return t.r.looked <= mostCompared
}

// Hint is [Reader.Hint].
func (t *Table) Hint(got string, words []string) string { return t.r.Hint(got, words) }

// Hint is the nearest of some words in quotes, "" where none is near.
func (r *Reader) Hint(got string, words []string) string {
	if near := r.nearest(got, words); near != "" {
		return strconv.Quote(near)
	}
	return ""
}

// Nearest returns the name that a person most likely meant, or "".
func Nearest(got string, names []string) string {
	best, least := "", max(1, len(got)/3)+1
	for _, name := range names {
		if strings.EqualFold(got, name) {
			return name
		}
		if d := distance(strings.ToLower(got), strings.ToLower(name)); d < least && d < len(got) {
			best, least = name, d
		}
	}
	if best != "" || len(got) < 3 {
		return best
	}
	for _, begins := range []func(string, string) bool{strings.HasPrefix, strings.Contains} {
		for _, name := range names {
			if begins(strings.ToLower(name), strings.ToLower(got)) {
				return name
			}
		}
	}
	return ""
}

// NearestOf returns at most so many names that a person may have meant, the nearest first.
func NearestOf(got string, names []string, most int) (near []string) {
	first := Nearest(got, names)
	if first == "" {
		return nil
	}
	near = append(near, first)
	least := distance(strings.ToLower(got), strings.ToLower(first)) + 1
	others := slices.DeleteFunc(slices.Clone(names), func(name string) bool {
		return name == first || distance(strings.ToLower(got), strings.ToLower(name)) > least
	})
	slices.SortStableFunc(others, func(a, b string) int {
		return cmp.Compare(distance(strings.ToLower(got), strings.ToLower(a)), distance(strings.ToLower(got), strings.ToLower(b)))
	})
	return append(near, others[:min(len(others), most-1)]...)
}

// longestName bounds the work of a suggestion for a name of absurd length.
const longestName = 80

// distance is the number of insertions, deletions, substitutions and swaps of
// neighbours that turn a into b (optimal string alignment).
func distance(a, b string) int {
	if len(a) > longestName || len(b) > longestName {
		return longestName
	}
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range len(a) {
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(last[j+1]+1, row[j]+1, last[j]+cost)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
