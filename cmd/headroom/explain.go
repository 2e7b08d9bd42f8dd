package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"

	"github.com/spf13/cobra"

	"headroom/model/spelling"
	"headroom/results"
	"headroom/results/report"
	"headroom/scenarios/schema"
	"headroom/scenarios/tables"
)

func newExplain() *cobra.Command {
	var all bool
	var format string
	c := &cobra.Command{
		Use:   "explain [KEY]",
		Short: "Say what a key of the scenario file, its value or a metric, means",
		Long: `explain prints type, default and meaning of a key: autoscaling_group.web.min_size,
each value of a choice, and the keys of a table: workload.users.arrivals. The end of
a key is enough: min_size. It also explains metrics, latency.p99, and the values of
choices, set-weights; the beginning of metrics lists them: user.latency. Without KEY
it lists the tables; with --all every key.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			f, err := report.ParseFormat(format)
			switch {
			case err != nil:
				return badInput(fmt.Errorf("--%w", err))
			case all && len(args) > 0:
				return badInput(errors.New("explain: --all explains every key: leave out " + args[0]))
			case all:
				return writeReference(c.OutOrStdout(), f)
			case f != report.Table:
				return badInput(errors.New("explain: --format is of --all"))
			}
			if len(args) == 0 {
				return sheetOf(tables.Vocabulary().Top()).Write(c.OutOrStdout(), report.Table)
			}
			return explain(c.OutOrStdout(), args[0])
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			var paths []string
			for _, k := range tables.Vocabulary().Keys() {
				paths = append(paths, k.Path)
			}
			return paths, cobra.ShellCompDirectiveNoFileComp
		},
	}
	c.Flags().BoolVar(&all, "all", false, "explain every key: the whole reference")
	addFormat(c, &format)
	return c
}

func explain(w io.Writer, asked string) error {
	vocabulary := tables.Vocabulary()
	m, measured := metric(asked)
	family := metricsBelow(asked)
	if topic, ok := vocabulary.Explain(asked); ok && !(strings.HasSuffix(topic.Key.Path, ".NAME") && (measured || len(family.Rows) > 0)) {
		return errors.Join(describe(w, topic), describeMetric(w, m, "\n"))
	}
	if measured { // volume.stored is no [volume.stored]
		return describeMetric(w, m, "")
	}
	uses := vocabulary.Uses(asked)
	switch ending := vocabulary.Ending(asked); len(ending) {
	case 0:
	case 1:
		topic, _ := vocabulary.Explain(ending[0].Path)
		return errors.Join(describe(w, topic), describeUses(w, uses, true))
	default:
		return errors.Join(sheetOf(ending).Write(w, report.Table), describeUses(w, uses, true))
	}
	if len(uses) > 0 {
		return describeUses(w, uses, false)
	}
	if len(family.Rows) > 0 {
		return family.Write(w, report.Table)
	}
	return badInput(unknownKey(asked))
}

// describeMetric prints a metric, nothing for none, after what stands before it.
func describeMetric(w io.Writer, m results.Metric, before string) error {
	if m.Name == "" {
		return nil
	}
	_, err := fmt.Fprintf(w, "%s%s\n  %s\n  unit: %s\n  labels: %s\n", before, m.Name, m.Meaning, m.Unit, labels(m))
	return err
}

// describeUses prints what a word means as the value of each key that it may stand for, and
// the keys that belong to it there; apart is whether something stands before it.
func describeUses(w io.Writer, uses []schema.Use, apart bool) error {
	for i, u := range uses {
		if apart || i > 0 {
			if _, err := io.WriteString(w, "\n"); err != nil {
				return err
			}
		}
		if _, err := fmt.Fprintf(w, "%s = %q\n  %s\n", u.Key.Path, u.Word.Name, u.Word.Meaning); err != nil {
			return err
		}
		if len(u.Aside) == 0 {
			continue
		}
		if _, err := io.WriteString(w, "\n"); err != nil {
			return err
		}
		if err := sheetOf(u.Aside).Write(w, report.Table); err != nil {
			return err
		}
	}
	return nil
}

// describe prints one key, its words if it is a choice, and what is below it.
func describe(w io.Writer, topic schema.Topic) error {
	var b strings.Builder
	k := topic.Key
	if k.Doc != "" {
		fmt.Fprintf(&b, "%s\n  %s\n", k.Path, k.Doc)
		if k.Neutral != nil {
			b.WriteString("  planned: this version does not simulate it")
			if k.Neutral.Text != "" {
				b.WriteString("; it accepts " + k.Neutral.Text)
			}
			b.WriteByte('\n')
		} else {
			fmt.Fprintf(&b, "  type: %s\n  default: %s\n", k.Type, cmp.Or(k.Default, "(none)"))
		}
	}
	describeWords(&b, k.Type)
	if _, err := io.WriteString(w, b.String()); err != nil || len(topic.Below) == 0 {
		return err
	}
	if k.Doc != "" {
		if _, err := io.WriteString(w, "\n"); err != nil {
			return err
		}
	}
	return sheetOf(topic.Below).Write(w, report.Table)
}

// describeWords writes the words of a choice with their meanings.
func describeWords(b *strings.Builder, t schema.Type) {
	wide := 0
	for _, word := range t.Words() {
		wide = max(wide, len(word.Name))
	}
	for _, word := range t.Words() {
		fmt.Fprintf(b, "    %-*s  %s\n", wide, word.Name, word.Meaning)
	}
}

// labels names the parts for which a metric is given.
func labels(m results.Metric) string {
	if len(m.Labels) == 0 {
		return "(none)"
	}
	return strings.Join(m.Labels, ", ")
}

// metric returns the metric of a key, whatever its label.
func metric(key string) (results.Metric, bool) {
	name, _, _ := strings.Cut(key, "{")
	all := results.Metrics()
	i := slices.IndexFunc(all, func(m results.Metric) bool { return m.Name == name })
	if i < 0 {
		return results.Metric{}, false
	}
	return all[i], true
}

// metricsBelow lists the metrics whose names begin with what was asked for: those of phase,
// phase.* or phase.pool.
func metricsBelow(asked string) report.Sheet {
	name, _, _ := strings.Cut(asked, "{")
	name = strings.TrimSuffix(strings.TrimSuffix(name, "*"), ".") + "."
	s := report.Sheet{Columns: []string{"metric", "unit", "meaning"}, Left: 3}
	for _, m := range results.Metrics() {
		if strings.HasPrefix(m.Name, name) {
			s.Rows = append(s.Rows, []report.Entry{text(m.Name), text(m.Unit), text(m.Meaning)})
		}
	}
	return s
}

func sheetOf(keys []schema.Key) report.Sheet {
	s := report.Sheet{Columns: []string{"key", "default", "meaning"}, Left: 3}
	for _, k := range keys {
		preset := k.Default
		if k.Neutral != nil {
			preset = "(planned)"
		}
		s.Rows = append(s.Rows, []report.Entry{text(k.Path), text(preset), text(k.Doc)})
	}
	return s
}

// unknownKey says which part of a path leads nowhere; of a word alone it names what speaks of it, or
// else suggests the key or metric that was probably meant.
func unknownKey(asked string) error {
	metric := nearestOfAll(asked, metricNames())
	if table, key, ok := tables.Vocabulary().Stray(asked); ok && metric == "" {
		err := fmt.Sprintf("explain: %s has no key %q", table.Path, key)
		if near := tables.Vocabulary().Meant(table, key); near != "" {
			err += fmt.Sprintf(" (did you mean %q?)", table.Path+"."+near)
		}
		return fmt.Errorf("%s; `headroom explain %s` lists those it has", err, table.Path)
	}
	err := fmt.Sprintf("explain: no such key, value or metric: %q", asked)
	if speak := speakOf(asked); metric == "" && len(speak) > 0 {
		err += "; see " + strings.Join(speak[:min(len(speak), mostNamed)], ", ")
		if more := len(speak) - mostNamed; more > 0 {
			err += fmt.Sprintf(" or %d more", more)
		}
	} else if near := cmp.Or(metric, nearestTerm(asked)); near != "" {
		err += fmt.Sprintf(" (did you mean %q?)", near)
	}
	return fmt.Errorf("%s; `headroom explain` lists the tables", err)
}

// metricNames are those of metrics and of their families: user, user.latency, user.latency.p99.
func metricNames() (names []string) {
	known := map[string]bool{}
	for _, m := range results.Metrics() {
		for i, r := range m.Name + "." {
			if name := m.Name[:i]; r == '.' && !known[name] {
				known[name] = true
				names = append(names, name)
			}
		}
	}
	return names
}

// nearestOfAll is the metric or family that a dotted name was meant to be; of a word alone, which
// may as well be a key, it is "".
func nearestOfAll(asked string, names []string) string {
	if !strings.Contains(asked, ".") {
		return ""
	}
	return spelling.Nearest(asked, slices.Values(names))
}

// mostNamed is how many keys or metrics an error names.
const mostNamed = 4

// speakOf returns the keys and metrics that speak of what was asked for, or else of as many of
// its last words as any speak of: routing_algorithm is an algorithm.
func speakOf(asked string) []string {
	for words := wordsIn(asked); len(words) > 0 && len(words[len(words)-1]) > 2; words = words[1:] {
		if found := havingAll(words); len(found) > 0 {
			return found
		}
	}
	return nil
}

// havingAll returns the keys and metrics whose names, values or meanings have some words, those
// that have them in their names first.
func havingAll(words []string) []string {
	var byName, byMeaning []string
	seek := func(name, meaning string) {
		switch {
		case hasAll(wordsIn(name), words):
			byName = append(byName, name)
		case hasAll(wordsIn(name+" "+meaning), words):
			byMeaning = append(byMeaning, name)
		}
	}
	for _, k := range tables.Vocabulary().Keys() {
		meaning := k.Doc
		for _, word := range k.Type.Words() {
			meaning += " " + word.Name + " " + word.Meaning
		}
		seek(k.Path, meaning)
	}
	for _, m := range results.Metrics() {
		seek(m.Name, m.Meaning)
	}
	return append(byName, byMeaning...)
}

// wordsIn takes a text apart into its words, in lower case.
func wordsIn(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

func hasAll(words, wanted []string) bool {
	return !slices.ContainsFunc(wanted, func(word string) bool { return !slices.Contains(words, word) })
}

// nearestTerm is the key, value or metric with the fewest typing errors, if there are few.
func nearestTerm(asked string) string {
	if len(wordsIn(asked)) == 0 {
		return ""
	}
	var names []string
	for _, k := range tables.Vocabulary().Keys() {
		names = append(names, k.Path, k.Path[strings.LastIndexByte(k.Path, '.')+1:])
		for _, word := range k.Type.Words() {
			if word.Meaning != "" {
				names = append(names, word.Name)
			}
		}
	}
	return results.Nearest(asked, append(names, metricNames()...))
}
