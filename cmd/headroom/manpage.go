package main

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// manPage is the manual page of one command, in the macros of man(7): what its help says,
// with the lines that are indented there as they stand.
type manPage struct{ text strings.Builder }

// writeManPage writes the page of a command.
func writeManPage(to io.Writer, c *cobra.Command, day time.Time) error {
	c.InitDefaultHelpFlag()
	var p manPage
	name := pageName(c)
	fmt.Fprintf(&p.text, ".nh\n.TH %q \"1\" %q %q \"headroom\"\n", strings.ToUpper(name), day.Format("Jan 2006"), "headroom "+version())
	p.section("NAME", name+" - "+c.Short)
	p.section("SYNOPSIS", "")
	p.text.WriteString("\\fB" + roff(c.UseLine()) + "\\fP\n")
	p.section("DESCRIPTION", cmp.Or(c.Long, c.Short))
	p.commands(c)
	p.flags("OPTIONS", c.NonInheritedFlags())
	p.flags("OPTIONS OF ALL COMMANDS", c.InheritedFlags())
	p.related(c)
	_, err := io.WriteString(to, p.text.String())
	return err
}

// pageName is what the page of a command is called.
func pageName(c *cobra.Command) string { return strings.ReplaceAll(c.CommandPath(), " ", "-") }

// section begins a section and writes a text into it. A run of lines that begins with an
// indented one, or follows one, keeps its lines.
func (p *manPage) section(title, text string) {
	fmt.Fprintf(&p.text, ".SH %s\n", title)
	kept := false
	keep := func(is bool) {
		if is != kept {
			p.text.WriteString(map[bool]string{true: ".nf\n", false: ".fi\n"}[is])
			kept = is
		}
	}
	for line := range strings.SplitSeq(strings.TrimSpace(text), "\n") {
		switch {
		case text == "":
		case strings.TrimSpace(line) == "":
			keep(false)
			p.text.WriteString(".PP\n")
		default:
			keep(line[0] == ' ' || line[0] == '\t')
			p.text.WriteString(roff(line) + "\n")
		}
	}
	keep(false)
}

// commands lists the commands within one.
func (p *manPage) commands(c *cobra.Command) {
	if !c.HasAvailableSubCommands() {
		return
	}
	p.section("COMMANDS", "")
	for _, part := range c.Commands() {
		if part.IsAvailableCommand() {
			p.item("\\fB"+roff(part.CommandPath())+"\\fP", part.Short)
		}
	}
}

// flags lists flags with what their values are called and their defaults.
func (p *manPage) flags(title string, flags *pflag.FlagSet) {
	if !flags.HasAvailableFlags() {
		return
	}
	p.section(title, "")
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden {
			return
		}
		value, usage := pflag.UnquoteUsage(f)
		tag := "\\fB" + roff("--"+f.Name) + "\\fP"
		if f.Shorthand != "" {
			tag = "\\fB" + roff("-"+f.Shorthand) + "\\fP, " + tag
		}
		if value != "" {
			tag += " \\fI" + roff(value) + "\\fP"
		}
		switch f.DefValue {
		case "", "0", "[]", "false", "0s":
		default:
			usage += " (default " + f.DefValue + ")"
		}
		p.item(tag, usage)
	})
}

// item is one of a list, with what it is.
func (p *manPage) item(tag, text string) {
	fmt.Fprintf(&p.text, ".TP\n%s\n%s\n", tag, roff(text))
}

// related names the command above and those within.
func (p *manPage) related(c *cobra.Command) {
	var pages []string
	if c.HasParent() {
		pages = append(pages, pageName(c.Parent()))
	}
	for _, part := range c.Commands() {
		if part.IsAvailableCommand() && !part.IsAdditionalHelpTopicCommand() {
			pages = append(pages, pageName(part))
		}
	}
	if len(pages) == 0 {
		return
	}
	p.section("SEE ALSO", "")
	for i, page := range pages {
		comma := ","
		if i == len(pages)-1 {
			comma = ""
		}
		fmt.Fprintf(&p.text, "\\fB%s\\fP(1)%s\n", roff(page), comma)
	}
}

// roff writes a line such that a formatter shows it as it stands.
func roff(line string) string {
	var as strings.Builder
	if strings.HasPrefix(line, ".") || strings.HasPrefix(line, "'") {
		as.WriteString(`\&`)
	}
	for _, r := range line {
		switch {
		case r == '\\':
			as.WriteString(`\e`)
		case r == '-':
			as.WriteString(`\-`)
		case r == '\n':
			as.WriteByte(' ')
		case r >= utf8.RuneSelf:
			fmt.Fprintf(&as, `\[u%04X]`, r)
		default:
			as.WriteRune(r)
		}
	}
	return as.String()
}
