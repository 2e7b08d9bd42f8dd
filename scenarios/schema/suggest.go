package schema

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"headroom/model/spelling"
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

// Nearest returns the name that a person most likely meant, or "": the one with the fewest typing
// errors, or else one of which what was written is a good part.
func Nearest(got string, names []string) string {
	return cmp.Or(spelling.Nearest(got, slices.Values(names)), abbreviated(got, names))
}

// abbreviated is the first name that begins with what was written, or has it as a word or as
// half of its letters.
func abbreviated(got string, names []string) string {
	if len(got) < 3 {
		return ""
	}
	begins := func(_ string, at int) bool { return at == 0 }
	within := func(name string, at int) bool {
		ends := at + len(got)
		return 2*len(got) >= len(name) || wordBegins(name, at) && (wordBegins(name, ends) || name[ends:] == "s")
	}
	for _, good := range []func(string, int) bool{begins, within} {
		for _, name := range names {
			if at := strings.Index(strings.ToLower(name), strings.ToLower(got)); at >= 0 && good(name, at) {
				return name
			}
		}
	}
	return ""
}

// wordBegins reports whether a word of a name begins, or the one before it ends, at an index:
// names are snake_case, dotted or as ASGAverageCPUUtilization.
func wordBegins(name string, at int) bool {
	isLetter := func(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' }
	return at == 0 || at >= len(name) || !isLetter(name[at]) || !isLetter(name[at-1]) || name[at] >= 'A' && name[at] <= 'Z'
}

// NearestOf returns at most so many names that a person may have meant, the nearest first.
func NearestOf(got string, names []string, most int) (near []string) {
	first := Nearest(got, names)
	if first == "" {
		return nil
	}
	errors := func(name string) int { return spelling.Errors(got, name, len(got)+len(name)) }
	least := errors(first) + 1
	others := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return name == first || errors(name) > least })
	slices.SortStableFunc(others, func(a, b string) int { return cmp.Compare(errors(a), errors(b)) })
	near = append(near, first)
	return append(near, others[:min(len(others), most-1)]...)
}
