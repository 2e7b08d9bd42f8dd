package report

import (
	"io"
	"strings"

	"headroom/results"
	"headroom/sim"
)

// painter colours text where a terminal shows it.
type painter bool

func (p painter) color(code, text string) string {
	if !p {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func (p painter) bold(text string) string { return p.color("1", text) }
func (p painter) good(text string) string { return p.color("32", text) }
func (p painter) bad(text string) string  { return p.color("31", text) }
func (p painter) note(text string) string { return p.color("33", text) }

// page writes a summary as text and keeps the first error.
type page struct {
	w        io.Writer
	markdown bool
	paint    painter
	err      error
}

// line writes a line, which breaks between words where it is too long for a terminal.
func (p *page) line(text string) {
	if !p.markdown {
		text = flow(text, widthOf(p.w))
	}
	p.verbatim(text)
}

// verbatim writes a line as it is.
func (p *page) verbatim(text string) {
	if p.err == nil {
		_, p.err = io.WriteString(p.w, text+"\n")
	}
}

func (p *page) block(b block) {
	p.line("")
	if p.err != nil {
		return
	}
	if p.markdown {
		p.err = b.writeMarkdown(p.w)
	} else {
		p.err = b.fitting(p.w)
	}
}

func (p *page) summary(s *results.Summary, sparklines bool) {
	p.titled(heading(s))
	if b := sparkBlock(s, widthOf(p.w)); sparklines && len(b.rows) > 0 {
		p.block(b)
	}
	for _, b := range blocks(s, widthOf(p.w)) {
		p.block(b)
	}
	if len(s.Thresholds) > 0 {
		p.block(thresholdBlock(s, p.paint))
	}
	p.warnings(s.Warnings)
}

// titled writes what was run.
func (p *page) titled(lines []string) {
	if p.markdown {
		p.line("## " + lines[0] + "\n\n" + strings.Join(lines[1:], "; "))
	} else {
		p.line(p.paint.bold(lines[0]) + " · " + lines[1])
		p.line(lines[2])
	}
}

func (p *page) warnings(warnings []string) {
	if len(warnings) == 0 {
		return
	}
	p.line("")
	for _, warning := range warnings {
		if p.markdown {
			p.line("- **Warning:** " + warning)
		} else {
			p.line(p.paint.note("warning:") + " " + warning)
		}
	}
}

// clock writes a duration without parts that are zero.
func clock(t sim.Time) string {
	text := t.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}
