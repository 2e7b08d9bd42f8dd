package report

import (
	"io"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// plainWidth is how many columns text has where nobody says otherwise.
const plainWidth = 80

// gap is between two columns of a table. Of a column of text, narrowest is left before
// others go below it, and of names, which stand first, narrowestName.
const (
	gap           = 2
	narrowest     = 16
	narrowestName = 36
)

// widthOf is how many columns the reader of a writer sees: what its method Columns
// says, or plainWidth.
func widthOf(w io.Writer) int {
	if seen, ok := w.(interface{ Columns() int }); ok {
		return seen.Columns()
	}
	return plainWidth
}

// fit returns tables that are not wider than width and have the columns of b: its
// headings and texts broken into lines, and the columns that still find no room in
// tables below, beside the first ones again.
func (b block) fit(width int) []block {
	if total(b.widths()) <= width {
		return []block{b}
	}
	least := b.least()
	keys := max(1, b.left)
	if total(least[:keys]) > width/2 && keys < len(b.head) {
		keys = 1
	}
	if keys == len(b.head) || total(least) <= width {
		return []block{b.broken(width)}
	}
	var all []block
	for next := keys; next < len(b.head); {
		n := 1
		for next+n < len(b.head) && total(slices.Concat(least[:keys], least[next:next+n+1])) <= width {
			n++
		}
		all = append(all, b.cut(keys, next, next+n).broken(width))
		next += n
	}
	return all
}

// fits reports whether a table needs no other below it.
func (b block) fits(width int) bool { return total(b.least()) <= width }

// total is the width of a table of columns.
func total(widths []int) int {
	sum := gap * len(widths) // the line below the headings is as long
	for _, w := range widths {
		sum += w
	}
	return sum
}

// cut returns the first columns and those from one to another.
func (b block) cut(keys, from, to int) block {
	some := func(row []string) []string {
		return slices.Concat(row[:min(keys, len(row))], row[min(from, len(row)):min(to, len(row))])
	}
	c := block{head: some(b.head), left: min(keys, b.left) + max(0, min(b.left, to)-from)}
	for _, row := range b.rows {
		c.rows = append(c.rows, some(row))
	}
	return c
}

// widths returns the width of each column.
func (b block) widths() []int {
	widths := b.cells()
	for i, head := range b.head {
		widths[i] = max(widths[i], visible(head))
	}
	return widths
}

// cells returns the width of the cells of each column.
func (b block) cells() []int {
	widths := make([]int, len(b.head))
	for _, row := range b.rows {
		for i, cell := range row {
			widths[i] = max(widths[i], visible(cell))
		}
	}
	return widths
}

// least returns what each column needs: numbers whole, headings and texts broken.
func (b block) least() []int {
	widths := b.cells()
	for i, head := range b.head {
		if i < b.left {
			least := narrowest
			if i == 0 {
				least = narrowestName
			}
			widths[i] = min(max(widths[i], visible(head)), least)
			continue
		}
		for _, piece := range pieces(head) {
			widths[i] = max(widths[i], visible(strings.TrimRight(piece, " ")))
		}
	}
	return widths
}

// broken returns the table with headings and texts broken into lines, as far as it
// takes to fit.
func (b block) broken(width int) block {
	widths := b.widths()
	if total(widths) <= width {
		return b
	}
	copy(widths[b.left:], b.least()[b.left:])
	for texts := widths[:b.left]; total(widths) > width && len(texts) > 0; {
		i := slices.Index(texts, slices.Max(texts))
		if texts[i] <= narrowest/2 {
			break
		}
		texts[i]--
	}
	c := block{head: make([]string, len(b.head)), left: b.left}
	for i, head := range b.head {
		c.head[i] = breakText(head, widths[i], "")
	}
	for _, row := range b.rows {
		fresh := slices.Clone(row)
		for i := range min(b.left, len(row)) {
			indent := ""
			if i == 0 {
				indent = "  "
			}
			fresh[i] = breakText(row[i], widths[i], indent)
		}
		c.rows = append(c.rows, fresh)
	}
	return c
}

// unfolded returns a table whose cells have one line each: a row for every line. Headings
// keep theirs, the last one at the bottom.
func (b block) unfolded() block {
	c := block{left: b.left}
	tallest := 0
	for _, head := range b.head {
		tallest = max(tallest, strings.Count(head, "\n"))
	}
	for _, head := range b.head {
		c.head = append(c.head, strings.Repeat("\n", tallest-strings.Count(head, "\n"))+head)
	}
	for _, row := range b.rows {
		more := true
		for k := 0; more; k++ {
			more = false
			line := make([]string, len(row))
			for i, cell := range row {
				if parts := strings.Split(cell, "\n"); k < len(parts) {
					line[i], more = parts[k], more || k+1 < len(parts)
				}
			}
			c.rows = append(c.rows, line)
		}
	}
	return c
}

// color matches what colours text, which takes no room.
var color = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile("\x1b\\[[0-9;]*m") })

// visible is how many columns a text takes.
func visible(text string) int {
	return utf8.RuneCountInString(color().ReplaceAllString(text, ""))
}

// piece matches what of a text is never broken, unless nothing else helps.
var piece = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^ +|[^ .,;:/{=]*[.,;:/{=]+ *|[^ .,;:/{=]+ *`) })

func pieces(text string) []string { return piece().FindAllString(text, -1) }

// breakText breaks a text into lines of a width, each but the first after an indent.
func breakText(text string, width int, indent string) string {
	if visible(text) <= width {
		return text
	}
	if open := color().FindString(text); open != "" && strings.HasPrefix(text, open) && strings.HasSuffix(text, "\x1b[0m") {
		inner := breakText(color().ReplaceAllString(text, ""), width, indent)
		return open + strings.ReplaceAll(inner, "\n", "\x1b[0m\n"+open) + "\x1b[0m"
	}
	var lines []string
	line := ""
	flush := func() {
		lines = append(lines, strings.TrimRight(line, " "))
		line = indent
	}
	for _, p := range pieces(text) {
		if visible(line+strings.TrimRight(p, " ")) > width && strings.TrimSpace(line) != "" {
			flush()
		}
		for letters := []rune(p); visible(line+strings.TrimRight(p, " ")) > width && width > len(indent); letters = []rune(p) {
			room := width - visible(line)
			if joint := strings.LastIndexAny(string(letters[:room]), "_-") + 1; joint > 0 {
				room = utf8.RuneCountInString(string(letters[:room])[:joint])
			}
			line += string(letters[:room])
			p = string(letters[room:])
			flush()
		}
		line += p
	}
	if strings.TrimSpace(line) != "" {
		flush()
	}
	return strings.Join(lines, "\n")
}

// flow breaks a text between words into lines of a width, all but the first indented.
func flow(text string, width int) string {
	var b strings.Builder
	room := width
	for i, word := range strings.Split(text, " ") {
		n := visible(word)
		switch {
		case i == 0:
		case n+1 > room:
			b.WriteString("\n  ")
			room = width - 2
		default:
			b.WriteByte(' ')
			room--
		}
		b.WriteString(word)
		room -= n
	}
	return b.String()
}
