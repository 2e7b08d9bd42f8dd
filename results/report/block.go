package report

import (
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// block is one table: a heading of its columns and rows of text. The first left
// columns are text, the others numbers.
type block struct {
	head []string
	rows [][]string
	left int
}

// fitting draws the table as its reader has room for, tables that have to stand below
// each other with a line between them.
func (b block) fitting(w io.Writer) error {
	for i, one := range b.fit(widthOf(w)) {
		if i > 0 {
			if _, err := io.WriteString(w, "\n"); err != nil {
				return err
			}
		}
		if err := one.write(w); err != nil {
			return err
		}
	}
	return nil
}

// write draws the table for a terminal, with a line between the headings and the rows, and no other.
func (b block) write(w io.Writer) error {
	heads, rows := b.unfolded()
	b.rows = slices.Concat(heads, rows)
	widths := b.cells()
	var text strings.Builder
	draw := func(row []string) {
		line := ""
		for i, cell := range row {
			space := pad(widths[i] - visible(cell))
			if i < b.left {
				line += cell + space + pad(gap)
			} else {
				line += space + cell + pad(gap)
			}
		}
		text.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	for _, row := range heads {
		draw(row)
	}
	if len(rows) > 0 {
		text.WriteString(strings.Repeat("─", total(widths)) + "\n")
	}
	for _, row := range rows {
		draw(row)
	}
	_, err := io.WriteString(w, text.String())
	return err
}

// writeMarkdown writes the table as a pipe table.
func (b block) writeMarkdown(w io.Writer) error {
	var text strings.Builder
	line := func(cells []string) {
		for _, c := range cells {
			text.WriteString("| " + strings.ReplaceAll(strings.TrimSpace(c), "|", `\|`) + " ")
		}
		text.WriteString("|\n")
	}
	line(b.head)
	for i := range b.head {
		if i < b.left {
			text.WriteString("|---")
		} else {
			text.WriteString("|---:")
		}
	}
	text.WriteString("|\n")
	for _, row := range b.rows {
		line(row)
	}
	_, err := io.WriteString(w, text.String())
	return err
}

// column aligns the numbers of a column at their ±.
func column(cells []cell) []string {
	before, after := 0, 0
	for _, c := range cells {
		before = max(before, utf8.RuneCountInString(c.value))
		after = max(after, utf8.RuneCountInString(c.half))
	}
	texts := make([]string, len(cells))
	for i, c := range cells {
		text := pad(before-utf8.RuneCountInString(c.value)) + c.value
		if after > 0 {
			text += " " + c.half + pad(after-utf8.RuneCountInString(c.half))
		}
		texts[i] = text
	}
	return texts
}

func pad(n int) string { return strings.Repeat(" ", max(0, n)) }
