package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"headroom/results/report"
	"headroom/scenarios/schema"
	"headroom/scenarios/tables"
)

// writeReference writes every key with its type, default and meaning: as one list, or in
// Markdown as a chapter for each table of the file.
func writeReference(w io.Writer, format report.Format) error {
	keys := tables.Vocabulary().Keys()
	if format != report.Markdown {
		return referenceSheet(keys).Write(w, format)
	}
	_, err := io.WriteString(w, `# Reference of the scenario file

Every key that a scenario may have, as `+"`headroom explain --all --format markdown`"+` prints it. NAME stands
for a name of yours, `+"`[]`"+` for an element of a list. A default in parentheses depends on other keys.
Quantities may have a unit; a bare number is in the unit that Terraform uses.
`)
	for _, name := range chapters(keys) {
		if err == nil {
			err = writeChapter(w, slices.DeleteFunc(slices.Clone(keys), func(k schema.Key) bool { return chapter(k) != name }))
		}
	}
	return err
}

// chapters are the tables of the file, in the order in which they are declared.
func chapters(keys []schema.Key) []string {
	var names []string
	for _, k := range keys {
		if name := chapter(k); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// chapter is the table of the file that a key belongs to.
func chapter(k schema.Key) string {
	name, _, _ := strings.Cut(k.Path, ".")
	return strings.TrimSuffix(name, "[]")
}

// writeChapter writes the keys of one table of the file, and their words.
func writeChapter(w io.Writer, keys []schema.Key) error {
	if _, err := fmt.Fprintf(w, "\n## %s\n\n", chapter(keys[0])); err != nil {
		return err
	}
	if err := referenceSheet(keys).Write(w, report.Markdown); err != nil {
		return err
	}
	for _, k := range keys {
		words := k.Type.Words()
		if len(words) == 0 || words[0].Meaning == "" {
			continue
		}
		if _, err := fmt.Fprintf(w, "\n`%s` is one of\n\n", k.Path); err != nil {
			return err
		}
		for _, word := range words {
			if _, err := fmt.Fprintf(w, "- `%s`: %s\n", word.Name, word.Meaning); err != nil {
				return err
			}
		}
	}
	return nil
}

// mostWords is how many words a cell of the reference shows.
const mostWords = 24

func referenceSheet(keys []schema.Key) report.Sheet {
	s := report.Sheet{Columns: []string{"key", "type", "default", "meaning"}, Left: 4}
	for _, k := range keys {
		kind := k.Type.String()
		if words := k.Type.Words(); len(words) > mostWords {
			kind = fmt.Sprintf("one of %d words; headroom explain %s", len(words), k.Path)
		}
		s.Rows = append(s.Rows, []report.Entry{text(k.Path), text(kind), text(cmp.Or(k.Default, "(none)")), text(k.Doc)})
	}
	return s
}
