package main

import (
	"fmt"
	"path"
	"strings"
	"text/tabwriter"
)

// inText returns the table for a terminal.
func inText(chapters []chapter) string {
	var b strings.Builder
	for i, c := range chapters {
		if i > 0 {
			b.WriteString("\n")
		}
		fmt.Fprintf(&b, "%s (%s)\n%s\n\n", strings.ToUpper(c.name), tally(c), c.about)
		if c.name == notes {
			notesInText(&b, c.rows)
			continue
		}
		w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
		for i, r := range c.rows {
			if i == 0 || r.notebook != c.rows[i-1].notebook {
				w.Flush()
				fmt.Fprintf(&b, "%s\n  %s\n  from %s\n", r.claim, r.notebook, r.source)
			}
			fmt.Fprintf(w, "    %s\t%s\texpected %s\t%s\n", r.what, r.value, r.expected, verdict(r))
		}
		w.Flush()
	}
	return b.String()
}

func notesInText(b *strings.Builder, rows []row) {
	for i, r := range rows {
		if i == 0 || r.source != rows[i-1].source {
			fmt.Fprintf(b, "%s\n", r.source)
		}
		fmt.Fprintf(b, "  %-8s %s", r.value, r.claim)
		for _, name := range strings.Fields(r.notebook) {
			fmt.Fprintf(b, " [%s]", title(name))
		}
		b.WriteString("\n")
	}
}

// inMarkdown returns the table for results/README.md: links go from there.
func inMarkdown(chapters []chapter) string {
	var b strings.Builder
	for _, c := range chapters {
		fmt.Fprintf(&b, "### %s\n\n%s %s.\n\n", strings.ToUpper(c.name[:1])+c.name[1:], c.about, strings.ToUpper(tally(c)[:1])+tally(c)[1:])
		if c.name == notes {
			b.WriteString("| chapter | statement | headroom | notebook |\n|---|---|---|---|\n")
			for _, r := range c.rows {
				fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", r.source, cell(r.claim), r.value, links(strings.Fields(r.notebook)))
			}
			b.WriteString("\n")
			continue
		}
		b.WriteString("| claim | source | what | expected | headroom | |\n|---|---|---|---|---|---|\n")
		for i, r := range c.rows {
			claim, source := "", ""
			if i == 0 || r.notebook != c.rows[i-1].notebook {
				claim, source = fmt.Sprintf("[%s](%s)", cell(r.claim), link(r.notebook)), sources(r.source)
			}
			fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", claim, source, cell(r.what), cell(r.expected), cell(r.value), verdict(r))
		}
		b.WriteString("\n")
	}
	return b.String()
}

// tally says how many rows of a chapter are as they should be.
func tally(c chapter) string {
	count := map[string]int{}
	for _, r := range c.rows {
		if c.name == notes {
			count[r.value]++
		} else {
			count[verdict(r)]++
		}
	}
	if c.name == notes {
		return fmt.Sprintf("%d statements: %d shown, %d partly, %d not yet", len(c.rows), count["shown"], count["partly"], count["not yet"])
	}
	return fmt.Sprintf("%d of %d rows inside", count["inside"], len(c.rows))
}

func verdict(r row) string {
	if r.inside {
		return "inside"
	}
	return "outside"
}

// title is the name of a notebook without its directory.
func title(file string) string { return strings.TrimSuffix(path.Base(file), ".txt") }

// link leads from the directory of the README to a file.
func link(file string) string { return "../" + file }

func links(files []string) string {
	var all []string
	for _, file := range files {
		all = append(all, fmt.Sprintf("[%s](%s)", title(file), link(file)))
	}
	return strings.Join(all, ", ")
}

// sources makes links of the addresses in a text, named by their last part.
func sources(text string) string {
	words := strings.Fields(text)
	for i, word := range words {
		if strings.HasPrefix(word, "http") {
			name := strings.TrimSuffix(path.Base(strings.TrimSuffix(word, "/")), ".html")
			words[i] = fmt.Sprintf("[%s](%s)", name, word)
		}
	}
	return cell(strings.Join(words, " "))
}

// cell makes a text fit into a cell.
func cell(text string) string { return strings.NewReplacer("|", `\|`, "\n", " ").Replace(text) }
