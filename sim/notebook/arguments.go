package notebook

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Arguments are the words of a line: plain ones, and those of the form key=value,
// where the key is a bare word. Single quotes hold spaces together.
type Arguments struct {
	Name  string   // the first word
	Words []string // the plain ones after it
	named map[string]string
	used  map[string]bool
}

// Split returns the words of a line.
func Split(line string) *Arguments {
	a := &Arguments{named: map[string]string{}, used: map[string]bool{}}
	for i, word := range words(line) {
		key, value, ok := strings.Cut(word, "=")
		switch {
		case i == 0:
			a.Name = word
		case ok && !strings.ContainsAny(key, "{.\"/*"):
			a.named[key] = value
		default:
			a.Words = append(a.Words, word)
		}
	}
	return a
}

// words splits a line at its spaces outside single quotes.
func words(line string) []string {
	quoted := false
	all := strings.FieldsFunc(line, func(r rune) bool {
		if r == '\'' {
			quoted = !quoted
		}
		return r == ' ' && !quoted
	})
	for i := range all {
		all[i] = strings.ReplaceAll(all[i], "'", "")
	}
	return all
}

// Text returns the value of a key, or fallback where the line does not have it.
func (a *Arguments) Text(key, fallback string) string {
	a.used[key] = true
	if value, ok := a.named[key]; ok {
		return value
	}
	return fallback
}

// Has reports whether the line has the key.
func (a *Arguments) Has(key string) bool {
	a.used[key] = true
	_, ok := a.named[key]
	return ok
}

// Number returns the value of a key as a number, or fallback where the line does
// not have it. It panics on what is no number: a notebook is ours.
func (a *Arguments) Number(key string, fallback float64) float64 {
	if !a.Has(key) {
		return fallback
	}
	value, err := strconv.ParseFloat(a.named[key], 64)
	if err != nil {
		panic(fmt.Sprintf("notebook: %s=%s is no number", key, a.named[key]))
	}
	return value
}

// Integer is Number for whole numbers.
func (a *Arguments) Integer(key string, fallback int) int {
	value := a.Number(key, float64(fallback))
	if value != float64(int(value)) {
		panic(fmt.Sprintf("notebook: %s=%s is no whole number", key, a.named[key]))
	}
	return int(value)
}

// Unused returns a key that nobody asked for, or nothing.
func (a *Arguments) Unused() string {
	for _, key := range slices.Sorted(maps.Keys(a.named)) {
		if !a.used[key] {
			return key
		}
	}
	return ""
}
