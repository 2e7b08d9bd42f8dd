package report

import (
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/pkg/twwidth"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"
)

// block is one table: a heading of its columns and rows of text. The first left
// columns are text, the others numbers.
type block struct {
	head []string
	rows [][]string
	left int
}

// rendition draws a line below the heading and nothing else.
func rendition() tw.Rendition {
	return tw.Rendition{
		Borders: tw.BorderNone,
		Symbols: tw.NewSymbols(tw.StyleLight),
		Settings: tw.Settings{
			Separators: tw.Separators{ShowHeader: tw.Off, ShowFooter: tw.Off, BetweenRows: tw.Off, BetweenColumns: tw.Off},
			Lines:      tw.Lines{ShowTop: tw.Off, ShowBottom: tw.Off, ShowHeaderLine: tw.On, ShowFooterLine: tw.Off},
		},
	}
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

// write draws the table for a terminal.
func (b block) write(w io.Writer) error {
	b = b.unfolded().aligned()
	var text strings.Builder
	table := tablewriter.NewTable(&text,
		tablewriter.WithRenderer(renderer.NewBlueprint(rendition())),
		tablewriter.WithHeaderAutoFormat(tw.Off),
		tablewriter.WithHeaderAutoWrap(tw.WrapNone),
		tablewriter.WithRowAutoWrap(tw.WrapNone),
		tablewriter.WithTrimSpace(tw.Off),
		tablewriter.WithEastAsian(false),
		tablewriter.WithPadding(tw.Padding{Right: "  ", Overwrite: true}),
		tablewriter.WithHeaderAlignment(tw.AlignLeft),
	)
	table.Header(b.head)
	if err := table.Bulk(b.rows); err != nil {
		return err
	}
	if err := table.Render(); err != nil {
		return err
	}
	for line := range strings.Lines(text.String()) {
		if _, err := io.WriteString(w, strings.TrimRight(line, " \n")+"\n"); err != nil {
			return err
		}
	}
	return nil
}

// aligned is the block with every line as wide as its column. The library does this too, but
// the last version of it that sets up no cache of 600 kB at every start puts numbers a space too far left.
func (b block) aligned() block {
	rows := slices.Insert(slices.Clone(b.rows), 0, b.head)
	widths := make([]int, len(b.head))
	for _, row := range rows {
		for i, cell := range row {
			for line := range strings.SplitSeq(cell, "\n") {
				widths[i] = max(widths[i], twwidth.Width(line))
			}
		}
	}
	for k, row := range rows {
		rows[k] = make([]string, len(row))
		for i, cell := range row {
			rows[k][i] = alignLines(cell, widths[i], i < b.left)
		}
	}
	return block{head: rows[0], rows: rows[1:], left: b.left}
}

// alignLines pads the lines of a cell to a width, at their ends or at their beginnings.
func alignLines(cell string, width int, left bool) string {
	lines := strings.Split(cell, "\n")
	for i, line := range lines {
		if gap := pad(width - twwidth.Width(line)); left {
			lines[i] = line + gap
		} else {
			lines[i] = gap + line
		}
	}
	return strings.Join(lines, "\n")
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
